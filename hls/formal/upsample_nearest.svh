// SPDX-License-Identifier: MIT
// What induction needs to know of upsample_nearest: where in the row it stands, and which pixels
// lie in the ring.

  if (Meaning) begin : gen_inside
    localparam int Depth = 2*FrameW*(Factor-1)/Factor + 1;
    localparam int Beats = FrameW * Factor * Factor;
    int   i, j, column, place, level, freed;
    logic ends;

    assign i      = int'(u_dut.i_q);
    assign j      = int'(u_dut.j_q);
    assign column = int'(u_dut.column_q);
    assign level  = int'(u_dut.level_q);
    assign place  = (i * FrameW + column) * Factor + j;
    assign ends   = place == 0 && y_valid_o;  // y still waits with the row's last pixel
    assign freed  = i == Factor - 1 ? column : 0;

    always_comb if (started_q) begin
      place_exists: assert (i < Factor && j < Factor && column < FrameW && level <= Depth);
      has_row: assert (i == 0 ? level >= column || j == 0 : level >= FrameW - freed);
      has_pixel: assert (j == 0 || level > column - freed);
      pointers_exist: assert (u_dut.write_q < Depth && u_dut.read_q < Depth
                              && u_dut.row_place_q < Depth);
      counts_y: assert (int'(gen_meaning.y_beat) + int'(y_valid_o) == (ends ? Beats : place));
      counts_x: assert (int'(gen_meaning.y_x_lead) == level + freed + (ends ? FrameW : 0));
      writes_behind: assert (int'(u_dut.write_q)
                             == (int'(u_dut.row_place_q) + freed + level) % Depth);
      reads_column: assert (int'(u_dut.read_q) == (int'(u_dut.row_place_q) + column) % Depth);
    end
    for (genvar n = 0; n < Depth; n++) begin : gen_pixel
      int at;  // of the frame's row, counted on into the next ones
      assign at = freed + n;
      always_comb if (started_q && n < level) begin
        keeps: assert (u_dut.pixels[(int'(u_dut.row_place_q) + at) % Depth]
            == gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(ends) + at / FrameW) % Units]
                               [at % FrameW]);
      end
    end
  end
