// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Add a correction to the residual, saturating.
///
///   y[l] = min(max(x[l] + d[l], kYMin), kYMax)
///
/// d is signed, x signed if kXSigned.  Rate: one beat per cycle.
/// Golden: hls/golden/residual_add.py
template <unsigned kLanes, unsigned kXWidth, bool kXSigned, unsigned kDWidth, unsigned kYWidth,
          int kYMin, int kYMax>
void ResidualAdd(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                 hls::stream<ap_uint<kLanes * kDWidth>> &d,
                 hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned beats) {
  static_assert(kLanes > 0 && kXWidth > 0 && kDWidth > 0,
                "ResidualAdd: kLanes, kXWidth and kDWidth must be at least 1");
  static_assert(kYMin <= kYMax, "ResidualAdd: kYMin must be at most kYMax");
  using Work = ap_int<Max(Max(kXWidth, kDWidth), 31) + 2>;  // the sum, and the clamp

Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> base = x.read();
    const ap_uint<kLanes * kDWidth> delta = d.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      Work value = Lane<kXWidth>(base, l);
      if (kXSigned) value = SignedLane<kXWidth>(base, l);
      value += SignedLane<kDWidth>(delta, l);
      if (value < kYMin) value = kYMin;
      if (value > kYMax) value = kYMax;
      SetLane<kYWidth>(out, l, value);
    }
    y.write(out);
  }
}

}  // namespace bnn
