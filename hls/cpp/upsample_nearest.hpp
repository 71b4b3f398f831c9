// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Every pixel kFactor x kFactor times.
///
///   y[row, column] = x[row / kFactor, column / kFactor], rounded down
///
/// `rows` counts those of x.  Rate: one pixel of y per cycle.
/// Golden: hls/golden/upsample_nearest.py
template <unsigned kPixelWidth, unsigned kFrameW, unsigned kFactor>
void UpsampleNearest(hls::stream<ap_uint<kPixelWidth>> &x, hls::stream<ap_uint<kPixelWidth>> &y,
                     unsigned rows) {
  static_assert(kPixelWidth > 0 && kFrameW > 0,
                "UpsampleNearest: kPixelWidth and kFrameW must be at least 1");
  static_assert(kFactor >= 2, "UpsampleNearest: kFactor must be at least 2");
  ap_uint<kPixelWidth> row[kFrameW];
  ap_uint<kPixelWidth> pixel = 0;

Rows:
  for (unsigned r = 0; r < rows; ++r) {
  RowCopies:
    for (unsigned i = 0; i < kFactor; ++i) {
    Columns:
      for (unsigned column = 0; column < kFrameW; ++column) {
      PixelCopies:
        for (unsigned j = 0; j < kFactor; ++j) {
          #pragma HLS PIPELINE II=1
          if (j == 0) pixel = i == 0 ? x.read() : row[column];
          if (j == 0 && i == 0) row[column] = pixel;
          y.write(pixel);
        }
      }
    }
  }
}

}  // namespace bnn
