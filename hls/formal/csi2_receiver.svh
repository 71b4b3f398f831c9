// SPDX-License-Identifier: MIT
// What csi2_receiver does with whatever its lanes bring: headers are mended, and found where they
// cannot be; of every line as many bytes as its header says are given, unless it is torn; a word is
// queued, or its bytes are counted as lost; and nothing stands still. What it gives is no function of
// a unit of its input, so it is stated here.

  if (Meaning) begin : gen_receiver
    localparam int unsigned Packed     = Bits == 8 ? 1 : Bits == 12 ? 2 : 4;
    localparam int unsigned GroupBytes = (Packed > Pixels ? Packed : Pixels) * Bits / 8;

    always_comb if (started_q) begin
      never_waits: assert (x_ready_o);
      takes_words: assert (!u_dut.queued_valid || u_dut.queued_ready || u_dut.u_pixels.complete);
      gives_groups: assert (!u_dut.u_pixels.complete || u_dut.u_pixels.group_ready
                            || u_dut.u_pixels.group_valid_q);
      holds_less_than_a_group: assert (32'(u_dut.u_pixels.fill_q) < GroupBytes + Lanes);
    end

    // The queue holds words of one to Lanes bytes.
    function automatic logic fits(input logic [8*Lanes+$clog2(Lanes + 1)+1:0] word);
      return word[8*Lanes +: $clog2(Lanes + 1)] != '0
          && 32'(word[8*Lanes +: $clog2(Lanes + 1)]) <= Lanes;
    endfunction

    always_comb if (started_q) begin
      level_exists: assert (u_dut.u_queue.level_q <= 2 && u_dut.level_q == u_dut.u_queue.level_q
                            && u_dut.fullest_o >= u_dut.level_q && u_dut.fullest_o <= 2);
      if (u_dut.u_queue.level_q != 0) first_fits: assert (fits(u_dut.queued));
      if (u_dut.u_queue.level_q == 2) begin
        second_fits: assert (fits(u_dut.u_queue.gen_registers.next_q));
      end
      ends_with_bytes: assert (!u_dut.u_pixels.ending_q || u_dut.u_pixels.fill_q != '0);
    end

    // Every word is queued, or its bytes are counted.
    logic [CountW-1:0] lost_q, words_q;
    logic              past_q = 1'b0;

    always_ff @(posedge clk_i) begin
      past_q  <= rst_ni;
      lost_q  <= u_dut.counts_q[7];
      words_q <= u_dut.word_valid && !(u_dut.push && u_dut.room)
               ? CountW'(u_dut.word[8*Lanes +: $clog2(Lanes + 1)]) : '0;
    end
    always_comb if (past_q && started_q && !cleared_q) begin
      counts_what_is_lost: assert (u_dut.counts_q[7] == CountW'(lost_q + words_q));
    end

    // What the header of a line says, and what is left of it to come.
    logic [16:0] due_q, left, waits;
    assign left  = u_dut.u_packets.left_q > 2 ? u_dut.u_packets.left_q - 17'd2 : '0;
    assign waits = u_dut.u_packets.held_q ? 17'(u_dut.u_packets.size_q) : '0;

    logic starts, given;
    assign starts = u_dut.u_packets.ours && u_dut.u_packets.image;
    assign given  = u_dut.u_packets.y_valid_o;

    always_ff @(posedge clk_i) begin
      if (starts)     due_q <= 17'(u_dut.u_packets.mended[23:8]);
      else if (given) due_q <= due_q - 17'(u_dut.u_packets.size_q);
    end

    logic torn_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || starts)           torn_q <= 1'b0;
      else if (u_dut.u_packets.torn)   torn_q <= 1'b1;
    end

    always_comb if (started_q) begin
      header_begins: assert (u_dut.u_packets.kind_q != 1 /* HEADER */
                             || (u_dut.u_packets.behind_q && !u_dut.u_packets.busy_q
                                 && (!u_dut.u_packets.held_q || u_dut.u_packets.final_q)));
      stays_in_its_packet: assert (!u_dut.u_packets.busy_q || u_dut.u_packets.behind_q
                                   || u_dut.u_packets.kind_q == 3 /* SILENCE */);
      waits_for_more: assert (!u_dut.u_packets.held_q || u_dut.u_packets.final_q
                              || (u_dut.u_packets.busy_q && u_dut.u_packets.image_q));
      brings_bytes: assert (u_dut.u_packets.kind_q != 2 /* PAYLOAD */
                            || (u_dut.u_packets.count_q != '0
                                && 32'(u_dut.u_packets.count_q) <= Lanes));
      word_has_bytes: assert (!u_dut.u_packets.held_q || (u_dut.u_packets.size_q != '0
                              && 32'(u_dut.u_packets.size_q) <= Lanes));
      expects_more: assert (!u_dut.u_packets.busy_q || u_dut.u_packets.left_q != '0);
      if (u_dut.u_packets.busy_q && u_dut.u_packets.image_q) begin
        gives_what_is_due: assert (due_q == left + waits && !torn_q);
        ends_in_time: assert (!u_dut.u_packets.held_q
                              || u_dut.u_packets.final_q == (left == '0));
      end
      if (u_dut.u_packets.held_q && u_dut.u_packets.final_q && !torn_q) begin
        gives_all_of_it: assert (due_q == 17'(u_dut.u_packets.size_q));
      end
    end
  end

  // Any whole header is taken as it is; of the one that is 0, any bit that is turned is mended, and any
  // two are found. The code is linear, so that this holds of all.
  if (Meaning && Lanes == 4) begin : gen_header
    logic [23:0] sent, none, one, two;
    logic [29:0] whole, first, second;
    logic        none_corrected, none_failed, one_corrected, one_failed, two_corrected, two_failed;
    logic [4:0]  a, b;

    assign {b, a, sent} = x_data_i[33:0];
    assign whole = {
      ^(sent & 24'hEFFC00), ^(sent & 24'hDF03F0), ^(sent & 24'hB8E38E),
      ^(sent & 24'h749A6D), ^(sent & 24'hF2555B), ^(sent & 24'hF12CB7), sent
    };
    assign first  = 30'b1 << a;
    assign second = 30'b1 << b;

    tarsier_csi2_header u_none (
      .x_i(whole), .y_o(none), .corrected_o(none_corrected), .failed_o(none_failed)
    );
    tarsier_csi2_header u_one (
      .x_i(first), .y_o(one), .corrected_o(one_corrected), .failed_o(one_failed)
    );
    tarsier_csi2_header u_two (
      .x_i(first ^ second), .y_o(two), .corrected_o(two_corrected), .failed_o(two_failed)
    );

    always_comb begin
      takes_whole_ones: assert (none == sent && !none_failed && !none_corrected);
      mends_one: assert (!one_failed && one == '0 && one_corrected == (a < 30));
      if (a < 30 && b < 30 && a != b) finds_two: assert (two_failed && !two_corrected);
    end
  end
