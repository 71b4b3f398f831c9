// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Chosen channels of every pixel, in any order: y[c] = x[source[c]].
///
/// A beat is a whole pixel.  Rate: one beat per cycle.  Golden: hls/golden/channel_shuffle.py
template <unsigned kChannels, unsigned kCount, unsigned kWidth, typename Index>
void ChannelShuffle(hls::stream<ap_uint<kChannels * kWidth>> &x, const Index (&source)[kCount],
                    hls::stream<ap_uint<kCount * kWidth>> &y, unsigned pixels) {
  static_assert(kChannels > 0 && kCount > 0 && kWidth > 0,
                "ChannelShuffle: kChannels, kCount and kWidth must be at least 1");

Pixels:
  for (unsigned i = 0; i < pixels; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kChannels * kWidth> in = x.read();
    ap_uint<kCount * kWidth> out = 0;
  Channels:
    for (unsigned c = 0; c < kCount; ++c) {
      #pragma HLS UNROLL
      SetLane<kWidth>(out, c, Lane<kWidth>(in, source[c]));
    }
    y.write(out);
  }
}

}  // namespace bnn
