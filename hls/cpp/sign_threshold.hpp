// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// One bit per channel of a pixel.
///
///   y[c] = x[c] >= T[c]
///
/// Bit 1 is +1, bit 0 is -1, so equality gives +1.  x is signed; a threshold has one bit more, so
/// that it can lie above every x.  Rate: one beat per cycle.  Golden: hls/golden/sign_threshold.py
template <unsigned kChannels, unsigned kWidth>
void SignThreshold(hls::stream<ap_uint<kChannels * kWidth>> &x,
                   const ap_int<kWidth + 1> (&thresholds)[kChannels],
                   hls::stream<ap_uint<kChannels>> &y, unsigned pixels) {
  static_assert(kChannels > 0 && kWidth > 0, "SignThreshold: kChannels and kWidth must be >= 1");

Pixels:
  for (unsigned i = 0; i < pixels; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kChannels * kWidth> pixel = x.read();
    ap_uint<kChannels> bits = 0;
  Channels:
    for (unsigned c = 0; c < kChannels; ++c) {
      #pragma HLS UNROLL
      bits[c] = SignedLane<kWidth>(pixel, c) >= thresholds[c];
    }
    y.write(bits);
  }
}

}  // namespace bnn
