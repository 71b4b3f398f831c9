// SPDX-License-Identifier: MIT
//
// tarsier_frame_server - a network behind a serial line: a frame in, the restored frame back.
//
//   LISTEN  bytes from the line fill the frame store
//   RUN     the frame store feeds the network, which fills it with its result
//   REPLY   the frame store, or the reason why there is nothing, goes to the line
//
// Memory    frames that go in and come out in the same size share one store; others have one each.
// Rate      the network takes a pixel whenever it is ready: it works at its own pace, not at the
//           line's.  cycles of the reply is how long RUN lasted.
// Lights    0 awake, 1 hears a request, 2 runs, 3 replies, 4 the last request was good, 5 it was
//           refused, 7..6 counts requests
// Reset     synchronous.  Forgets a request, and what is inside the network.
// Golden    flow/synth/nextpnr/serial_protocol.py     Test  tests/flow/test_ecp5_system.py
module tarsier_frame_server #(
  parameter int unsigned Design  = 0,          // its number, which requests must name
  parameter int unsigned XWidth  = 40,         // bits of a pixel that goes in
  parameter int unsigned XPixels = 64,         // of a frame
  parameter int unsigned YWidth  = 40,         // and of what comes out
  parameter int unsigned YPixels = 64,
  parameter int unsigned Divider = 25,         // cycles per bit of the line
  parameter int unsigned Silence = 5_000_000   // cycles after which a request is over
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       rx_i,
  output logic       tx_o,
  output logic [7:0] lights_o
);

  typedef enum logic [1:0] { LISTEN, RUN, REPLY } state_e;

  state_e            state_q, state_d;
  logic              change;
  logic              in_valid, in_broken, out_valid, out_ready;
  logic [7:0]        in_data, out_data;
  logic              heard, asked, good, replied, full;
  logic [31:0]       status, cycles_q;
  logic              loaded_valid, x_valid, x_ready, y_valid, sent_valid, sent_ready;
  logic [XWidth-1:0] loaded_data, x_data;
  logic [YWidth-1:0] y_data, sent_data;
  logic [1:0]        requests_q;
  logic              answered_q, refused_q;

  assign change = state_d != state_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      LISTEN:  if (asked)   state_d = good ? RUN : REPLY;
      RUN:     if (full)    state_d = REPLY;
      default: if (replied) state_d = LISTEN;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (asked)                        cycles_q <= '0;
    else if (state_q == RUN && !full) cycles_q <= cycles_q + 1'b1;

    if (!rst_ni) begin
      state_q    <= LISTEN;
      requests_q <= '0;
      answered_q <= 1'b0;
      refused_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      if (asked) begin
        requests_q <= requests_q + 1'b1;
        answered_q <= good;
        refused_q  <= !good;
      end
    end
  end

  assign lights_o = {requests_q, refused_q, answered_q,
                     state_q == REPLY, state_q == RUN, heard, 1'b1};

  tarsier_uart_rx #(.Divider(Divider)) u_rx (
    .clk_i,
    .rst_ni,
    .line_i(rx_i),
    .byte_valid_o(in_valid),
    .byte_broken_o(in_broken),
    .byte_data_o(in_data)
  );

  tarsier_frame_request #(
    .Design(Design),
    .Width(XWidth),
    .Pixels(XPixels),
    .Silence(Silence)
  ) u_request (
    .clk_i,
    .rst_ni,
    .listen_i(state_q == LISTEN),
    .byte_valid_i(in_valid),
    .byte_broken_i(in_broken),
    .byte_data_i(in_data),
    .pixel_valid_o(loaded_valid),
    .pixel_data_o(loaded_data),
    .busy_o(heard),
    .done_o(asked),
    .good_o(good),
    .status_o(status)
  );

  if (XWidth == YWidth && XPixels == YPixels) begin : gen_shared
    logic              r_valid, r_ready;
    logic [XWidth-1:0] r_data;

    assign r_ready    = state_q == RUN ? x_ready : state_q == REPLY && sent_ready;
    assign x_valid    = r_valid;
    assign x_data     = r_data;
    assign sent_valid = r_valid;
    assign sent_data  = r_data;

    tarsier_frame_store #(
      .Width(XWidth),
      .Pixels(XPixels)
    ) u_store (
      .clk_i,
      .rst_ni,
      .clear_i(change),
      .w_valid_i(state_q == RUN ? y_valid : loaded_valid),
      .w_data_i(state_q == RUN ? y_data : loaded_data),
      .w_full_o(full),
      .r_valid_o(r_valid),
      .r_ready_i(r_ready),
      .r_data_o(r_data)
    );
  end else begin : gen_each
    logic loaded;  // that all pixels came is known by the request's length

    tarsier_frame_store #(
      .Width(XWidth),
      .Pixels(XPixels)
    ) u_x_store (
      .clk_i,
      .rst_ni,
      .clear_i(change),
      .w_valid_i(loaded_valid),
      .w_data_i(loaded_data),
      .w_full_o(loaded),
      .r_valid_o(x_valid),
      .r_ready_i(state_q == RUN && x_ready),
      .r_data_o(x_data)
    );

    tarsier_frame_store #(
      .Width(YWidth),
      .Pixels(YPixels)
    ) u_y_store (
      .clk_i,
      .rst_ni,
      .clear_i(change),
      .w_valid_i(state_q == RUN && y_valid),
      .w_data_i(y_data),
      .w_full_o(full),
      .r_valid_o(sent_valid),
      .r_ready_i(state_q == REPLY && sent_ready),
      .r_data_o(sent_data)
    );

    logic unused;
    assign unused = loaded;
  end

  tarsier_top u_net (
    .clk_i,
    .rst_ni,
    .x_valid_i(x_valid && state_q == RUN),
    .x_ready_o(x_ready),
    .x_data_i(x_data),
    .y_valid_o(y_valid),
    .y_ready_i(state_q == RUN),
    .y_data_o(y_data)
  );

  tarsier_frame_reply #(
    .Design(Design),
    .Width(YWidth),
    .Pixels(YPixels)
  ) u_reply (
    .clk_i,
    .rst_ni,
    .start_i(change && state_d == REPLY),
    .full_i(good),
    .status_i(status),
    .cycles_i(cycles_q),
    .done_o(replied),
    .pixel_valid_i(sent_valid && state_q == REPLY),
    .pixel_ready_o(sent_ready),
    .pixel_data_i(sent_data),
    .byte_valid_o(out_valid),
    .byte_ready_i(out_ready),
    .byte_data_o(out_data)
  );

  tarsier_uart_tx #(.Divider(Divider)) u_tx (
    .clk_i,
    .rst_ni,
    .byte_valid_i(out_valid),
    .byte_ready_o(out_ready),
    .byte_data_i(out_data),
    .line_o(tx_o)
  );

endmodule
