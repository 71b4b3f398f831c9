// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The greatest of every square of 2x2 pixels, stride 2.
///
///   y[row, column, l] = max of x[2*row + i, 2*column + j, l],   i, j = 0 .. 1
///
/// The last row or column of an odd frame is dropped.  Rate: one pixel of x per cycle.
/// Golden: hls/golden/max_pool.py
template <unsigned kLanes, unsigned kXWidth, unsigned kXSigned, unsigned kFrameW, unsigned kFrameH>
void MaxPool(hls::stream<ap_uint<kLanes * kXWidth>> &x, hls::stream<ap_uint<kLanes * kXWidth>> &y,
             unsigned frames) {
  static_assert(kLanes > 0 && kXWidth > 0, "MaxPool: kLanes and kXWidth must be at least 1");
  static_assert(kFrameW >= 2 && kFrameH >= 2, "MaxPool: the frame must be at least 2x2");
  using Pixel = ap_uint<kLanes * kXWidth>;
  using Value = ap_int<kXWidth + 1>;

  Pixel rows[kFrameW / 2];  // the greater of two pixels, of the row above

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
  Rows:
    for (unsigned row = 0; row < kFrameH; ++row) {
      Pixel left = 0;
    Columns:
      for (unsigned column = 0; column < kFrameW; ++column) {
        #pragma HLS PIPELINE II=1
        const Pixel pixel = x.read();
        if (column % 2 == 0) {
          left = pixel;
        } else {
          const Pixel above = row % 2 == 1 ? rows[column / 2] : Pixel(0);
          Pixel greatest = 0;
        Lanes:
          for (unsigned l = 0; l < kLanes; ++l) {
            #pragma HLS UNROLL
            Value values[3] = {Lane<kXWidth>(left, l), Lane<kXWidth>(pixel, l),
                               Lane<kXWidth>(above, l)};
            if (kXSigned) {
              values[0] = SignedLane<kXWidth>(left, l);
              values[1] = SignedLane<kXWidth>(pixel, l);
              values[2] = SignedLane<kXWidth>(above, l);
            }
            Value most = values[0] > values[1] ? values[0] : values[1];
            if (row % 2 == 1 && values[2] > most) most = values[2];
            SetLane<kXWidth>(greatest, l, most);
          }
          rows[column / 2] = greatest;
          if (row % 2 == 1) y.write(greatest);
        }
      }
    }
  }
}

}  // namespace bnn
