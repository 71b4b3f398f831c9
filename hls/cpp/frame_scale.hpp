// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Multiply every channel of a frame by a factor of that frame, round, clamp.
///
///   y[c] = min(max(rint(x[c] * k[c] / 2^kShift), kYMin), kYMax)
///
/// rint rounds a half to the even neighbour.  x is signed if kXSigned, k is unsigned.  x is a frame
/// of kPixels pixels, k one pixel a frame, taken before it; beat f = 0 .. kFolds-1 of a pixel
/// carries channel f*kLanes + l in lane l.  Rate: one beat per cycle.
/// Golden: hls/golden/frame_scale.py
template <unsigned kLanes, unsigned kFolds, unsigned kXWidth, bool kXSigned, unsigned kKWidth,
          unsigned kPixels, unsigned kShift, unsigned kYWidth, int kYMin, int kYMax>
void FrameScale(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                hls::stream<ap_uint<kLanes * kKWidth>> &k,
                hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned frames) {
  static_assert(kLanes > 0 && kFolds > 0 && kPixels > 0,
                "FrameScale: kLanes, kFolds and kPixels must be at least 1");
  static_assert(kYMin <= kYMax, "FrameScale: kYMin must be at most kYMax");
  // a product with the rounding's carry, and the clamp
  using Work = ap_int<Max(Max(kXWidth + kKWidth + 1, kShift), 32) + 1>;

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
    ap_uint<kLanes * kKWidth> factors[kFolds];
  Factors:
    for (unsigned fold = 0; fold < kFolds; ++fold) {
      #pragma HLS PIPELINE II=1
      factors[fold] = k.read();
    }
    unsigned fold = 0;
  Beats:
    for (unsigned i = 0; i < kPixels * kFolds; ++i) {
      #pragma HLS PIPELINE II=1
      const ap_uint<kLanes * kXWidth> in = x.read();
      ap_uint<kLanes * kYWidth> out = 0;
    Lanes:
      for (unsigned l = 0; l < kLanes; ++l) {
        #pragma HLS UNROLL
        Work value = Lane<kXWidth>(in, l);
        if (kXSigned) value = SignedLane<kXWidth>(in, l);
        value = Rint<kShift>(Work(value * Work(Lane<kKWidth>(factors[fold], l))));
        if (value < kYMin) value = kYMin;
        if (value > kYMax) value = kYMax;
        SetLane<kYWidth>(out, l, value);
      }
      y.write(out);
      fold = fold == kFolds - 1 ? 0 : fold + 1;
    }
  }
}

}  // namespace bnn
