// SPDX-License-Identifier: MIT
// What induction needs to know of window, with stride 1 and a border of one row and one beat: how
// far x, the columns of windows, and y are apart, and which pixels lie in the memory, have been
// read, and wait for the columns to their right.

  if (Meaning && Stride == 1) begin : gen_inside
    localparam int unsigned Row   = FrameW / Pixels;  // beats
    localparam int unsigned Frame = FrameH * Row;
    typedef logic [Pixels-1:0][PixelWidth-1:0] beat_t;
    int unsigned row, column;  // of the next column of windows
    int unsigned left;         // beats of y that its frame has seen
    int unsigned at;           // the column that has been read, or else the next one
    int unsigned taken;        // beats of x since the frame of (row, column) began
    int unsigned idle;
    logic        wraps;        // (row, column) is in the frame after y's

    assign row    = 32'(u_dut.y_row_q);
    assign column = 32'(u_dut.y_column_q);
    assign left   = 32'(gen_meaning.y_beat) + 32'(y_valid_o) + 32'(u_dut.owed_q);
    assign wraps  = left >= Frame || (row == 0 && column == 0 && u_dut.given_q);
    assign at     = row * Row + column + (wraps ? Frame : 0) - 32'(u_dut.given_q);
    assign taken  = 32'(gen_meaning.y_x_lead) - (wraps ? Frame : 0);
    assign idle   = 32'(gen_meaning.u_idle.count_q);

    // Beat n of x since y's frame began.
    function automatic beat_t beat(input int unsigned n);
      automatic int unsigned unit = 32'(gen_meaning.y_unit);
      if (n >= Frame) unit++;
      if (n >= 2 * Frame) unit++;
      return gen_meaning.x_beats[unit % Units][n >= 2 * Frame ? n - 2 * Frame
                                               : n >= Frame ? n - Frame : n];
    endfunction

    function automatic int unsigned row_of(input int unsigned n);  // in its frame
      row_of = 0;
      for (int unsigned r = 1; r < FrameH; r++)
        if ((n >= Frame ? n - Frame : n) >= r * Row) row_of = r;
    endfunction

    function automatic int unsigned column_of(input int unsigned n);
      return (n >= Frame ? n - Frame : n) - row_of(n) * Row;
    endfunction

    // Column n of windows: what lies under it in the rows above, beside and below.
    function automatic beat_t [2:0] taps(input int unsigned n);
      taps[0] = row_of(n) == 0 ? {Pixels{Pad}} : beat(n - Row);
      taps[1] = beat(n);
      taps[2] = row_of(n) == FrameH - 1 ? {Pixels{Pad}} : beat(n + Row);
    endfunction

    always_comb if (started_q) begin
      places_exist: assert (row < FrameH && column < Row && 32'(u_dut.x_row_q) < FrameH
                            && 32'(u_dut.x_column_q) < Row);
      counts_x: assert (32'(u_dut.x_row_q) * Row + 32'(u_dut.x_column_q)
                        == 32'(gen_meaning.x_beat));
      counts_y: assert (left == at - 32'(column_of(at) != 0));
      owes_last: assert (u_dut.owed_q == '0
                         || (column_of(at) == 0 && y_valid_o && u_dut.row_was_wanted_q));
      leads_by_row: assert (row == FrameH - 1 ? taken >= Frame && taken <= Frame + column
                            : taken >= Row ? taken == (row + 1) * Row + column
                            : row == 0 && column == 0);
      keeps_pace: assert (!u_dut.gen_rows.taken_q || row != FrameH - 1 || taken != Frame
                          || column == 0);
    end

    for (genvar c = 0; c < Row; c++) begin : gen_column
      for (genvar r = 0; r <= FrameH; r++) begin : gen_row  // the newest in the memory
        always_comb if (started_q && taken - 32'(u_dut.gen_rows.taken_q) > r * Row + c
                        && taken - 32'(u_dut.gen_rows.taken_q) <= (r + 1) * Row + c) begin
          keeps_row: assert (u_dut.gen_rows.rows[c][1]
                             == beat((wraps ? Frame : 0) + r * Row + c));
          if (r > 0) begin
            keeps_row_above: assert (u_dut.gen_rows.rows[c][0]
                                     == beat((wraps ? Frame : 0) + (r - 1) * Row + c));
          end
        end
      end
    end

    int unsigned newest;  // the beat that is being written into the memory
    assign newest = taken - 1 + (wraps ? Frame : 0);
    always_comb if (started_q && u_dut.gen_rows.taken_q) begin
      writes_newest: assert (taken != 0 && u_dut.pixels_q == beat(newest)
                             && 32'(u_dut.gen_rows.column_q)
                                == column_of(newest >= 2 * Frame ? newest - Frame : newest));
      if (taken > Row) begin
        shifts_rows: assert (u_dut.gen_rows.rows_q[1] == beat(newest - Row));
      end
    end

    always_comb if (started_q && u_dut.given_q) begin
      has_read: assert (u_dut.arriving == taps(at));
      knows_column: assert (u_dut.last_q == (column_of(at) == Row - 1) && u_dut.row_wanted_q
                            && u_dut.wanted_q == (column_of(at) != 0));
    end
    for (genvar n = 0; n < 3 * Pixels; n++) begin : gen_tap
      localparam int unsigned Place = n / 3 + n % 3;  // from the window beat's left neighbour
      always_comb if (started_q && u_dut.given_q && column_of(at) != 0) begin
        knows_border: assert (u_dut.columns_outside_q[n]
            == ((column_of(at) - 1) * Pixels + Place < 1
                || (column_of(at) - 1) * Pixels + Place > FrameW));
      end
    end
    for (genvar age = 0; age < 2; age++) begin : gen_age
      always_comb if (started_q && (column_of(at) > age || u_dut.owed_q != '0)) begin
        keeps_columns: assert (u_dut.history_q[age] == taps(at - 1 - age));
      end
    end

    always_comb if (started_q) begin  // while nothing moves, the stages run empty
      gives_only_last_row: assert (idle < 1 || !u_dut.flushing || u_dut.given_q);
      reads_only_last_row: assert (idle < 1 || !u_dut.given_q || row_of(at) == FrameH - 1);
      reads_on: assert (idle < 2 || !u_dut.given_q || column_of(at) != 0);
      leaves: assert (idle < 3 || !u_dut.given_q || y_valid_o);
      gives_no_more: assert (idle < 4 || !y_valid_o);
      starves_idle: assert (32'(gen_meaning.u_starved.count_q) <= idle);
    end
  end
