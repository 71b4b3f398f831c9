// SPDX-License-Identifier: MIT
// What induction needs to know of fifo: how many beats are inside, and where each of them is.

  always_comb if (started_q) level_exists: assert (32'(u_dut.level_q) <= Depth);

  if (Meaning) begin : gen_inside
    always_comb if (started_q) level_is_lead: assert (gen_meaning.y_x_lead == u_dut.level_q);
  end

  if (Meaning && Depth == 2) begin : gen_second
    always_comb if (started_q && u_dut.level_q == 2) begin
      second_is_next: assert (u_dut.gen_registers.next_q
                              == gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 1) % Units]);
    end
  end

  if (Meaning && Depth > 2) begin : gen_rest
    localparam int unsigned Front = RamStyle == 2 ? 2 : 1;  // block
    localparam int unsigned Rest  = Depth - Front;
    logic [31:0] waiting;  // beats in the memory

    assign waiting = 32'(u_dut.level_q) <= Front ? '0 : 32'(u_dut.level_q) - Front;

    always_comb if (started_q && 32'(u_dut.level_q) >= Front) begin
      head_is_next: assert (u_dut.gen_memory.head
                            == gen_meaning.x_beats[(32'(gen_meaning.y_unit) + Front - 1) % Units]);
    end
    always_comb if (started_q) begin
      pointers_exist: assert (u_dut.gen_memory.write_q < Rest && u_dut.gen_memory.read_q < Rest);
      pointers_meet: assert ((32'(u_dut.gen_memory.read_q) + waiting) % Rest
                             == 32'(u_dut.gen_memory.write_q));
    end
    for (genvar n = 0; n < Rest; n++) begin : gen_slot
      always_comb if (started_q && n < waiting) begin
        waits_in_order: assert (u_dut.gen_memory.gen_rest.beats[(32'(u_dut.gen_memory.read_q) + n)
                                                                % Rest]
                                == gen_meaning.x_beats[(32'(gen_meaning.y_unit) + n + Front)
                                                       % Units]);
      end
    end
  end
