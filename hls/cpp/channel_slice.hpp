// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Some neighbouring channels of every pixel; the others are dropped.
///
///   y[c] = x[kFirst + c],   c = 0 .. kCount-1
///
/// A beat of x carries kLanes channels, kFolds beats a pixel; so does y, unless a pixel is one
/// beat: then y is one beat of kCount channels.  Rate: one beat of x per cycle.
/// Golden: hls/golden/channel_slice.py
template <unsigned kLanes, unsigned kFolds, unsigned kWidth, unsigned kFirst, unsigned kCount,
          unsigned kYLanes = kFolds == 1 ? kCount : kLanes>
void ChannelSlice(hls::stream<ap_uint<kLanes * kWidth>> &x,
                  hls::stream<ap_uint<kYLanes * kWidth>> &y, unsigned pixels) {
  static_assert(kWidth > 0 && kCount > 0, "ChannelSlice: kWidth and kCount must be at least 1");
  static_assert(kFirst + kCount <= kLanes * kFolds,
                "ChannelSlice: kFirst + kCount must be at most kLanes * kFolds");
  static_assert(kFolds == 1 || (kFirst % kLanes == 0 && kCount % kLanes == 0),
                "ChannelSlice: kLanes must divide kFirst and kCount");
  constexpr unsigned kSkipped = kFolds == 1 ? 0 : kFirst / kLanes;  // beats
  constexpr unsigned kKept = kCount / kYLanes;
  constexpr unsigned kLow = kFolds == 1 ? kFirst : 0;  // first lane of x that goes to y
  unsigned fold = 0;

Beats:
  for (unsigned i = 0; i < pixels * kFolds; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kWidth> beat = x.read();
    if (fold >= kSkipped && fold < kSkipped + kKept)
      y.write(ap_uint<kYLanes * kWidth>(beat >> (kLow * kWidth)));
    fold = fold == kFolds - 1 ? 0 : fold + 1;
  }
}

}  // namespace bnn
