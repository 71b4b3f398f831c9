// SPDX-License-Identifier: MIT
// What induction needs to know of spatial_shift: where x and y stand in their frames and how far
// apart, the pixels in the rings, and the one that has been read.

  function automatic int farthest();
    farthest = 0;
    for (int unsigned c = 0; c < Channels; c++) begin
      automatic int ahead = int'(signed'(Dy[c*ShiftW +: ShiftW])) * int'(FrameW)
                          + int'(signed'(Dx[c*ShiftW +: ShiftW]));
      if (ahead > farthest) farthest = ahead;
    end
  endfunction

  if (Meaning) begin : gen_inside
    localparam int Pixels = FrameW * FrameH;
    int   x_place, y_place, lag, held, now, between;
    logic ends;  // a frame's last pixels are still on their way

    assign x_place = int'(u_dut.x_row_q) * FrameW + int'(u_dut.x_column_q);
    assign y_place = int'(u_dut.y_row_q) * FrameW + int'(u_dut.y_column_q);
    assign lag     = int'(u_dut.lag_q);
    assign held    = int'(u_dut.given_q) + int'(y_valid_o);
    assign now     = int'(gen_meaning.y_beat) + held;
    assign ends    = now >= Pixels;
    assign between = lag + y_place;  // pixels of x since the frame at y_place began

    // Pixel `place` of x, counted from the beginning of the frame at y_place.
    function automatic logic [Channels*Width-1:0] pixel(input int place);
      return gen_meaning.x_beats[(int'(gen_meaning.y_unit) + int'(ends) + int'(place >= Pixels)
                                  + int'(place >= 2 * Pixels)) % Units]
                                [place >= 2 * Pixels ? place - 2 * Pixels
                                 : place >= Pixels ? place - Pixels : place];
    endfunction

    // The pixel that has been read is y's next after the one that waits.
    int read_place;
    logic [FrameH*FrameW-1:0][Channels*Width-1:0] read_frame;

    assign read_place = int'(gen_meaning.y_beat) + int'(y_valid_o) == Pixels
                      ? 0 : int'(gen_meaning.y_beat) + int'(y_valid_o);
    assign read_frame = gen_meaning.x_beats[(int'(gen_meaning.y_unit)
        + int'(int'(gen_meaning.y_beat) + int'(y_valid_o) == Pixels)) % Units];

    localparam int FARTHEST = farthest();

    always_comb if (started_q) begin
      places_exist: assert (u_dut.x_column_q < FrameW && u_dut.x_row_q < FrameH
                            && u_dut.y_column_q < FrameW && u_dut.y_row_q < FrameH);
      counts_x: assert (x_place == int'(gen_meaning.x_beat));
      counts_y: assert (y_place == now - (ends ? Pixels : 0));
      counts_between: assert (int'(gen_meaning.y_x_lead) == between + (ends ? Pixels : 0));
      stays_ahead: assert (y_place == 0 || u_dut.ended_q || lag >= FARTHEST);
      knows_end: assert (u_dut.ended_q == (between >= Pixels));
    end

    for (genvar c = 0; c < Channels; c++) begin : gen_channel
      localparam int DyC    = int'(signed'(Dy[c*ShiftW +: ShiftW]));
      localparam int DxC    = int'(signed'(Dx[c*ShiftW +: ShiftW]));
      localparam int Ahead  = DyC * int'(FrameW) + DxC;
      localparam int Depth  = FARTHEST - Ahead + 2;
      int   row, column;  // of the pixel that has been read
      logic in_frame;

      assign row      = read_place / FrameW + DyC;
      assign column   = read_place % FrameW + DxC;
      assign in_frame = row >= 0 && row < FrameH && column >= 0 && column < FrameW;

      always_comb if (started_q && u_dut.given_q) begin
        knows_border: assert (u_dut.framed_q[c] == in_frame);
        has_read: assert (!in_frame || Width'(u_dut.read_q >> c*Width)
                          == Width'(read_frame[row * FrameW + column] >> c*Width));
      end
      always_comb if (started_q) begin
        lag_exists: assert (lag <= FARTHEST + 1);
        reads_ahead: assert (u_dut.gen_channel[c].gen_memory.write_q < Depth
            && int'(u_dut.gen_channel[c].gen_memory.read_at_q)
               == (int'(u_dut.gen_channel[c].gen_memory.write_q) - lag + Ahead + 4*Depth) % Depth);
      end
      for (genvar d = 0; d < Depth; d++) begin : gen_age
        always_comb if (started_q && d < between) begin
          keeps: assert (u_dut.gen_channel[c].gen_memory.ring[
                             (int'(u_dut.gen_channel[c].gen_memory.write_q) - d - 1 + Depth) % Depth]
                         == Width'(pixel(between - 1 - d) >> c*Width));
        end
      end
    end
  end
