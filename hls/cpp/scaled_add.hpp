// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Bits of the narrowest signed integer that holds `n`.
constexpr unsigned SignedBits(long long n) {
  return n < 0 ? SignedBits(~n) : n == 0 ? 1 : 1 + SignedBits(n >> 1);
}

/// The sum of two streams of different scales, rounded and clamped.
///
///   y[c] = min(max(rint((x[c]*kXScale + d[c]*kDScale + offset[c]) / 2^kShift), kYMin), kYMax)
///
/// rint rounds a half to the even neighbour.  x is signed if kXSigned, d if kDSigned.
/// Beat f = 0 .. kFolds-1, cyclic, carries channel f*kLanes + l in lane l.
/// Rate: one beat per cycle.  Golden: hls/golden/scaled_add.py
template <unsigned kLanes, unsigned kFolds, unsigned kXWidth, bool kXSigned, unsigned kDWidth,
          bool kDSigned, long long kXScale, long long kDScale, unsigned kOffsetW, unsigned kShift,
          unsigned kYWidth, long long kYMin, long long kYMax>
void ScaledAdd(hls::stream<ap_uint<kLanes * kXWidth>> &x,
               hls::stream<ap_uint<kLanes * kDWidth>> &d,
               const ap_int<kOffsetW> (&offset)[kLanes * kFolds],
               hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned pixels) {
  static_assert(kLanes > 0 && kFolds > 0 && kXWidth > 0 && kDWidth > 0,
                "ScaledAdd: kLanes, kFolds, kXWidth and kDWidth must be at least 1");
  static_assert(kYMin <= kYMax, "ScaledAdd: kYMin must be at most kYMax");
  constexpr unsigned kTerm =
      Max(Max(kXWidth + SignedBits(kXScale), kDWidth + SignedBits(kDScale)) + 1,
          kOffsetW);
  // with the carries of two sums and of the rounding, and of the clamp's integers
  using Work = ap_int<Max(Max(kTerm, kShift), Max(SignedBits(kYMin), SignedBits(kYMax))) + 2>;

  unsigned fold = 0;

Beats:
  for (unsigned i = 0; i < pixels * kFolds; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> base = x.read();
    const ap_uint<kLanes * kDWidth> delta = d.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      Work x_value = Lane<kXWidth>(base, l);
      Work d_value = Lane<kDWidth>(delta, l);
      if (kXSigned) x_value = SignedLane<kXWidth>(base, l);
      if (kDSigned) d_value = SignedLane<kDWidth>(delta, l);
      const Work sum =
          x_value * Work(kXScale) + d_value * Work(kDScale) + Work(offset[fold * kLanes + l]);
      Work value = Rint<kShift>(sum);
      if (value < kYMin) value = kYMin;
      if (value > kYMax) value = kYMax;
      SetLane<kYWidth>(out, l, value);
    }
    y.write(out);
    fold = fold == kFolds - 1 ? 0 : fold + 1;
  }
}

}  // namespace bnn
