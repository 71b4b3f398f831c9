// SPDX-License-Identifier: MIT
// What induction needs to know of pad: where in the frame it stands, how much of x that took, and
// the pixels that it keeps to repeat them.

  if (Meaning) begin : gen_inside
    localparam int OutW = Left + FrameW + Right;
    localparam int OutH = Top + FrameH + Bottom;
    int   column, row, place, taken_rows, taken, source_row;
    logic fresh, ends;
    logic [FrameH*FrameW-1:0][PixelWidth-1:0] x;

    function automatic int clip(input int value, input int most);
      return value < 0 ? 0 : value > most ? most : value;
    endfunction

    assign column     = int'(u_dut.column_q);
    assign row        = int'(u_dut.row_q);
    assign place      = row * OutW + column;
    assign ends       = place == 0 && y_valid_o;  // y still waits with the frame's last pixel
    assign fresh      = Replicate ? row == 0 || (row > Top && row < Top + FrameH)
                                  : row >= Top && row < Top + FrameH;
    assign taken_rows = Replicate ? row == 0 ? 0 : 1 + clip(row - Top - 1, FrameH - 1)
                                  : clip(row - Top, FrameH);
    assign taken      = taken_rows * FrameW + (fresh ? clip(column - Left, FrameW) : 0);
    assign source_row = clip(row - Top, FrameH - 1);
    assign x          = gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(ends)) % Units];

    always_comb if (started_q) begin
      place_exists: assert (column < OutW && row < OutH);
      counts_y: assert (int'(gen_meaning.y_beat) + int'(y_valid_o)
                        == (ends ? OutW * OutH : place));
      counts_x: assert (int'(gen_meaning.y_x_lead) == taken + (ends ? FrameW * FrameH : 0));
      counts_source: assert (int'(u_dut.source_q) == clip(column - Left, FrameW - 1));
    end

    if (Replicate) begin : gen_kept
      always_comb if (started_q && fresh && column >= Left + FrameW) begin
        keeps_last: assert (u_dut.gen_nearest.pixel_q == x[source_row*FrameW + FrameW - 1]);
      end
    end
    if (Replicate && Top + Bottom > 0) begin : gen_row
      for (genvar c = 0; c < FrameW; c++) begin : gen_column
        always_comb if (started_q && (!fresh || c < column - Left)) begin
          keeps_row: assert (u_dut.gen_nearest.gen_copies.newest[c] == x[source_row*FrameW + c]);
        end
      end
    end
  end
