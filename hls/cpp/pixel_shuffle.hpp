// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Channels to space: every pixel becomes a square of kFactor x kFactor pixels.
///
///   y[row*kFactor + i, column*kFactor + j, c] = x[row, column, (c*kFactor + i)*kFactor + j]
///
/// `rows` counts those of x.  Rate: one pixel of y per cycle.
/// Golden: hls/golden/pixel_shuffle.py
template <unsigned kChannels, unsigned kWidth, unsigned kFrameW, unsigned kFactor>
void PixelShuffle(hls::stream<ap_uint<kFactor * kFactor * kChannels * kWidth>> &x,
                  hls::stream<ap_uint<kChannels * kWidth>> &y, unsigned rows) {
  static_assert(kChannels > 0 && kWidth > 0 && kFrameW > 0,
                "PixelShuffle: kChannels, kWidth and kFrameW must be at least 1");
  static_assert(kFactor >= 2, "PixelShuffle: kFactor must be at least 2");
  ap_uint<kFactor * kFactor * kChannels * kWidth> row[kFrameW];
  unsigned i = 0;
  unsigned j = 0;
  unsigned column = 0;

Pixels:
  for (unsigned n = 0; n < rows * kFrameW * kFactor * kFactor; ++n) {
    #pragma HLS PIPELINE II=1
    if (i == 0 && j == 0) row[column] = x.read();
    ap_uint<kChannels * kWidth> pixel = 0;
  Channels:
    for (unsigned c = 0; c < kChannels; ++c) {
      #pragma HLS UNROLL
      SetLane<kWidth>(pixel, c, Lane<kWidth>(row[column], (c * kFactor + i) * kFactor + j));
    }
    y.write(pixel);
    if (++j == kFactor) {
      j = 0;
      if (++column == kFrameW) {
        column = 0;
        i = i == kFactor - 1 ? 0 : i + 1;
      }
    }
  }
}

}  // namespace bnn
