// SPDX-License-Identifier: MIT
// What induction needs to know of affine_requant: its beat counter follows the beats of x, and
// which beats are in its stages, and what has become of them there.

  if (Meaning) begin : gen_inside
    localparam int HALF = 1 <<< Shift >>> 1;
    int unsigned at [4];  // which beat each stage holds, since y's unit began

    assign at[3] = 32'(gen_meaning.y_beat);
    assign at[2] = at[3] + 32'(u_dut.valid_q[3]);
    assign at[1] = at[2] + 32'(u_dut.valid_q[2]);
    assign at[0] = at[1] + 32'(u_dut.valid_q[1]);

    // Of lane l of beat n.
    function automatic int value(input int unsigned n, input int unsigned l);
      automatic logic [Lanes*XWidth-1:0] x;
      automatic logic [XWidth-1:0]       lane;
      x    = gen_meaning.x_beats[(32'(gen_meaning.y_unit) + n / Folds) % Units][n % Folds];
      lane = x[l*XWidth +: XWidth];
      return 32'(signed'({XSigned && lane[XWidth-1], lane}));
    endfunction

    function automatic int unsigned line(input int unsigned n, input int unsigned l);
      automatic int unsigned       channel = n % Folds * Lanes + l;
      automatic logic [XWidth-1:0] knot    = Knot[channel*XWidth +: XWidth];
      return channel * Pieces + 32'(
          Pieces == 2 && value(n, l) >= 32'(signed'({XSigned && knot[XWidth-1], knot})));
    endfunction

    function automatic int factor(input int unsigned n, input int unsigned l);
      return 32'(signed'(Mul[line(n, l)*MWidth +: MWidth]));
    endfunction

    function automatic int offset(input int unsigned n, input int unsigned l);
      return 32'(signed'(Add[line(n, l)*AWidth +: AWidth])) + HALF;
    endfunction

    always_comb if (started_q) begin
      counts_x: assert (32'(u_dut.fold_q) == 32'(gen_meaning.x_beat));
      follows_x: assert (32'(gen_meaning.y_x_lead)
                         == at[3] + 32'($countones(u_dut.valid_q)));
    end
    for (genvar k = 0; k < 3; k++) begin : gen_stage
      always_comb if (started_q && 32'(gen_meaning.u_idle.count_q) > k) begin
        drains: assert (!u_dut.valid_q[k]);
      end
    end
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      always_comb if (started_q && u_dut.valid_q[0]) begin
        chooses: assert (32'(u_dut.gen_lane[l].x_q) == value(at[0], l)
                         && 32'(u_dut.gen_lane[l].mul_q) == factor(at[0], l)
                         && 32'(u_dut.gen_lane[l].offset_q) == offset(at[0], l));
      end
      always_comb if (started_q && u_dut.valid_q[1]) begin
        multiplies: assert (
            32'(u_dut.gen_lane[l].product_q) == value(at[1], l) * factor(at[1], l)
            && 32'(u_dut.gen_lane[l].offset_late_q) == offset(at[1], l));
      end
      always_comb if (started_q && u_dut.valid_q[2]) begin
        adds: assert (32'(u_dut.gen_lane[l].sum_q)
                      == value(at[2], l) * factor(at[2], l) + offset(at[2], l));
      end
    end
  end
