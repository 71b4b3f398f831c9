// SPDX-License-Identifier: MIT
//
// tarsier_width_adapter - gather narrow words into wide beats, or cut wide beats into words.
//
//   y = {x[n-1], .., x[1], x[0]}  of n = YWidth/XWidth beats,  or
//   y[0], y[1], .., y[n-1] = x    for n = XWidth/YWidth
//
// Order     the first word is in the low bits.
// Handshake cutting reads x in place and takes it with its last word.  y holds while !y_ready_i.
// Rate      one beat per cycle on the narrow side.
// Latency   gathering: y is valid one cycle after its last word is taken.  Cutting: 0.
// Reset     synchronous.  Clears the word counter and y_valid_o.
// Golden    hls/golden/width_adapter.py     Test  tests/hls/test_width_adapter.py
module tarsier_width_adapter #(
  parameter int unsigned XWidth = 8,
  parameter int unsigned YWidth = 32
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              x_valid_i,
  output logic              x_ready_o,
  input  logic [XWidth-1:0] x_data_i,

  output logic              y_valid_o,
  input  logic              y_ready_i,
  output logic [YWidth-1:0] y_data_o
);

  if (XWidth == 0 || YWidth == 0) begin : gen_refuse_zero
    $error("width_adapter: XWidth=%0d YWidth=%0d, both must be >= 1", XWidth, YWidth);
  end else if (XWidth % YWidth != 0 && YWidth % XWidth != 0) begin : gen_refuse_ratio
    $error("width_adapter: of XWidth=%0d and YWidth=%0d one must divide the other", XWidth, YWidth);
  end else if (XWidth < YWidth) begin : gen_gather
    localparam int unsigned Words = YWidth / XWidth;
    localparam int unsigned WordW = $clog2(Words);
    logic [WordW-1:0] word_q;
    logic             take, last;

    assign x_ready_o = y_ready_i || !y_valid_o;
    assign take      = x_valid_i && x_ready_o;
    assign last      = word_q == WordW'(Words - 1);

    always_ff @(posedge clk_i) begin
      if (take) y_data_o <= {x_data_i, y_data_o[YWidth-1:XWidth]};

      if (!rst_ni) begin
        word_q    <= '0;
        y_valid_o <= 1'b0;
      end else if (x_ready_o) begin
        word_q    <= !take ? word_q : last ? '0 : word_q + 1'b1;
        y_valid_o <= take && last;
      end
    end
  end else if (XWidth > YWidth) begin : gen_cut
    localparam int unsigned Words = XWidth / YWidth;
    localparam int unsigned WordW = $clog2(Words);
    logic [Words-1:0][YWidth-1:0] words;
    logic [WordW-1:0]             word_q;
    logic                         last;

    assign words     = x_data_i;
    assign last      = word_q == WordW'(Words - 1);
    assign x_ready_o = y_ready_i && last;
    assign y_valid_o = x_valid_i;
    assign y_data_o  = words[word_q];

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                     word_q <= '0;
      else if (x_valid_i && y_ready_i) word_q <= last ? '0 : word_q + 1'b1;
    end
  end else begin : gen_wire
    logic unused;
    assign unused    = &{1'b0, clk_i, rst_ni};
    assign x_ready_o = y_ready_i;
    assign y_valid_o = x_valid_i;
    assign y_data_o  = x_data_i;
  end

endmodule
