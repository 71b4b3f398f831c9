// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Two streams as one, beat by beat side by side: y = {b, a}, a in the low bits.
///
/// Rate: one beat per cycle.  Golden: hls/golden/concat.py
template <unsigned kAWidth, unsigned kBWidth>
void StreamJoin(hls::stream<ap_uint<kAWidth>> &a, hls::stream<ap_uint<kBWidth>> &b,
                hls::stream<ap_uint<kAWidth + kBWidth>> &y, unsigned beats) {
  static_assert(kAWidth > 0 && kBWidth > 0, "StreamJoin: kAWidth and kBWidth must be at least 1");

Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kAWidth> low = a.read();
    const ap_uint<kBWidth> high = b.read();
    y.write((high, low));
  }
}

}  // namespace bnn
