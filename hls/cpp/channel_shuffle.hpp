// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The channels of every pixel in another order: y[c] = x[source[c]].
///
/// A beat is a whole pixel.  Rate: one beat per cycle.  Golden: hls/golden/channel_shuffle.py
template <unsigned kChannels, unsigned kWidth, typename Index>
void ChannelShuffle(hls::stream<ap_uint<kChannels * kWidth>> &x, const Index (&source)[kChannels],
                    hls::stream<ap_uint<kChannels * kWidth>> &y, unsigned pixels) {
  static_assert(kChannels > 0 && kWidth > 0,
                "ChannelShuffle: kChannels and kWidth must be at least 1");

Pixels:
  for (unsigned i = 0; i < pixels; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kChannels * kWidth> in = x.read();
    ap_uint<kChannels * kWidth> out = 0;
  Channels:
    for (unsigned c = 0; c < kChannels; ++c) {
      #pragma HLS UNROLL
      SetLane<kWidth>(out, c, Lane<kWidth>(in, source[c]));
    }
    y.write(out);
  }
}

}  // namespace bnn
