// SPDX-License-Identifier: MIT
// What the solver is told of window, where x is never made to wait behind a row: where x and y
// stand in their frames, and how many windows have left.

  if (Meaning) begin : gen_inside
    localparam int Span      = Dilation * (Kernel - 1);
    localparam int Steps     = FrameW / Pixels;  // of a row
    localparam int LeadBeats = (Span - Padding + Pixels - 1) / Pixels;
    localparam int OutH      = (FrameH + 2*Padding - Span - 1) / Stride + 1;
    localparam int OutW      = (FrameW + 2*Padding - Span - 1) / Stride + 1;
    localparam int Row       = OutW / (Pixels > Stride ? Pixels / Stride : 1);  // beats of y
    localparam int Rows      = (OutH - 1) * Stride + 1;  // of steps
    int given, row, column, late, gone;

    // Beats of windows that have left when `columns` steps of a row have been seen.
    function automatic int leaving(input int columns);
      leaving = 0;
      for (int s = LeadBeats; s < Steps + LeadBeats; s++)
        if (s < columns && (Pixels >= Stride || (s - LeadBeats) % Stride == 0)) leaving++;
    endfunction

    assign given  = int'(u_dut.y_row_q) * Steps + int'(u_dut.y_column_q) - int'(u_dut.given_q);
    assign row    = given < 0 ? Rows - 1 : given / Steps;
    assign column = given < 0 ? Steps - 1 : given % Steps;
    assign late   = u_dut.row_was_wanted_q ? Row - leaving(Steps + LeadBeats - int'(u_dut.owed_q))
                                           : 0;
    assign gone   = (row + Stride - 1) / Stride * Row - late
                  + (row % Stride == 0 ? leaving(column) : 0);

    always_comb if (started_q) begin
      counts_x: assert (int'(u_dut.x_row_q) * Steps + int'(u_dut.x_column_q)
                        == int'(gen_meaning.x_beat));
      counts_y: assert ((gone + OutH * Row) % (OutH * Row)
                        == (int'(gen_meaning.y_beat) + int'(y_valid_o)) % (OutH * Row));
    end
  end
