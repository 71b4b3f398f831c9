// SPDX-License-Identifier: MIT
//
// tarsier_video_shell - a network on packed Bayer pixels between a camera's video and video again.
//
//   s_ --> line buffer --> test pattern --> regulariser --> mending --> black, gain, packing --> net_x_
//   m_ <-- frames of columns_i x rows_i <-- raster <-------------------------------------------- net_y_
//
// Coding    s_ and m_ are AXI4-Stream Video: user with the first beat of a frame, last with the last
//           beat of a line, Pixels per beat, leftmost lowest.  s_ has Bits a pixel, m_ the wider of
//           Bits and NetBits.  net_x_ and net_y_ carry a block of four lanes, red, green of the red
//           row, green of the blue row, blue, and frames of exactly Width/2 x Height/2 blocks.
// Settings  taken over with the first beat of a frame, all at once, unless hold_i.  timeout_i and
//           pattern_i act at once.  Codes of the network are
//           Offset + (pixel - black) * gain / 2^Fraction, by colour, rounded and clipped.  red_i says
//           where red lies in a block: 0 RGGB, 1 GRBG, 2 GBRG, 3 BGGR.  A frame of columns_i beats
//           and rows_i lines is filled to Width x Height for the network, and cut out behind it.
//           bypass_i gives frames as they are regularised, behind those still in the network.
//           blend_i, where Blend is built, is the share of 256 that what goes into the network has in
//           what is given: (in * blend_i + out * (256 - blend_i) + 128) >> 8, in its codes; more than
//           256 is 256.
//           defect_i, where Mend is built, is the threshold of defective_pixels, in codes of the camera;
//           0 mends nothing.
//           auto_i, where Auto is built, gives a frame of the full size the gain measured_i of the one
//           before, in all colours, in place of gain_i, if known_i.
//           After timeout_i cycles of silence within a frame the rest of it is filled; 0: never.
// Sensor    1: the camera cannot wait; BufferDepth beats are queued, and what finds them full is
//           dropped up to the next frame, and counted.  0: s_ready_o makes it wait.
// Measuring started_o is high as a frame is taken over, auto_o with it where that has the gain measured_i;
//           metered_ gives the beats of whole frames, as they are regularised, and no frame begins while
//           !settled_i.
// Counts    see line_buffer and frame_regulariser; lines, frames in and out; the CRC-32 of the last
//           frame in and out, see frame_crc; cycles from one frame's last beat to the next one's, and
//           from a frame's first beat in to its first beat out; mended_o, see defective_pixels.
// Handshake m_ holds while !m_ready_i.  s_cut_i says, while s_ is silent, that no more of its frame will
//           come, so that the rest is filled.
// Rate      one beat per cycle, as long as the network keeps pace: bursts of a row of blocks are
//           queued in BlockDepth blocks on either side of it, and the InputDepth blocks that wait for
//           their results, where Blend is built, are those that network and queues hold.
// Latency   a frame's first beat is valid on m_ a row, the network's latency, and 9, 8 or 10 cycles, for
//           1, 2 or 4 Pixels, after it is taken; with Mend two rows and 8 cycles later, and a beat or two
//           for two pixels; with bypass_i two cycles.
// Reset     synchronous.
// Test      tests/hls/video/test_video_shell.py
module tarsier_video_shell #(
  parameter  int unsigned Pixels      = 2,   // 1, 2 or 4
  parameter  int unsigned Bits        = 12,
  parameter  int unsigned NetBits     = 10,
  parameter  int unsigned Width       = 64,
  parameter  int unsigned Height      = 48,
  parameter  int unsigned GainW       = 16,
  parameter  int unsigned Slack       = 0,   // of gains, see bayer_blocks
  parameter  int unsigned Fraction    = 12,
  parameter  int unsigned Offset      = 128,
  parameter  bit          Sensor      = 1'b0,
  parameter  int unsigned BufferDepth = 64,  // beats, where Sensor
  parameter  int unsigned BlockDepth  = 2,
  parameter  bit          Blend       = 1'b0,
  parameter  int unsigned InputDepth  = 2,   // blocks, where Blend
  parameter  bit          Mend        = 1'b0,
  parameter  bit          Auto        = 1'b0,
  parameter  int unsigned TimeoutW    = 24,
  localparam int unsigned Columns     = Width / Pixels,
  localparam int unsigned ColumnW     = $clog2(Columns + 1),
  localparam int unsigned RowW        = $clog2(Height + 1),
  localparam int unsigned OutBits     = Bits > NetBits ? Bits : NetBits,
  localparam int unsigned LevelW      = $clog2(BufferDepth + 1),
  localparam int unsigned ShareW      = Blend ? 9 : 1,
  localparam int unsigned DefectW     = Mend ? Bits : 1,
  localparam int unsigned Kinds       = 6
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      hold_i,
  input  logic                      bypass_i,
  input  logic                      pattern_i,
  input  logic [1:0]                red_i,
  input  logic [ColumnW-1:0]        columns_i,
  input  logic [RowW-1:0]           rows_i,
  input  logic [Bits-1:0]           fill_i,
  input  logic [TimeoutW-1:0]       timeout_i,
  input  logic [4*Bits-1:0]         black_i,
  input  logic [4*GainW-1:0]        gain_i,
  input  logic [ShareW-1:0]         blend_i,
  input  logic [DefectW-1:0]        defect_i,

  input  logic                      auto_i,
  input  logic                      known_i,
  input  logic                      settled_i,
  input  logic [GainW-1:0]          measured_i,
  output logic                      started_o,
  output logic                      auto_o,
  output logic                      metered_valid_o,
  output logic [Pixels*Bits-1:0]    metered_data_o,

  output logic [Kinds-1:0][31:0]    faults_o,
  output logic [31:0]               lines_o,
  output logic [31:0]               frames_in_o,
  output logic [31:0]               frames_out_o,
  output logic [31:0]               crc_in_o,
  output logic [31:0]               crc_out_o,
  output logic [31:0]               cycles_o,
  output logic [31:0]               latency_o,
  output logic [31:0]               overflows_o,
  output logic [31:0]               dropped_o,
  output logic [LevelW-1:0]         fullest_o,
  output logic [31:0]               mended_o,

  input  logic                      s_cut_i,
  input  logic                      s_valid_i,
  output logic                      s_ready_o,
  input  logic                      s_user_i,
  input  logic                      s_last_i,
  input  logic [Pixels*Bits-1:0]    s_data_i,

  output logic                      net_x_valid_o,
  input  logic                      net_x_ready_i,
  output logic [4*NetBits-1:0]      net_x_data_o,

  input  logic                      net_y_valid_i,
  output logic                      net_y_ready_o,
  input  logic [4*NetBits-1:0]      net_y_data_i,

  output logic                      m_valid_o,
  input  logic                      m_ready_i,
  output logic                      m_user_o,
  output logic                      m_last_o,
  output logic [Pixels*OutBits-1:0] m_data_o
);

  localparam int unsigned DataW  = Pixels * Bits;
  localparam int unsigned BeatW  = DataW + 2;  // {last, user, pixels}
  localparam int unsigned OutW   = Pixels * OutBits;
  localparam int unsigned Blocks = Pixels > 1 ? Pixels / 2 : 1;
  localparam int unsigned BlockW = 4 * NetBits;
  localparam int unsigned Queued = (BlockDepth + Blocks - 1) / Blocks;  // beats of Blocks blocks

  if (Pixels != 1 && Pixels != 2 && Pixels != 4)
    $error("video_shell: Pixels=%0d must be 1, 2 or 4", Pixels);
  if (Bits < 8 || Bits > 16 || NetBits == 0 || NetBits > 16)
    $error("video_shell: Bits=%0d must be in 8..16, NetBits=%0d in 1..16", Bits, NetBits);
  if (Width % (2 * Pixels) != 0 || Width < 4 || Height < 2 || Height % 2 != 0)
    $error("video_shell: Width=%0d must be a multiple of %0d and >= 4, Height=%0d even and >= 2",
           Width, 2 * Pixels, Height);
  if (BlockDepth < 2 || BufferDepth < 2)
    $error("video_shell: BlockDepth=%0d and BufferDepth=%0d must be >= 2", BlockDepth, BufferDepth);
  if (Blend && InputDepth < 2)
    $error("video_shell: InputDepth=%0d must be >= 2", InputDepth);

  // What a frame is made with.
  typedef struct packed {
    logic               bypass;
    logic [1:0]         red;
    logic [ColumnW-1:0] columns;
    logic [RowW-1:0]    rows;
    logic [ShareW-1:0]  share;
  } route_t;
  typedef struct packed {
    logic [4*Bits-1:0]  black;
    logic [4*GainW-1:0] gain;
  } levels_t;
  typedef struct packed {
    route_t             route;
    logic [Bits-1:0]    fill;
    logic [DefectW-1:0] defect;
    logic               by_meter;
    levels_t            levels;
  } settings_t;
  settings_t settings_d, settings_q;
  levels_t   levels_d;
  logic      start, began_q;

  assign settings_d = hold_i && began_q ? settings_q
                    : {bypass_i, red_i, columns_i, rows_i, blend_i, fill_i, defect_i, Auto && auto_i, black_i,
                       gain_i};

  always_ff @(posedge clk_i) begin
    if (start || !began_q) settings_q <= settings_d;
    if (!rst_ni)           began_q <= 1'b0;
    else if (start)        began_q <= 1'b1;
  end

  // What is measured takes the place of the gains as a frame begins.
  if (Auto) begin : gen_auto
    logic whole, takes;
    assign whole = settings_d.route.columns == ColumnW'(Columns)
                && settings_d.route.rows == RowW'(Height);
    assign takes    = settings_d.by_meter && known_i && whole;
    assign levels_d = '{black: settings_d.levels.black,
                        gain: takes ? {4{measured_i}} : settings_d.levels.gain};
    assign auto_o   = start && takes;
  end else begin : gen_as_set
    logic unused;
    assign unused   = ^{settings_d.by_meter, known_i, settled_i, measured_i, levels_d};
    assign levels_d = settings_d.levels;
    assign auto_o   = 1'b0;
  end
  assign started_o = start;

  // From the camera to the regulariser.
  logic             queued_valid, queued_ready, lost;
  logic [BeatW-1:0] queued_data;

  if (Sensor) begin : gen_sensor
    tarsier_line_buffer #(.Width(BeatW), .Depth(BufferDepth)) u_buffer (
      .clk_i, .rst_ni, .cut_o(lost), .overflows_o, .dropped_o, .fullest_o,
      .x_valid_i(s_valid_i), .x_data_i({s_last_i, s_user_i, s_data_i}),
      .y_valid_o(queued_valid), .y_ready_i(queued_ready), .y_data_o(queued_data)
    );
    assign s_ready_o = 1'b1;
  end else begin : gen_patient
    assign queued_valid = s_valid_i;
    assign s_ready_o    = queued_ready;
    assign queued_data  = {s_last_i, s_user_i, s_data_i};
    assign lost         = 1'b0;
    assign overflows_o  = '0;
    assign dropped_o    = '0;
    assign fullest_o    = '0;
  end

  logic             given_valid, given_ready, busy, gate;
  logic [BeatW-1:0] given_data;

  tarsier_test_pattern #(
    .Pixels(Pixels), .Bits(Bits), .Columns(Columns), .Rows(Height)
  ) u_pattern (
    .clk_i, .rst_ni, .enable_i(pattern_i), .busy_i(busy),
    .columns_i(settings_q.route.columns), .rows_i(settings_q.route.rows),
    .x_valid_i(queued_valid), .x_ready_o(queued_ready), .x_data_i(queued_data),
    .y_valid_o(given_valid), .y_ready_i(given_ready && gate), .y_data_o(given_data)
  );

  logic [TimeoutW-1:0] silent_q;
  logic                timeout;

  assign timeout = timeout_i != '0 && silent_q == timeout_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || given_valid) silent_q <= '0;
    else if (!timeout)          silent_q <= silent_q + 1'b1;
  end

  logic             regular_valid, regular_ready, regular_inside, regular_last, regular_user;
  logic [DataW-1:0] regular_data;

  tarsier_frame_regulariser #(
    .Pixels(Pixels), .Bits(Bits), .Columns(Columns), .Rows(Height)
  ) u_regulariser (
    .clk_i, .rst_ni, .columns_i(settings_q.route.columns), .rows_i(settings_q.route.rows),
    .fill_i(settings_q.fill), .cut_i(lost || timeout || s_cut_i), .start_o(start), .busy_o(busy),
    .counts_o(faults_o),
    .x_valid_i(given_valid && gate), .x_ready_o(given_ready), .x_data_i(given_data),
    .y_valid_o(regular_valid), .y_ready_i(regular_ready),
    .y_data_o({regular_inside, regular_last, regular_user, regular_data})
  );

  // How the frames are made that have begun and are not given whole; no more begin than fit.
  route_t route;
  logic   route_room, route_valid, frame_given;

  // A frame that begins inside of another one ends that, whose gain is known only then.
  assign gate = (route_room && (!Auto || settled_i || busy)) || !given_data[DataW];

  tarsier_fifo #(.Width($bits(route_t)), .Depth(4)) u_routes (
    .clk_i, .rst_ni, .x_valid_i(start), .x_ready_o(route_room), .x_data_i(settings_d.route),
    .y_valid_o(route_valid), .y_ready_i(frame_given), .y_data_o(route)
  );

  // To the network, or by it.
  logic                     levelled_ready, packed_valid, packed_ready;
  logic                     before_ready, input_ready, burst_valid, burst_ready;
  logic [Blocks*BlockW-1:0] packed_data, burst_data;
  logic                     by_valid, by_ready;

  assign by_valid      = regular_valid && settings_q.route.bypass;
  assign regular_ready = settings_q.route.bypass ? by_ready : levelled_ready;

  assign metered_valid_o = Auto && regular_valid && regular_ready;
  assign metered_data_o  = regular_data;

  // Defective pixels are mended on the way, so that the levels take a frame while the next has begun.
  logic             level_valid, level_ready;
  logic [DataW-1:0] level_data;
  logic [1:0]       level_red;
  levels_t          levels;

  if (Mend) begin : gen_mend
    localparam int unsigned Beats = Columns * Height;
    logic [$clog2(Beats)-1:0] beat_q;
    logic                     level_move, level_last, levels_room, levels_valid, unused;

    assign level_move = level_valid && level_ready;
    assign level_last = 32'(beat_q) == Beats - 1;
    assign unused     = levels_room ^ levels_valid;  // a frame that has begun has its place

    always_ff @(posedge clk_i) begin
      if (!rst_ni)         beat_q <= '0;
      else if (level_move) beat_q <= level_last ? '0 : beat_q + 1'b1;
    end

    tarsier_defective_pixels #(
      .Pixels(Pixels), .Bits(Bits), .FrameW(Width), .FrameH(Height)
    ) u_defects (
      .clk_i, .rst_ni, .threshold_i(settings_q.defect), .mended_o,
      .x_valid_i(regular_valid && !settings_q.route.bypass), .x_ready_o(levelled_ready),
      .x_data_i({regular_inside, regular_data}),
      .y_valid_o(level_valid), .y_ready_i(level_ready), .y_data_o(level_data)
    );

    tarsier_fifo #(.Width(2 + $bits(levels_t)), .Depth(4)) u_settings (
      .clk_i, .rst_ni, .x_valid_i(start && !settings_d.route.bypass), .x_ready_o(levels_room),
      .x_data_i({settings_d.route.red, levels_d}),
      .y_valid_o(levels_valid), .y_ready_i(level_move && level_last),
      .y_data_o({level_red, levels})
    );
  end else begin : gen_as_it_is
    assign level_valid    = regular_valid && !settings_q.route.bypass;
    assign levelled_ready = level_ready;
    assign level_data     = regular_data;
    assign level_red      = settings_q.route.red;
    assign mended_o       = '0;

    if (Auto) begin : gen_measured
      levels_t levels_q;
      always_ff @(posedge clk_i) if (start) levels_q <= levels_d;
      assign levels = levels_q;
    end else begin : gen_set
      assign levels = settings_q.levels;
    end

    logic unused;
    assign unused = settings_q.defect;
  end

  tarsier_bayer_blocks #(
    .Samples(Pixels), .FrameW(Width), .XWidth(Bits), .YWidth(NetBits), .GainW(GainW), .Slack(Slack),
    .Fraction(Fraction), .Offset(Offset)
  ) u_levels (
    .clk_i, .rst_ni, .red_i(level_red), .black_i(levels.black), .gain_i(levels.gain),
    .x_valid_i(level_valid), .x_ready_o(level_ready), .x_data_i(level_data),
    .y_valid_o(packed_valid), .y_ready_i(packed_ready), .y_data_o(packed_data)
  );

  assign packed_ready = before_ready && input_ready;

  tarsier_fifo #(.Width(Blocks * BlockW), .Depth(Queued)) u_before (
    .clk_i, .rst_ni, .x_valid_i(packed_valid && input_ready), .x_ready_o(before_ready),
    .x_data_i(packed_data),
    .y_valid_o(burst_valid), .y_ready_i(burst_ready), .y_data_o(burst_data)
  );

  tarsier_width_adapter #(.XWidth(Blocks * BlockW), .YWidth(BlockW)) u_cut (
    .clk_i, .rst_ni, .x_valid_i(burst_valid), .x_ready_o(burst_ready), .x_data_i(burst_data),
    .y_valid_o(net_x_valid_o), .y_ready_i(net_x_ready_i), .y_data_o(net_x_data_o)
  );

  // From the network to a raster.
  logic                      gathered_valid, gathered_ready, waiting_valid, waiting_ready;
  logic [Blocks*BlockW-1:0]  gathered_data, waiting_data;
  logic                      raster_valid, raster_ready;
  logic [Pixels*NetBits-1:0] raster_data;

  tarsier_width_adapter #(.XWidth(BlockW), .YWidth(Blocks * BlockW)) u_gather (
    .clk_i, .rst_ni, .x_valid_i(net_y_valid_i), .x_ready_o(net_y_ready_o), .x_data_i(net_y_data_i),
    .y_valid_o(gathered_valid), .y_ready_i(gathered_ready), .y_data_o(gathered_data)
  );

  tarsier_fifo #(.Width(Blocks * BlockW), .Depth(Queued)) u_behind (
    .clk_i, .rst_ni, .x_valid_i(gathered_valid), .x_ready_o(gathered_ready),
    .x_data_i(gathered_data),
    .y_valid_o(waiting_valid), .y_ready_i(waiting_ready), .y_data_o(waiting_data)
  );

  if (Blend) begin : gen_blend
    tarsier_blend_raster #(
      .Samples(Pixels), .FrameW(Width), .Width(NetBits), .Depth(InputDepth)
    ) u_raster (
      .clk_i, .rst_ni, .red_i(route.red), .share_i(route.share),
      .sent_valid_i(packed_valid && before_ready), .sent_ready_o(input_ready),
      .sent_data_i(packed_data),
      .x_valid_i(waiting_valid), .x_ready_o(waiting_ready), .x_data_i(waiting_data),
      .y_valid_o(raster_valid), .y_ready_i(raster_ready), .y_data_o(raster_data)
    );
  end else begin : gen_result
    assign input_ready = 1'b1;

    tarsier_bayer_raster #(.Samples(Pixels), .FrameW(Width), .Width(NetBits)) u_raster (
      .clk_i, .rst_ni, .red_i(route.red),
      .x_valid_i(waiting_valid), .x_ready_o(waiting_ready), .x_data_i(waiting_data),
      .y_valid_o(raster_valid), .y_ready_i(raster_ready), .y_data_o(raster_data)
    );

    logic unused;
    assign unused = route.share;
  end

  // Frames again: whole ones are counted through, and what is inside is given.
  logic               whole_valid, whole_ready, whole_move, kept, first, at_right, at_end, room;
  logic [OutW-1:0]    whole_data;
  logic [ColumnW-1:0] column_q;
  logic [RowW-1:0]    row_q;

  assign whole_valid  = route_valid && (route.bypass ? by_valid : raster_valid);
  assign by_ready     = whole_ready && route_valid && route.bypass;
  assign raster_ready = whole_ready && route_valid && !route.bypass;
  for (genvar p = 0; p < Pixels; p++) begin : gen_pixel
    assign whole_data[p*OutBits +: OutBits] = route.bypass
        ? OutBits'(regular_data[p*Bits +: Bits]) : OutBits'(raster_data[p*NetBits +: NetBits]);
  end

  assign kept        = column_q < route.columns && row_q < route.rows;
  assign first       = column_q == '0 && row_q == '0;
  assign at_right    = column_q == ColumnW'(Columns - 1);
  assign at_end      = column_q == route.columns - 1'b1;
  assign whole_ready = room || !kept;
  assign whole_move  = whole_valid && whole_ready;
  assign frame_given = whole_move && at_right && row_q == RowW'(Height - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      column_q <= '0;
      row_q    <= '0;
    end else if (whole_move) begin
      column_q <= at_right ? '0 : column_q + 1'b1;
      if (at_right) row_q <= frame_given ? '0 : row_q + 1'b1;
    end
  end

  tarsier_fifo #(.Width(OutW + 2), .Depth(2)) u_out (
    .clk_i, .rst_ni, .x_valid_i(whole_valid && kept), .x_ready_o(room),
    .x_data_i({at_end, first, whole_data}),
    .y_valid_o(m_valid_o), .y_ready_i(m_ready_i), .y_data_o({m_last_o, m_user_o, m_data_o})
  );

  // What is counted and measured.
  tarsier_frame_crc #(.Pixels(Pixels), .Bits(Bits), .Rows(Height)) u_crc_in (
    .clk_i, .rst_ni, .move_i(regular_valid && regular_ready), .first_i(regular_user),
    .last_i(regular_last), .inside_i(regular_inside), .data_i(regular_data), .crc_o(crc_in_o)
  );
  tarsier_frame_crc #(.Pixels(Pixels), .Bits(OutBits), .Rows(Height)) u_crc_out (
    .clk_i, .rst_ni, .move_i(whole_move), .first_i(first), .last_i(at_right), .inside_i(kept),
    .data_i(whole_data), .crc_o(crc_out_o)
  );

  logic [31:0] since_frame_q, since_start_q;
  logic [2:0]  before_q, inside_q;  // frames in front of the one that is timed; frames begun
  logic        timing_q, first_given;

  assign first_given = whole_move && first;

  always_ff @(posedge clk_i) begin
    since_frame_q <= frame_given ? 32'd1 : since_frame_q + 1'b1;
    since_start_q <= start && !timing_q ? 32'd1 : since_start_q + 1'b1;

    if (!rst_ni) begin
      lines_o      <= '0;
      frames_in_o  <= '0;
      frames_out_o <= '0;
      cycles_o     <= '0;
      latency_o    <= '0;
      inside_q     <= '0;
      before_q     <= '0;
      timing_q     <= 1'b0;
    end else begin
      if (given_valid && given_ready && gate && given_data[BeatW-1]) lines_o <= lines_o + 1'b1;
      if (start) frames_in_o <= frames_in_o + 1'b1;
      if (frame_given) begin
        frames_out_o <= frames_out_o + 1'b1;
        if (frames_out_o != '0) cycles_o <= since_frame_q;
      end
      // Of a frame that has not given its first beat.
      if (start != first_given) inside_q <= start ? inside_q + 1'b1 : inside_q - 1'b1;
      if (!timing_q) begin
        timing_q <= start;
        before_q <= inside_q - 3'(first_given);
      end else if (first_given) begin
        before_q <= before_q - 1'b1;
        if (before_q == '0) begin
          latency_o <= since_start_q;
          timing_q  <= 1'b0;
        end
      end
    end
  end

endmodule
