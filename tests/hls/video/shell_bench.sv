// SPDX-License-Identifier: MIT
//
// shell_bench - a video shell around a network that gives what it takes, or with Invert each bit of it
// the other way, one block every Pace cycles, between a camera whose every beat says how long it waits,
// and settings that come with beats.
//
// x is {load, gap of 16 bits, last, user, pixels}: gap cycles of silence come before the beat; with
// load the next of c, {defect, blend, hold, bypass, pattern, red, columns, rows, fill, timeout, black,
// gain}, is set.
module shell_bench #(
  parameter  int unsigned Pixels      = 2,
  parameter  int unsigned Bits        = 12,
  parameter  int unsigned NetBits     = 10,
  parameter  int unsigned Width       = 16,
  parameter  int unsigned Height      = 8,
  parameter  int unsigned GainW       = 16,
  parameter  int unsigned Fraction    = 12,
  parameter  int unsigned Offset      = 128,
  parameter  bit          Sensor      = 1'b0,
  parameter  int unsigned BufferDepth = 64,
  parameter  int unsigned BlockDepth  = 8,
  parameter  int unsigned Pace        = 1,
  parameter  bit          Blend       = 1'b0,
  parameter  int unsigned InputDepth  = 64,
  parameter  bit          Invert      = 1'b0,
  parameter  bit          Mend        = 1'b0,
  localparam int unsigned ColumnW     = $clog2(Width / Pixels + 1),
  localparam int unsigned RowW        = $clog2(Height + 1),
  localparam int unsigned OutBits     = Bits > NetBits ? Bits : NetBits,
  localparam int unsigned SetW        = 14 + ColumnW + RowW + 2 * Bits + 24 + 4 * Bits + 4 * GainW
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  input  logic                        x_valid_i,
  output logic                        x_ready_o,
  input  logic [Pixels*Bits+18:0]     x_data_i,

  input  logic                        c_valid_i,
  output logic                        c_ready_o,
  input  logic [SetW-1:0]             c_data_i,

  output logic                        y_valid_o,
  input  logic                        y_ready_i,
  output logic [Pixels*OutBits+1:0]   y_data_o
);

  localparam int unsigned DataW = Pixels * Bits;

  logic             load, set_q, offered, taken;
  logic [15:0]      gap, gap_q;
  logic [SetW-1:0]  settings_q;

  assign {load, gap} = x_data_i[DataW+2 +: 17];
  assign c_ready_o   = x_valid_i && load && !set_q;
  assign offered     = x_valid_i && (!load || set_q) && gap_q == gap;
  assign x_ready_o   = offered && taken;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)                     settings_q <= '0;
    else if (c_valid_i && c_ready_o) settings_q <= c_data_i;

    if (!rst_ni) begin
      gap_q <= '0;
      set_q <= 1'b0;
    end else begin
      if (x_ready_o)                        gap_q <= '0;
      else if (x_valid_i && gap_q != gap)   gap_q <= gap_q + 1'b1;
      if (x_ready_o)                        set_q <= 1'b0;
      else if (c_valid_i && c_ready_o)      set_q <= 1'b1;
    end
  end

  logic [Bits-1:0]      defect;
  logic [8:0]           blend;
  logic                 hold, bypass, pattern;
  logic [1:0]           red;
  logic [ColumnW-1:0]   columns;
  logic [RowW-1:0]      rows;
  logic [Bits-1:0]      fill;
  logic [23:0]          timeout;
  logic [4*Bits-1:0]    black;
  logic [4*GainW-1:0]   gain;

  assign {defect, blend, hold, bypass, pattern, red, columns, rows, fill, timeout, black, gain}
         = settings_q;

  logic                 to_valid, to_ready, from_valid, from_ready, room;
  logic [4*NetBits-1:0] to_data, from_data;
  int unsigned          pace_q;

  assign to_ready = room && pace_q == 0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni)                   pace_q <= 0;
    else if (to_valid && to_ready) pace_q <= Pace - 1;
    else if (pace_q != 0)          pace_q <= pace_q - 1;
  end

  tarsier_fifo #(.Width(4 * NetBits), .Depth(2)) u_net (
    .clk_i, .rst_ni, .x_valid_i(to_valid && pace_q == 0), .x_ready_o(room), .x_data_i(to_data ^ {4*NetBits{Invert}}),
    .y_valid_o(from_valid), .y_ready_i(from_ready), .y_data_o(from_data)
  );

  logic [5:0][31:0] faults;
  logic [$clog2(BufferDepth + 1)-1:0] most;

  if (1) begin : counts  // in widths that the simulator gives back
    int unsigned lines, frames_in, frames_out, crc_in, crc_out, cycles, latency;
    int unsigned overflows, dropped, fullest, mended;
    int unsigned fault_0, fault_1, fault_2, fault_3, fault_4, fault_5;
    assign {fault_5, fault_4, fault_3, fault_2, fault_1, fault_0} = faults;
    assign fullest = 32'(most);
  end

  tarsier_video_shell #(
    .Pixels(Pixels), .Bits(Bits), .NetBits(NetBits), .Width(Width), .Height(Height),
    .GainW(GainW), .Fraction(Fraction), .Offset(Offset), .Sensor(Sensor),
    .BufferDepth(BufferDepth), .BlockDepth(BlockDepth), .Blend(Blend), .InputDepth(InputDepth),
    .Mend(Mend)
  ) u_shell (
    .clk_i, .rst_ni, .hold_i(hold), .bypass_i(bypass), .pattern_i(pattern), .red_i(red),
    .columns_i(columns), .rows_i(rows), .fill_i(fill), .timeout_i(timeout), .black_i(black),
    .gain_i(gain), .blend_i((Blend ? 9 : 1)'(blend)),
    .defect_i((Mend ? Bits : 1)'(defect)), .mended_o(counts.mended), .s_cut_i(1'b0),
    .auto_i(1'b0), .known_i(1'b0), .settled_i(1'b1), .measured_i('0), .started_o(), .auto_o(),
    .metered_valid_o(), .metered_data_o(),
    .faults_o(faults), .lines_o(counts.lines), .frames_in_o(counts.frames_in), .frames_out_o(counts.frames_out),
    .crc_in_o(counts.crc_in), .crc_out_o(counts.crc_out), .cycles_o(counts.cycles), .latency_o(counts.latency),
    .overflows_o(counts.overflows), .dropped_o(counts.dropped), .fullest_o(most),
    .s_valid_i(offered), .s_ready_o(taken), .s_user_i(x_data_i[DataW]),
    .s_last_i(x_data_i[DataW+1]), .s_data_i(x_data_i[DataW-1:0]),
    .net_x_valid_o(to_valid), .net_x_ready_i(to_ready), .net_x_data_o(to_data),
    .net_y_valid_i(from_valid), .net_y_ready_o(from_ready), .net_y_data_i(from_data),
    .m_valid_o(y_valid_o), .m_ready_i(y_ready_i), .m_user_o(y_data_o[Pixels*OutBits]),
    .m_last_o(y_data_o[Pixels*OutBits+1]), .m_data_o(y_data_o[Pixels*OutBits-1:0])
  );

endmodule
