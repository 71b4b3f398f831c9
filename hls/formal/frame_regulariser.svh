// SPDX-License-Identifier: MIT
// What frame_regulariser gives: frames of Rows times Columns beats with their flags, whatever comes
// and however long; of a frame that comes as it should, what came; and a count for whatever does
// not. What it gives is no function of a frame that is taken, so it is stated here.

  if (Meaning) begin : gen_frames
    localparam int unsigned DataW = Pixels * Bits;

    // Where the next beat of y lies.
    int unsigned y_column_q, y_row_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        y_column_q <= 0;
        y_row_q    <= 0;
      end else if (y_valid_o && y_ready_i) begin
        y_column_q <= (y_column_q + 1) % Columns;
        if (y_column_q == Columns - 1) y_row_q <= (y_row_q + 1) % Rows;
      end
    end

    int unsigned y_place, dut_place;
    assign y_place   = y_row_q * Columns + y_column_q;
    assign dut_place = 32'(u_dut.row_q) * Columns + 32'(u_dut.column_q);

    always_comb if (started_q) begin
      place_exists: assert (y_column_q < Columns && y_row_q < Rows);
      counts_y: assert ((y_place + 32'(y_valid_o)) % (Rows * Columns) == dut_place);
      is_somewhere: assert (32'(u_dut.column_q) < Columns && 32'(u_dut.row_q) < Rows);
      waits_at_the_start: assert (u_dut.busy_q || (dut_place == 0 && !u_dut.fill_line_q
                                                   && !u_dut.fill_frame_q));
      is_busy_behind_it: assert (!u_dut.busy_q || (dut_place != 0 && u_dut.seen_q));
    end
    always_comb if (started_q && y_valid_o) begin
      marks_starts: assert (y_data_o[DataW] == (y_place == 0));
      marks_ends: assert (y_data_o[DataW+1] == (y_column_q == Columns - 1));
      marks_inside: assert (!stable_q || y_data_o[DataW+2] == (y_column_q < 32'(columns_i)
                                                              && y_row_q < 32'(rows_i)));
    end
    // x waits for y, or for what is filled, and that comes to its end.
    always_comb if (started_q && rst_ni && x_valid_i && !x_ready_o && y_ready_i) begin
      works_while_x_waits: assert (u_dut.filler || u_dut.abandon);
    end

    // The settings are legal, and hold still from the start of a frame to that of the next.
    logic [$bits(columns_i)-1:0] columns_q;
    logic [$bits(rows_i)-1:0]    rows_q;
    logic                        stable_q = 1'b0;  // since the start of the frame that y is in

    always_ff @(posedge clk_i) begin
      columns_q <= columns_i;
      rows_q    <= rows_i;
      stable_q  <= rst_ni && (stable_q || u_dut.first) && !(y_place == Rows * Columns - 1);
    end

    always_comb begin
      legal: assume (columns_i >= 2 && 32'(columns_i) <= Columns && rows_i >= 1
                     && 32'(rows_i) <= Rows);
      if (started_q && !start_q) stay: assume (columns_i == columns_q && rows_i == rows_q);
    end

    // A camera that does as it should, until it does not.
    logic        start_q = 1'b0;
    logic        clean_q = 1'b0;   // since the start of the frame
    logic        passed_q = 1'b0;  // a beat of a clean frame was taken
    logic        fault_q = 1'b0;   // a clean frame was broken
    int unsigned column_q, row_q;  // of the next beat of x
    logic        taken, user, last, whole, broken;
    logic [DataW-1:0]            pixels_q;
    logic [$bits(counts_o)-1:0]  counts_q;

    assign taken        = x_valid_i && x_ready_o;
    assign {last, user} = x_data_i[DataW +: 2];
    assign whole        = row_q == 32'(rows_i);
    assign broken       = clean_q && (x_valid_i ? whole ? taken && !user
                                                  : user || (taken && last != (column_q == 32'(columns_i) - 1))
                                                : cut_i && !whole);

    always_ff @(posedge clk_i) begin
      start_q  <= rst_ni && start_o;
      passed_q <= rst_ni && taken && ((clean_q && !broken) || (user && !last));
      fault_q  <= rst_ni && (broken || (taken && user && last));
      pixels_q <= x_data_i[DataW-1:0];
      counts_q <= counts_o;
      if (!rst_ni) begin
        clean_q <= 1'b0;
      end else if (taken && user) begin
        clean_q  <= !last;
        column_q <= 1;
        row_q    <= 0;
      end else if (broken) begin
        clean_q <= 1'b0;
      end else if (clean_q && taken) begin
        column_q <= last ? 0 : column_q + 1;
        if (last) row_q <= row_q + 1;
      end
    end

    always_comb if (started_q && rst_ni) begin
      if (passed_q) gives_what_came: assert (y_valid_o && y_data_o[DataW-1:0] == pixels_q);
      if (fault_q) counts_every_fault: assert (counts_o != counts_q);
    end
    always_comb if (started_q && clean_q) begin
      camera_is_somewhere: assert (column_q < 32'(columns_i)
                                   && (whole ? column_q == 0 : row_q < 32'(rows_i)));
      drops_nothing_of_it: assert (!u_dut.skip_q && !u_dut.stray_q && u_dut.seen_q);
      if (whole) begin
        fills_below: assert (!u_dut.busy_q || u_dut.fill_frame_q
                             || (u_dut.fill_line_q && 32'(u_dut.row_q) == 32'(rows_i) - 1));
      end else if (u_dut.fill_line_q) begin
        fills_beside: assert (u_dut.busy_q && !u_dut.fill_frame_q && column_q == 0
                              && 32'(u_dut.row_q) == row_q - 1
                              && u_dut.column_q >= columns_i);
      end else begin
        stands_with_it: assert (u_dut.busy_q && !u_dut.fill_frame_q
                                && 32'(u_dut.row_q) == row_q && 32'(u_dut.column_q) == column_q);
      end
    end
  end
