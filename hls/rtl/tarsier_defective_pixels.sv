// SPDX-License-Identifier: MIT
//
// tarsier_defective_pixels - pixels of a mosaic that stand out from their like are mended.
//
//   y = x, or m where |x - m| > threshold_i > 0,   m = floor((s[3] + s[4]) / 2),
//   s the eight pixels two rows and two columns around x, sorted: those of its own colour
//
// Coding    x is {inside, pixels}, codes without a sign; y is pixels.  inside is that of a
//           frame_regulariser: it holds for the rows and the columns of a picture that may be smaller
//           than the frame.  What is outside is given as it comes.
// Borders   a row two above that is outside is the one two below, and the reverse; where both are, the
//           row itself.  Columns alike.
// Order     the raster of frames of FrameH rows, Pixels per beat, leftmost lowest.
// Settings  threshold_i is taken with the first beat of a frame; 0 mends nothing.
// Counts    mended_o, the pixels that were mended in the last frame that was given.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.  The last two rows follow without further input.
// Latency   y is valid 8 cycles after the last pixel under it in the frame is taken, see window
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/defective_pixels.py     Test  tests/hls/test_defective_pixels.py
module tarsier_defective_pixels #(
  parameter  int unsigned Pixels = 2,   // 1, 2 or 4
  parameter  int unsigned Bits   = 12,
  parameter  int unsigned FrameW = 64,
  parameter  int unsigned FrameH = 48,
  localparam int unsigned DataW  = Pixels * Bits
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic [Bits-1:0]  threshold_i,
  output logic [31:0]      mended_o,

  input  logic             x_valid_i,
  output logic             x_ready_o,
  input  logic [DataW:0]   x_data_i,

  output logic             y_valid_o,
  input  logic             y_ready_i,
  output logic [DataW-1:0] y_data_o
);

  localparam int unsigned Beats  = FrameW / Pixels * FrameH;
  localparam int unsigned PlaceW = $clog2(Beats);
  localparam int unsigned Stages = 6;
  typedef logic [Bits-1:0] pixel_t;
  typedef logic [PlaceW-1:0] place_t;

  if (Pixels != 1 && Pixels != 2 && Pixels != 4)
    $error("defective_pixels: Pixels=%0d must be 1, 2 or 4", Pixels);
  if (Bits == 0 || FrameW < 4 || FrameH < 4 || FrameW % Pixels != 0 || FrameW < 2 * Pixels)
    $error("defective_pixels: Bits=%0d must be >= 1, FrameW=%0d and FrameH=%0d >= 4, FrameW two or more times Pixels=%0d",
           Bits, FrameW, FrameH, Pixels);

  // The threshold of every frame that is inside.
  logic   x_move, asked, asked_room, known, ends_frame;
  pixel_t threshold;
  place_t x_place_q, y_place_q;

  assign x_move = x_valid_i && x_ready_o;
  assign asked  = x_move && x_place_q == '0;

  tarsier_fifo #(.Width(Bits), .Depth(4)) u_thresholds (
    .clk_i, .rst_ni, .x_valid_i(asked), .x_ready_o(asked_room), .x_data_i(threshold_i),
    .y_valid_o(known), .y_ready_i(ends_frame), .y_data_o(threshold)
  );
  logic unused;  // it never holds more than three, and never none when it is asked
  assign unused = asked_room ^ known;

  // What lies around each pixel.
  logic                                 around_valid, advance;
  logic [Pixels-1:0][Bits:0]            x_pixels;
  logic [Pixels-1:0][2:0][2:0][Bits:0]  around;  // [pixel][row][column], {inside, code}

  for (genvar p = 0; p < Pixels; p++) begin : gen_x
    assign x_pixels[p] = {x_data_i[DataW], x_data_i[p*Bits +: Bits]};
  end

  tarsier_window #(
    .PixelWidth(Bits + 1), .FrameW(FrameW), .FrameH(FrameH), .Kernel(3), .Dilation(2),
    .Pixels(Pixels)
  ) u_window (
    .clk_i, .rst_ni, .x_valid_i, .x_ready_o, .x_data_i(x_pixels),
    .y_valid_o(around_valid), .y_ready_i(advance), .y_data_o(around)
  );

  logic [Stages-1:0] valid_q;  // of the stages below, the last is y's

  assign advance   = y_ready_i || !y_valid_o;
  assign y_valid_o = valid_q[Stages-1];

  always_ff @(posedge clk_i) begin
    if (!rst_ni)      valid_q <= '0;
    else if (advance) valid_q <= {valid_q[Stages-2:0], around_valid};
  end

  logic [Pixels-1:0] mends;
  pixel_t            given [Pixels];

  for (genvar p = 0; p < Pixels; p++) begin : gen_pixel
    tarsier_median_mend #(.Bits(Bits)) u_mend (
      .clk_i, .advance_i(advance), .threshold_i(threshold), .around_i(around[p]),
      .mends_o(mends[p]), .y_o(given[p])
    );
    assign y_data_o[p*Bits +: Bits] = given[p];
  end

  // What is mended is counted as it becomes y.
  logic [31:0]           mended_q, mended_d;
  logic [$clog2(5)-1:0]  here;
  logic                  enters, first;

  assign enters     = advance && valid_q[Stages-2];
  assign first      = y_place_q == '0;
  assign ends_frame = enters && y_place_q == place_t'(Beats - 1);
  assign mended_d   = (first ? '0 : mended_q) + 32'(here);

  always_comb begin
    here = '0;
    for (int unsigned p = 0; p < Pixels; p++) here += 3'(mends[p]);
  end

  always_ff @(posedge clk_i) begin
    if (enters) mended_q <= mended_d;

    if (!rst_ni) begin
      x_place_q <= '0;
      y_place_q <= '0;
      mended_o  <= '0;
    end else begin
      if (x_move)     x_place_q <= x_place_q == place_t'(Beats - 1) ? '0 : x_place_q + 1'b1;
      if (enters)     y_place_q <= ends_frame ? '0 : y_place_q + 1'b1;
      if (ends_frame) mended_o  <= mended_d;
    end
  end

endmodule
