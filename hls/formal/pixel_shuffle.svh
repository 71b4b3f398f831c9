// SPDX-License-Identifier: MIT
// What induction needs to know of pixel_shuffle: where y stands in the rows of a row of x, and the
// words that wait for each of them.

  for (genvar r = 0; r < Factor; r++) begin : gen_level
    localparam int Depth = FrameW*(Factor-1+r)/Factor + 1;
    always_comb if (started_q) level_exists: assert (u_dut.gen_row[r].u_row.level_q <= Depth);
  end

  if (Meaning) begin : gen_inside
    int i, j, column;

    assign i      = int'(u_dut.i_q);
    assign j      = int'(u_dut.j_q);
    assign column = int'(u_dut.column_q);

    always_comb if (started_q) begin
      place_exists: assert (i < Factor && j < Factor && column < FrameW);
      counts_y: assert (int'(gen_meaning.y_beat) == (i * FrameW + column) * Factor + j);
      waits_whole: assert (j == 0 || y_valid_o);
    end

    for (genvar r = 0; r < Factor; r++) begin : gen_row
      localparam int Depth = FrameW*(Factor-1+r)/Factor + 1;
      localparam int Rest  = Depth - 1;
      typedef logic [Factor-1:0][Channels*Width-1:0] word_t;
      int level, read;

      // The word of row r that `ahead` later words of x follow: a pixel's channels c, row r.
      function automatic word_t word(input int ahead);
        automatic logic [Factor*Factor*Channels*Width-1:0] x;
        x = gen_meaning.x_beats[(32'(gen_meaning.x_unit) + (32'(gen_meaning.x_beat) - ahead - 1
                                 + FrameW * Units) / FrameW) % Units]
                               [(32'(gen_meaning.x_beat) - ahead - 1 + FrameW * Units) % FrameW];
        for (int unsigned n = 0; n < Factor; n++)
          for (int unsigned c = 0; c < Channels; c++)
            word[n][c*Width +: Width] = x[((c*Factor + r)*Factor + n)*Width +: Width];
      endfunction

      assign level = int'(u_dut.gen_row[r].u_row.level_q);

      always_comb if (started_q) begin
        counts_x: assert (int'(gen_meaning.y_x_lead)
                          == level + (i > r ? FrameW : i == r ? column : 0));
      end
      always_comb if (started_q && level > 0) begin
        offers_oldest: assert (u_dut.gen_row[r].u_row.y_data_o == word(level - 1));
      end

      if (Depth == 2) begin : gen_second
        always_comb if (started_q && level == 2) begin
          second_is_next: assert (u_dut.gen_row[r].u_row.gen_registers.next_q == word(0));
        end
      end else if (Depth > 2) begin : gen_rest
        assign read = int'(u_dut.gen_row[r].u_row.gen_memory.read_q);
        always_comb if (started_q) begin
          pointers_meet: assert (read < Rest && (read + (level == 0 ? 0 : level - 1)) % Rest
                                 == int'(u_dut.gen_row[r].u_row.gen_memory.write_q));
        end
        for (genvar n = 0; n < Rest; n++) begin : gen_slot
          always_comb if (started_q && n < level - 1) begin
            waits_in_order: assert (u_dut.gen_row[r].u_row.gen_memory.gen_rest.beats[(read + n) % Rest]
                                    == word(level - 2 - n));
          end
        end
      end
    end
  end
