// SPDX-License-Identifier: MIT
//
// fifo - a queue of exactly Depth beats.
//
//   y = x, in order
//
// Handshake x_ready_o is low exactly while Depth beats are inside; it never depends on
//           y_ready_i, so a fifo cuts the ready path, and a full one gives a beat before it
//           takes one.  y holds while !y_ready_i.
// Rate      one beat per cycle for Depth >= 2; Depth = 1 alternates between taking and giving.
// Latency   y is valid one cycle after x is taken, when the queue was empty.
// Reset     synchronous.  Empties the queue.
// Golden    hls/golden/fifo.py     Test  tests/hls/test_fifo.py
module fifo #(
  parameter int unsigned Width    = 16,
  parameter int unsigned Depth    = 4,
  parameter              RamStyle = "auto"  // memory to use: "distributed", "block", "ultra"
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             x_valid_i,
  output logic             x_ready_o,
  input  logic [Width-1:0] x_data_i,

  output logic             y_valid_o,
  input  logic             y_ready_i,
  output logic [Width-1:0] y_data_o
);

  if (Width == 0 || Depth == 0)
    $error("fifo: Width=%0d Depth=%0d, both must be >= 1", Width, Depth);

  typedef logic [8*11-1:0] style_t;  // as long as the longest of them
  if (!(style_t'(RamStyle) inside {style_t'("auto"), style_t'("distributed"),
                                   style_t'("block"), style_t'("ultra")}))
    $error("fifo: RamStyle=%s must be auto, distributed, block or ultra", RamStyle);

  // The oldest beat waits at the output, up to Rest more wait behind it.
  localparam int unsigned Rest   = Depth - 1;
  localparam int unsigned LevelW = $clog2(Depth + 1);

  logic              push, pop;
  logic              refill;  // the output takes its next beat from the rest
  logic              direct;  // the output takes x itself
  logic [LevelW-1:0] level_q;

  assign x_ready_o = level_q != LevelW'(Depth);
  assign y_valid_o = level_q != '0;
  assign push      = x_valid_i && x_ready_o;
  assign pop       = y_valid_o && y_ready_i;
  assign refill    = pop && level_q > LevelW'(1);
  assign direct    = push && (pop ? level_q == LevelW'(1) : level_q == '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)           level_q <= '0;
    else if (push != pop)  level_q <= push ? level_q + 1'b1 : level_q - 1'b1;
  end

  if (Depth <= 2) begin : gen_registers
    logic [Width-1:0] rest_q;

    always_ff @(posedge clk_i) begin
      if (push)            rest_q   <= x_data_i;
      if (refill)          y_data_o <= rest_q;
      else if (direct)     y_data_o <= x_data_i;
    end
  end else begin : gen_memory
    localparam int unsigned IndexW = $clog2(Rest);
    (* ram_style = RamStyle *)
    logic [Width-1:0]  rest [Rest];
    logic [Width-1:0]  rest_q, direct_q;
    logic [IndexW-1:0] write_q, read_q;
    logic              from_rest_q;

    assign y_data_o = from_rest_q ? rest_q : direct_q;

    // A beat is read a cycle or more after it was written, so read and write never meet.
    always_ff @(posedge clk_i) begin
      if (push && !direct) rest[write_q] <= x_data_i;
      if (refill)          rest_q        <= rest[read_q];
      if (direct)          direct_q      <= x_data_i;

      if (refill || direct) from_rest_q <= refill;

      if (!rst_ni) begin
        write_q <= '0;
        read_q  <= '0;
      end else begin
        if (push && !direct) write_q <= write_q == IndexW'(Rest - 1) ? '0 : write_q + 1'b1;
        if (refill)          read_q  <= read_q  == IndexW'(Rest - 1) ? '0 : read_q  + 1'b1;
      end
    end
  end

`ifndef SYNTHESIS
  int unsigned high_water_q /* verilator public_flat_rd */;  // largest level since reset

  always_ff @(posedge clk_i) begin
    if (!rst_ni)                                        high_water_q <= 0;
    else if (push && !pop && 32'(level_q) == high_water_q) high_water_q <= high_water_q + 1;
  end
`endif

endmodule
