// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// A mean over a frame for every channel, exactly rounded.
///
///   y[c] = rint(2^kFraction * sum(v[c]) / kPixels)
///   v    = x, |x| or x^2,   for kStatistic 0, 1 and 2
///
/// rint rounds a half to the even neighbour.  x is signed if kXSigned, and so is the mean of x
/// itself.  x is a frame of kPixels pixels of kFolds beats, beat f with channel f*kLanes + l in
/// lane l; y is one pixel a frame.  With kInitial the pixel `first` comes before the first frame's;
/// `holds` tells whether it has, and is false before the first call.
/// Rate: one beat of x per cycle, and a division per fold and frame.
/// Golden: hls/golden/channel_stats.py
template <unsigned kLanes, unsigned kFolds, unsigned kXWidth, bool kXSigned, unsigned kStatistic,
          unsigned kPixels, unsigned kFraction, bool kInitial, unsigned kYWidth>
void ChannelStats(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                  const ap_uint<kYWidth> (&first)[kLanes * kFolds], bool &holds,
                  hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned frames) {
  static_assert(kLanes > 0 && kFolds > 0 && kPixels > 0,
                "ChannelStats: kLanes, kFolds and kPixels must be at least 1");
  static_assert(!kXSigned || kXWidth > 1, "ChannelStats: kXWidth must be at least 2 where kXSigned");
  static_assert(kStatistic <= 2, "ChannelStats: kStatistic must be 0, 1 or 2");
  constexpr unsigned kValueW = 2 * kXWidth + 2;
  using Value = ap_int<kValueW>;
  using Sum = ap_int<kValueW + BitsFor(kPixels) + kFraction + 1>;

Initial:
  for (unsigned fold = 0; fold < (kInitial && !holds ? kFolds : 0); ++fold) {
    ap_uint<kLanes * kYWidth> out = 0;
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      SetLane<kYWidth>(out, l, first[fold * kLanes + l]);
    }
    y.write(out);
  }
  holds = true;

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
    Sum sums[kFolds][kLanes];
    #pragma HLS ARRAY_PARTITION variable=sums dim=2 complete
  Pixels:
    for (unsigned pixel = 0; pixel < kPixels; ++pixel) {
    Folds:
      for (unsigned fold = 0; fold < kFolds; ++fold) {
        #pragma HLS PIPELINE II=1
        const ap_uint<kLanes * kXWidth> in = x.read();
      Lanes:
        for (unsigned l = 0; l < kLanes; ++l) {
          #pragma HLS UNROLL
          Value value = Lane<kXWidth>(in, l);
          if (kXSigned) value = SignedLane<kXWidth>(in, l);
          if (kStatistic == 1 && value < 0) value = -value;
          if (kStatistic == 2) value = value * value;
          sums[fold][l] = (pixel == 0 ? Sum(0) : sums[fold][l]) + value;
        }
      }
    }
  Means:
    for (unsigned fold = 0; fold < kFolds; ++fold) {
      ap_uint<kLanes * kYWidth> out = 0;
    Divisions:
      for (unsigned l = 0; l < kLanes; ++l) {
        const Sum total = sums[fold][l] << kFraction;
        Sum floor = total / Sum(kPixels);
        Sum rest = total % Sum(kPixels);
        if (rest < 0) {  // C++ divides towards 0
          rest += kPixels;
          floor -= 1;
        }
        const Sum twice = 2 * rest;
        if (twice > Sum(kPixels) || (twice == Sum(kPixels) && floor[0])) floor += 1;
        SetLane<kYWidth>(out, l, floor);
      }
      y.write(out);
    }
  }
}

}  // namespace bnn
