// SPDX-License-Identifier: MIT
// What frame_fifo gives, with any legal memory: Fill, then every beat that came, in order, once.
// Its meaning reaches from frame to frame, so it is stated here; then, for induction with one beat
// a word and one word a burst, where every word is.

  if (Meaning) begin : gen_queue
    localparam int unsigned Words     = Bursts;
    localparam int unsigned FillBeats = Initial * FrameBeats;
    localparam int unsigned Most      = 2 + Words + Reads + 1;  // beats anywhere

    logic [Most-1:0][Width-1:0] past_q;    // the beats that came, the newest lowest
    int unsigned                inside_q;  // of them have not left
    int unsigned                filled_q;  // beats of Fill that have left
    logic                       is_fill, starved_long, silent_long;

    tarsier_axi_memory_rules #(
      .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Base('0), .Words(Words)
    ) u_memory (.*);

    always_comb base_is_aligned: assume (base_i == '0);
    always_comb bursts_are_words: assume (m_axi_rlast);

    tarsier_quiet_cycles #(.Cycles(30)) u_starved (
      .clk_i, .rst_ni, .quiet_i(x_valid_i && !x_ready_o && y_ready_i), .long_o(starved_long)
    );
    tarsier_quiet_cycles #(.Cycles(30)) u_silent (
      .clk_i, .rst_ni, .quiet_i(inside_q != 0 && !y_valid_o), .long_o(silent_long)
    );

    assign is_fill = filled_q < FillBeats;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        past_q   <= '0;
        inside_q <= 0;
        filled_q <= 0;
      end else begin
        if (x_valid_i && x_ready_o) past_q <= {past_q, x_data_i};
        inside_q <= inside_q + 32'(x_valid_i && x_ready_o)
                  - 32'(y_valid_o && y_ready_i && !is_fill);
        if (y_valid_o && y_ready_i && is_fill) filled_q <= filled_q + 1;
      end
    end

    always_comb if (started_q) begin
      takes_what_is_offered: assert (!starved_long);
      gives_what_is_there: assert (!silent_long);
      fill_is_at_hand: assert (!u_dut.filling_q || y_valid_o || u_dut.fill_q == '0);
      holds_no_more: assert (inside_q <= Most);
    end
    always_comb if (started_q && y_valid_o) begin
      invents_nothing: assert (is_fill || inside_q != 0);
      y_is_next: assert (y_data_o == (is_fill ? Width'(Fill) : past_q[inside_q - 1]));
    end

    // Where every word is that went in and has not come back.
    int unsigned fresh, kept, back, held, oldest;  // words before, in and after the memory

    assign fresh  = 32'(u_dut.u_new.level_q);
    assign kept   = 32'(u_memory.written_q) + 32'(u_dut.stored_q) + 32'(u_memory.reading_q);
    assign back   = 32'(u_dut.u_old.level_q);
    assign held   = fresh + kept + back;
    assign oldest = 32'(u_memory.read_index) + 2 * Words - 32'(u_memory.reading_q);

    always_comb if (started_q) begin
      knows_all: assert (inside_q == held + 32'(y_valid_o && !is_fill));
      fills_first: assert (u_dut.filling_q == (32'(u_dut.fill_q) < FillBeats)
          && 32'(u_dut.fill_q) <= FillBeats && filled_q <= FillBeats
          && 32'(u_dut.fill_q) == filled_q + 32'(y_valid_o && is_fill));
      is_between_bursts: assert ({u_dut.pushed_q, u_dut.sent_q, u_dut.popped_q} == '0
          && {u_dut.new_lane_q, u_dut.old_first, u_dut.begun_q, u_dut.fold_q} == '0);
      counts_bursts: assert (32'(u_dut.pushing_q) < FrameBeats && 32'(u_dut.addressing_q) < FrameBeats
          && 32'(u_dut.sends_q) < FrameBeats && 32'(u_dut.asking_q) < FrameBeats
          && 32'(u_dut.popping_q) < FrameBeats);
      levels_exist: assert (fresh <= 2 && back <= Reads && kept <= Words);
      waits_or_sends: assert (32'(u_dut.waiting_q) + 32'(u_dut.sending_q) == fresh);
      has_space: assert (32'(u_dut.space_q) + 32'(u_dut.sending_q) + kept == Words);
      addresses_granted: assert (u_memory.written_q <= u_memory.writing_q
          && 32'(u_dut.unaddressed_q) + 32'(u_memory.writing_q)
             == 32'(u_dut.sending_q) + 32'(u_memory.written_q));
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
