// SPDX-License-Identifier: MIT
//
// tarsier_act_table - any function of a small integer, one per channel, as a table.
//
//   y[c] = Table[c][x[c]],   c = 0 .. Lanes*Folds-1
//
// Coding    x is unsigned and below Entries; a larger x gives no defined y.  y is signed.
// Order     beat f = 0 .. Folds-1, cyclic, carries channel f*Lanes + l in lane l.
//           Table is row-major: channel 0, entry 0 lowest.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x is taken.
// Reset     synchronous.  Clears the beat counter and y_valid_o.
// Golden    hls/golden/act_table.py     Test  tests/hls/test_act_table.py
module tarsier_act_table #(
  parameter int unsigned                           Lanes   = 4,
  parameter int unsigned                           Folds   = 1,   // beats per pixel
  parameter int unsigned                           Entries = 145,
  parameter int unsigned                           XWidth  = 8,
  parameter int unsigned                           YWidth  = 8,
  parameter logic [Lanes*Folds*Entries*YWidth-1:0] Table   = '0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  localparam int unsigned FoldW    = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned AddressW = XWidth + (Folds > 1 ? FoldW : 0);

  if (Lanes == 0 || Folds == 0 || Entries == 0 || YWidth == 0)
    $error("act_table: Lanes=%0d Folds=%0d Entries=%0d YWidth=%0d, all must be >= 1",
           Lanes, Folds, Entries, YWidth);
  if (XWidth == 0 || Entries > 2**XWidth)
    $error("act_table: XWidth=%0d must be >= 1 and index Entries=%0d", XWidth, Entries);

  logic             take;
  logic [FoldW-1:0] fold_q;

  assign x_ready_o = y_ready_i || !y_valid_o;
  assign take      = x_valid_i && x_ready_o;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [YWidth-1:0] rom [2**AddressW];
    logic [AddressW-1:0] address;

    // A row of the table at a time: tools take long for each cut out of the whole of it.
    for (genvar f = 0; f < Folds; f++) begin : gen_row
      localparam logic [Entries*YWidth-1:0] ROW =
          Table[(f*Lanes + l)*Entries*YWidth +: Entries*YWidth];
      initial for (int unsigned e = 0; e < Entries; e++)
        rom[f*2**XWidth + e] = ROW[e*YWidth +: YWidth];
    end

    if (Folds > 1) begin : gen_folded
      assign address = {fold_q, x_data_i[l*XWidth +: XWidth]};
    end else begin : gen_unfolded
      assign address = x_data_i[l*XWidth +: XWidth];
    end

    always_ff @(posedge clk_i) begin
      if (x_ready_o) y_data_o[l*YWidth +: YWidth] <= rom[address];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q    <= '0;
      y_valid_o <= 1'b0;
    end else if (x_ready_o) begin
      fold_q    <= !take ? fold_q : fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
      y_valid_o <= x_valid_i;
    end
  end

endmodule
