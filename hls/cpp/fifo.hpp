// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Hands beats from one stream to another.
template <unsigned kWidth>
void Forward(hls::stream<ap_uint<kWidth>> &x, hls::stream<ap_uint<kWidth>> &y, unsigned beats) {
Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    y.write(x.read());
  }
}

/// A queue of kDepth beats: y = x, in order.  Rate: one beat per cycle.  Golden: hls/golden/fifo.py
///
/// The queue is the stream between two processes that run at once; each may hold a beat more.
template <unsigned kWidth, unsigned kDepth>
void Fifo(hls::stream<ap_uint<kWidth>> &x, hls::stream<ap_uint<kWidth>> &y, unsigned beats) {
  static_assert(kWidth > 0 && kDepth > 0, "Fifo: kWidth and kDepth must be at least 1");
  #pragma HLS DATAFLOW
  hls::stream<ap_uint<kWidth>> queue;
  #pragma HLS STREAM variable=queue depth=kDepth
  Forward<kWidth>(x, queue, beats);
  Forward<kWidth>(queue, y, beats);
}

}  // namespace bnn
