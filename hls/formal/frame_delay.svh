// SPDX-License-Identifier: MIT
// What frame_delay gives back, with any legal memory: the beat of a frame ago, Fill before there
// was one, as soon as the next beat goes in.  Its meaning reaches from frame to frame, so it is
// stated here; then, for induction with one beat a word and one word a burst, where every word is.

  if (Meaning) begin : gen_frame_ago
    localparam int unsigned Words = FrameBeats;

    logic                           owes_q;  // a beat has gone in whose answer has not gone out
    logic [FrameBeats:0][Width-1:0] past_q;  // the beats that went in, the newest lowest
    logic                           starved_long;

    tarsier_axi_memory_rules #(
      .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Base(Base), .Words(Words)
    ) u_memory (.*);

    tarsier_quiet_cycles #(.Cycles(24)) u_starved (
      .clk_i, .rst_ni, .quiet_i(x_valid_i && !x_ready_o && y_ready_i), .long_o(starved_long)
    );

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        owes_q <= 1'b0;
        past_q <= {(FrameBeats + 1){Width'(Fill)}};
      end else begin
        owes_q <= x_valid_i && x_ready_o || owes_q && !y_ready_i;
        if (x_valid_i && x_ready_o) past_q <= {past_q, x_data_i};
      end
    end

    always_comb if (started_q) begin
      answers_each_beat_at_once: assert (y_valid_o == owes_q);
      waits_for_room: assert (!(x_ready_o && owes_q && !y_ready_i));
      takes_what_is_offered: assert (!starved_long);
    end
    always_comb if (started_q && y_valid_o) begin
      y_is_x_a_frame_ago: assert (y_data_o == past_q[FrameBeats]);
    end

    // Where every word is that went in and has not come back.
    int unsigned fresh, kept, back, held, oldest;  // words before, in and after the memory

    assign fresh  = 32'(u_dut.u_new.level_q);
    assign kept   = 32'(u_memory.written_q) + 32'(u_dut.stored_q) + 32'(u_memory.reading_q);
    assign back   = 32'(u_dut.u_old.level_q);
    assign held   = fresh + kept + back;
    assign oldest = 32'(u_memory.read_index) + 2 * Words - 32'(u_memory.reading_q);

    always_comb if (started_q) begin
      holds_a_frame: assert (held == (u_dut.filling_q ? 32'(u_dut.fill_q) : Words)
                             && (!u_dut.filling_q || 32'(u_dut.fill_q) < Words));
      is_between_bursts: assert ({u_dut.pushed_q, u_dut.sent_q, u_dut.popped_q} == '0
                                 && {u_dut.new_lane_q, u_dut.old_lane_q} == '0);
      levels_exist: assert (fresh <= 2 && back <= Reads && kept <= Words);
      sends_fresh: assert (32'(u_dut.sending_q) == fresh);
      addresses_fresh: assert (u_memory.written_q <= u_memory.writing_q
          && 32'(u_dut.unaddressed_q) + 32'(u_memory.writing_q)
             == fresh + 32'(u_memory.written_q));
      has_places: assert (32'(u_dut.places_q) + 32'(u_memory.reading_q) + back == Reads);
      stays_in_ring: assert (u_memory.exists(m_axi_awaddr) && u_memory.exists(m_axi_araddr));
      writes_next: assert (32'(u_memory.write_index) == (32'(u_memory.read_index)
          + 32'(u_dut.stored_q) + 32'(u_memory.writing_q)) % Words);
      if (back >= 1) gives_oldest: assert (u_dut.old_word == past_q[held - 1]);
      if (back >= 2) gives_next: assert (u_dut.u_old.gen_registers.next_q == past_q[held - 2]);
      if (fresh >= 1) sends_oldest: assert (u_dut.send_word == past_q[fresh - 1]);
      if (fresh >= 2) sends_next: assert (u_dut.u_new.gen_registers.next_q == past_q[0]);
    end
    for (genvar n = 0; n < Words; n++) begin : gen_word
      always_comb if (started_q) begin
        if (u_dut.filling_q && n >= 32'(u_dut.fill_q)) begin
          fills: assert (past_q[n] == Width'(Fill));
        end
        if (n < kept) begin
          keeps: assert (u_memory.words_q[(oldest + n) % Words] == past_q[fresh + kept - 1 - n]);
        end
        if (n < 32'(u_memory.reading_q)) begin
          reads: assert (u_memory.sure_q[n] && 32'(u_memory.reads_q[n]) == (oldest + n) % Words);
        end
        if (n < 32'(u_memory.writing_q)) begin
          writes: assert (32'(u_memory.writes_q[n]) == (32'(u_memory.read_index)
              + 32'(u_dut.stored_q) + n) % Words);
        end
      end
    end
  end
