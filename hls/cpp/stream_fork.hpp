// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// One stream to two readers: y0 = x, y1 = x.  Rate: one beat per cycle.
/// Golden: hls/golden/stream_fork.py
template <unsigned kWidth>
void StreamFork(hls::stream<ap_uint<kWidth>> &x, hls::stream<ap_uint<kWidth>> &y0,
                hls::stream<ap_uint<kWidth>> &y1, unsigned beats) {
  static_assert(kWidth > 0, "StreamFork: kWidth must be at least 1");

Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kWidth> beat = x.read();
    y0.write(beat);
    y1.write(beat);
  }
}

}  // namespace bnn
