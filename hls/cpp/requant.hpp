// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Divide by a power of two, round, clamp.
///
///   y[l] = min(max(rint(x[l] / 2^kShift), kYMin), kYMax)
///
/// rint rounds a half to the even neighbour.  x is signed.  Rate: one beat per cycle.
/// Golden: hls/golden/requant.py
template <unsigned kLanes, unsigned kXWidth, unsigned kShift, unsigned kYWidth, int kYMin,
          int kYMax>
void Requant(hls::stream<ap_uint<kLanes * kXWidth>> &x, hls::stream<ap_uint<kLanes * kYWidth>> &y,
             unsigned beats) {
  static_assert(kLanes > 0 && kXWidth > 0, "Requant: kLanes and kXWidth must be at least 1");
  static_assert(kYMin <= kYMax, "Requant: kYMin must be at most kYMax");
  using Work = ap_int<Max(Max(kXWidth, kShift), 32) + 1>;  // x with its carry, and the clamp

Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> in = x.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      Work value = Rint<kShift>(Work(SignedLane<kXWidth>(in, l)));
      if (value < kYMin) value = kYMin;
      if (value > kYMax) value = kYMax;
      SetLane<kYWidth>(out, l, value);
    }
    y.write(out);
  }
}

}  // namespace bnn
