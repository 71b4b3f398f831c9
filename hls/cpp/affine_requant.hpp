// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// A line of one or two pieces per channel, divided by a power of two, rounded and clamped.
///
///   y[c] = min(max(rint((x[c] * mul[c][p] + add[c][p]) / 2^kShift), kYMin), kYMax)
///   p    = kPieces == 2 && x[c] >= knot[c]
///
/// rint rounds a half to the even neighbour.  x is signed if kXSigned; kSumW must hold
/// x * mul + add for every x, also with half an output step more.  Beat f = 0 .. kFolds-1, cyclic,
/// carries channel f*kLanes + l in lane l.  Rate: one beat per cycle.
/// Golden: hls/golden/affine_requant.py
template <unsigned kLanes, unsigned kFolds, unsigned kXWidth, bool kXSigned, unsigned kPieces,
          unsigned kMWidth, unsigned kAWidth, unsigned kSumW, unsigned kShift, unsigned kYWidth,
          int kYMin, int kYMax>
void AffineRequant(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                   const ap_int<kXWidth + 1> (&knot)[kLanes * kFolds],
                   const ap_int<kMWidth> (&mul)[kLanes * kFolds][kPieces],
                   const ap_int<kAWidth> (&add)[kLanes * kFolds][kPieces],
                   hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned pixels) {
  static_assert(kLanes > 0 && kFolds > 0, "AffineRequant: kLanes and kFolds must be at least 1");
  static_assert(kPieces == 1 || kPieces == 2, "AffineRequant: kPieces must be 1 or 2");
  static_assert(kYMin <= kYMax, "AffineRequant: kYMin must be at most kYMax");
  using Work = ap_int<Max(Max(kSumW, kShift), 32) + 1>;  // a sum with its carry, and the clamp
  unsigned fold = 0;

Beats:
  for (unsigned i = 0; i < pixels * kFolds; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> in = x.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      const unsigned channel = fold * kLanes + l;
      // one bit more than x has, so that one signed type holds both kinds
      ap_int<kXWidth + 1> value = Lane<kXWidth>(in, l);
      if (kXSigned) value = SignedLane<kXWidth>(in, l);
      const unsigned piece = kPieces == 2 && value >= knot[channel] ? kPieces - 1 : 0;
      const ap_int<kSumW> sum = value * mul[channel][piece] + add[channel][piece];
      Work rounded = Rint<kShift>(Work(sum));
      if (rounded < kYMin) rounded = kYMin;
      if (rounded > kYMax) rounded = kYMax;
      SetLane<kYWidth>(out, l, rounded);
    }
    y.write(out);
    fold = fold == kFolds - 1 ? 0 : fold + 1;
  }
}

}  // namespace bnn
