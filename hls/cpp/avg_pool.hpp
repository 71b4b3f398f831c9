// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The sum of every square of 2x2 pixels, stride 2: four times their average and so exact.
///
///   y[row, column, l] = sum of x[2*row + i, 2*column + j, l],   i, j = 0 .. 1
///
/// The last row or column of an odd frame is dropped.  Rate: one pixel of x per cycle.
/// Golden: hls/golden/avg_pool.py
template <unsigned kLanes, unsigned kXWidth, unsigned kXSigned, unsigned kFrameW, unsigned kFrameH>
void AvgPool(hls::stream<ap_uint<kLanes * kXWidth>> &x,
             hls::stream<ap_uint<kLanes * (kXWidth + 2)>> &y, unsigned frames) {
  static_assert(kLanes > 0 && kXWidth > 0, "AvgPool: kLanes and kXWidth must be at least 1");
  static_assert(kFrameW >= 2 && kFrameH >= 2, "AvgPool: the frame must be at least 2x2");
  using Sums = ap_uint<kLanes * (kXWidth + 2)>;

  Sums rows[kFrameW / 2];  // sums of two pixels, of the row above

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
  Rows:
    for (unsigned row = 0; row < kFrameH; ++row) {
      ap_uint<kLanes * kXWidth> left = 0;
    Columns:
      for (unsigned column = 0; column < kFrameW; ++column) {
        #pragma HLS PIPELINE II=1
        const ap_uint<kLanes * kXWidth> pixel = x.read();
        if (column % 2 == 0) {
          left = pixel;
        } else {
          const Sums above = row % 2 == 1 ? rows[column / 2] : Sums(0);
          Sums sums = 0;
        Lanes:
          for (unsigned l = 0; l < kLanes; ++l) {
            #pragma HLS UNROLL
            ap_int<kXWidth + 3> sum = Lane<kXWidth + 2>(above, l);
            if (kXSigned) {
              sum += SignedLane<kXWidth>(left, l) + SignedLane<kXWidth>(pixel, l);
            } else {
              sum += Lane<kXWidth>(left, l) + Lane<kXWidth>(pixel, l);
            }
            SetLane<kXWidth + 2>(sums, l, sum);
          }
          rows[column / 2] = sums;
          if (row % 2 == 1) y.write(sums);
        }
      }
    }
  }
}

}  // namespace bnn
