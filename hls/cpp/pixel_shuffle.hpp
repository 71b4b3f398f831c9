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
  using Square = ap_uint<kFactor * kFactor * kChannels * kWidth>;

  Square row[kFrameW];
  Square square = 0;

Rows:
  for (unsigned r = 0; r < rows; ++r) {
  SquareRows:
    for (unsigned i = 0; i < kFactor; ++i) {
    Columns:
      for (unsigned column = 0; column < kFrameW; ++column) {
      SquareColumns:
        for (unsigned j = 0; j < kFactor; ++j) {
          #pragma HLS PIPELINE II=1
          if (j == 0) square = i == 0 ? x.read() : row[column];
          if (j == 0 && i == 0) row[column] = square;
          ap_uint<kChannels * kWidth> pixel = 0;
        Channels:
          for (unsigned c = 0; c < kChannels; ++c) {
            #pragma HLS UNROLL
            SetLane<kWidth>(pixel, c, Lane<kWidth>(square, (c * kFactor + i) * kFactor + j));
          }
          y.write(pixel);
        }
      }
    }
  }
}

}  // namespace bnn
