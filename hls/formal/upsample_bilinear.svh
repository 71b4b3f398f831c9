// SPDX-License-Identifier: MIT
// What induction needs to know of upsample_bilinear: which values are in its stages, which pixels
// lie in its two memories, have been read, or are blended with those of the other row.

  if (Meaning) begin : gen_inside
    localparam int unsigned YRow   = 2 * FrameW;
    localparam int unsigned Values = 2 * FrameH * YRow;
    localparam int unsigned Pixels = FrameH * FrameW;
    int unsigned at2, at1, at0;    // the value behind y, the one behind that, and the next to start
    int unsigned row, column;      // of the next to start
    int unsigned upper;            // the upper row of x beside it
    int unsigned taken;            // pixels since its frame began
    int unsigned reads, freed;     // columns that its row has read; pixels given up since then
    int unsigned used;             // pixels that have been needed since then
    int unsigned idle;

    assign at2    = 32'(gen_meaning.y_beat) + 32'(y_valid_o);
    assign at1    = at2 + 32'(u_dut.blend_step_q);
    assign at0    = at1 + 32'(u_dut.step_q);
    assign row    = 32'(u_dut.y_row_q);
    assign column = 32'(u_dut.y_column_q);
    assign upper  = row == 0 ? 0 : (row - 1) / 2;
    assign taken  = 32'(gen_meaning.y_x_lead) - (at0 >= Values ? Pixels : 0);
    assign reads  = column != 0 ? 1 + column / 2 : 0;
    assign freed  = upper * FrameW + (u_dut.last_use ? reads : 0);
    assign used   = row == 0 ? reads
                  : u_dut.first_use ? (upper + 1) * FrameW + reads
                  : u_dut.bottom ? (upper + 1) * FrameW : (upper + 2) * FrameW;
    assign idle   = 32'(gen_meaning.u_idle.count_q);

    function automatic int unsigned row_of(input int unsigned value);
      row_of = 0;
      for (int unsigned r = 1; r < 2 * FrameH; r++) if (in_frame(value) >= r * YRow) row_of = r;
    endfunction

    function automatic int unsigned in_frame(input int unsigned value);
      return value >= Values ? value - Values : value;
    endfunction

    function automatic int unsigned column_of(input int unsigned value);
      return in_frame(value) - row_of(value) * YRow;
    endfunction

    // Of the frame that `value` belongs to, counted on into the next one.
    function automatic logic [Lanes*XWidth-1:0] pixel(input int unsigned value,
                                                      input int unsigned place);
      return gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(value >= Values)
                                  + 32'(place >= Pixels)) % Units]
                                [place >= Pixels ? place - Pixels : place];
    endfunction

    function automatic logic [Lanes*XWidth-1:0] near(input int unsigned value, input int unsigned x);
      return pixel(value, row_of(value) / 2 * FrameW + x);
    endfunction

    function automatic logic [Lanes*XWidth-1:0] far(input int unsigned value, input int unsigned x);
      automatic int unsigned y = row_of(value);
      y = y % 2 == 0 ? (y == 0 ? 0 : y / 2 - 1) : (y == 2 * FrameH - 1 ? y / 2 : y / 2 + 1);
      return pixel(value, y * FrameW + x);
    endfunction

    // Column x of both rows, at the first lane.
    function automatic logic [XWidth+1:0] blend(input int unsigned value, input int unsigned x);
      automatic logic [XWidth-1:0] a = XWidth'(near(value, x));
      automatic logic [XWidth-1:0] b = XWidth'(far(value, x));
      return {{2{XSigned && a[XWidth-1]}}, a} * (XWidth+2)'(3) + {{2{XSigned && b[XWidth-1]}}, b};
    endfunction

    function automatic int unsigned left(input int unsigned c);  // of column c of y
      return c % 2 == 1 ? c / 2 : c == 0 ? 0 : c / 2 - 1;
    endfunction

    function automatic int unsigned right(input int unsigned c);
      return c % 2 == 0 || c == YRow - 1 ? c / 2 : c / 2 + 1;
    endfunction

    always_comb if (started_q) begin
      place_exists: assert (row < 2 * FrameH && column < YRow);
      counts_y: assert (in_frame(at0) == row * YRow + column);
      counts_x: assert (32'(u_dut.x_column_q) < FrameW
                        && taken == freed + 32'(u_dut.level_q) && u_dut.level_q <= 2 * FrameW);
      has_used: assert (taken >= used);
      writes_row: assert (upper * FrameW + (u_dut.x_row_q == u_dut.upper_q ? 0 : FrameW)
          + 32'(u_dut.x_column_q) == taken
          || u_dut.x_row_q == u_dut.upper_q
             && (upper + 2) * FrameW + 32'(u_dut.x_column_q) == taken
          || u_dut.x_row_q != u_dut.upper_q
             && (upper + 3) * FrameW == taken && u_dut.x_column_q == 0);
    end
    for (genvar x = 0; x < FrameW; x++) begin : gen_column
      always_comb if (started_q) begin
        if ((x >= reads || !u_dut.last_use) && taken > upper * FrameW + x) begin
          keeps_upper: assert ((u_dut.upper_q ? u_dut.gen_row[1].pixels[x]
                                              : u_dut.gen_row[0].pixels[x])
                               == pixel(at0, upper * FrameW + x));
        end
        if (taken > (upper + 1) * FrameW + x) begin
          keeps_lower: assert ((u_dut.upper_q ? u_dut.gen_row[0].pixels[x]
                                              : u_dut.gen_row[1].pixels[x])
                               == pixel(at0, (upper + 1) * FrameW + x));
        end
        if (x < reads && u_dut.last_use && taken > (upper + 2) * FrameW + x) begin
          keeps_next: assert ((u_dut.upper_q ? u_dut.gen_row[1].pixels[x]
                                             : u_dut.gen_row[0].pixels[x])
                              == pixel(at0, (upper + 2) * FrameW + x));
        end
      end
    end

    always_comb if (started_q && u_dut.step_q) begin
      knows_column: assert (u_dut.odd_q == column_of(at1) % 2 && u_dut.first_q == (column_of(at1) == 0)
          && u_dut.read_q == (column_of(at1) == 0
                              || column_of(at1) % 2 == 1 && column_of(at1) != YRow - 1));
      if (u_dut.read_q) begin
        has_read: assert (u_dut.pixels_q[u_dut.near_q] == near(at1, right(column_of(at1)))
                          && u_dut.pixels_q[u_dut.far_q] == far(at1, right(column_of(at1))));
      end
    end
    always_comb if (started_q && column_of(at1) != 0) begin
      has_blended: assert ((XWidth+2)'(u_dut.left_q) == blend(at1, left(column_of(at1) - 1))
                           && (XWidth+2)'(u_dut.right_q) == blend(at1, right(column_of(at1) - 1)));
    end
    always_comb if (started_q && u_dut.blend_step_q) begin
      blends: assert ((XWidth+2)'(u_dut.left_q) == blend(at2, left(column_of(at2)))
                      && (XWidth+2)'(u_dut.right_q) == blend(at2, right(column_of(at2)))
                      && u_dut.blend_odd_q == column_of(at2) % 2);
    end
    always_comb if (started_q) begin  // while nothing moves, the stages run empty
      starts_no_more: assert (idle < 1 || !u_dut.have || u_dut.step_q);
      reads_no_more: assert (idle < 2 || !u_dut.step_q || u_dut.blend_step_q);
      blends_no_more: assert (idle < 3 || !u_dut.blend_step_q || y_valid_o);
      gives_no_more: assert (idle < 4 || !y_valid_o);
      starves_idle: assert (32'(gen_meaning.u_starved.count_q) <= idle);
    end
  end
