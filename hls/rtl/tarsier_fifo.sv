// SPDX-License-Identifier: MIT
//
// tarsier_fifo - a queue of exactly Depth beats.
//
//   y = x, in order
//
// Handshake x_ready_o is low exactly while Depth beats are inside; it never depends on
//           y_ready_i, so a fifo cuts the ready path, and a full one gives a beat before it
//           takes one.  y holds while !y_ready_i.  A deep one gives it from a register, so that
//           the time of a block RAM is not added to a neighbour's.
// Rate      one beat per cycle for Depth >= 2; Depth = 1 alternates between taking and giving.
// Latency   y is valid one cycle after x is taken, when the queue was empty.
// Reset     synchronous.  Empties the queue.
// Golden    hls/golden/fifo.py     Test  tests/hls/test_fifo.py
module tarsier_fifo #(
  parameter int unsigned Width    = 16,
  parameter int unsigned Depth    = 4,
  parameter int unsigned RamStyle = 0  // memory to use, a ram_style_e
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

  // A parameter of this type could not be set from Verilog, which FINN's shells are.
  typedef enum int unsigned {AUTO, DISTRIBUTED, BLOCK, ULTRA} ram_style_e;
  if (RamStyle > ULTRA)
    $error("fifo: RamStyle=%0d must be 0 (auto), 1 (distributed), 2 (block) or 3 (ultra)", RamStyle);

  localparam int unsigned LevelW = $clog2(Depth + 1);

  logic              push, pop;
  logic              refill;  // the output takes the next beat
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
    logic [Width-1:0] next_q;

    always_ff @(posedge clk_i) begin
      if (push)        next_q   <= x_data_i;
      if (refill)      y_data_o <= next_q;
      else if (direct) y_data_o <= x_data_i;
    end
  end else begin : gen_memory
    // Beats in front of the memory: at the output, and behind it if reading takes long.
    localparam bit          Slow   = Depth > 64 || RamStyle == BLOCK || RamStyle == ULTRA;
    localparam int unsigned Front  = Slow ? 2 : 1;
    localparam int unsigned Rest   = Depth - Front;
    localparam int unsigned IndexW = Rest == 1 ? 1 : $clog2(Rest);

    logic fetch;  // head is read from the memory
    logic early;  // head takes x itself
    logic write;  // x goes into the memory

    assign fetch = Slow ? pop && level_q > LevelW'(2) : refill;
    assign early = Slow ? push && level_q == (pop ? LevelW'(2) : LevelW'(1)) : direct;
    assign write = push && (level_q > LevelW'(Front) || (level_q == LevelW'(Front) && !pop));

    // An attribute must be a string of its own length, which no expression over RamStyle has.
    case (RamStyle)
      DISTRIBUTED: begin : gen_rest
        (* ram_style = "distributed" *) logic [Width-1:0] beats [Rest];
      end
      BLOCK: begin : gen_rest
        (* ram_style = "block" *) logic [Width-1:0] beats [Rest];
      end
      ULTRA: begin : gen_rest
        (* ram_style = "ultra" *) logic [Width-1:0] beats [Rest];
      end
      default: begin : gen_rest
        (* ram_style = "auto" *) logic [Width-1:0] beats [Rest];
      end
    endcase

    logic [Width-1:0]  rest_q, early_q, head;
    logic [IndexW-1:0] write_q, read_q;
    logic              from_rest_q;

    assign head = from_rest_q ? rest_q : early_q;

    // A beat is read a cycle or more after it was written, so read and write never meet.
    always_ff @(posedge clk_i) begin
      if (write) gen_rest.beats[write_q] <= x_data_i;
      if (fetch) rest_q  <= gen_rest.beats[read_q];
      if (early) early_q <= x_data_i;

      if (fetch || early) from_rest_q <= fetch;

      if (!rst_ni) begin
        write_q <= '0;
        read_q  <= '0;
      end else begin
        if (write) write_q <= write_q == IndexW'(Rest - 1) ? '0 : write_q + 1'b1;
        if (fetch) read_q  <= read_q  == IndexW'(Rest - 1) ? '0 : read_q  + 1'b1;
      end
    end

    if (Slow) begin : gen_output
      always_ff @(posedge clk_i) begin
        if (refill || direct) y_data_o <= level_q > LevelW'(1) ? head : x_data_i;
      end
    end else begin : gen_head
      assign y_data_o = head;
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
