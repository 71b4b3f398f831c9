// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Twice the size by interpolation, 16 times the values and so exact.
///
///   y[row, column] = sum of a[row, i] * a[column, j] * x[i, j] with
///   a[2*i, i] = a[2*i + 1, i] = 3,   a[2*i, i-1] = a[2*i + 1, i+1] = 1
///
/// Where i-1 or i+1 lies outside the frame, i stands in for it.  y has 4 more fraction bits.
/// Rate: one pixel of y per cycle.  Golden: hls/golden/upsample_bilinear.py
template <unsigned kLanes, unsigned kXWidth, unsigned kXSigned, unsigned kFrameW, unsigned kFrameH>
void UpsampleBilinear(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                      hls::stream<ap_uint<kLanes * (kXWidth + 4)>> &y, unsigned frames) {
  static_assert(kLanes > 0 && kXWidth > 0, "UpsampleBilinear: kLanes and kXWidth must be >= 1");
  static_assert(kFrameW > 0 && kFrameH > 0, "UpsampleBilinear: kFrameW and kFrameH must be >= 1");
  using Pixel = ap_uint<kLanes * kXWidth>;
  using Sum = ap_int<kXWidth + 5>;

  Pixel rows[2][kFrameW];  // even and odd rows of x
  #pragma HLS ARRAY_PARTITION variable=rows type=complete dim=1
  Sum left[kLanes], right[kLanes];
  #pragma HLS ARRAY_PARTITION variable=left type=complete
  #pragma HLS ARRAY_PARTITION variable=right type=complete

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
  Rows:
    for (unsigned row = 0; row < 2 * kFrameH; ++row) {
      const bool fresh = row == 0 || (row % 2 == 1 && row != 2 * kFrameH - 1);
      const unsigned arriving = (row + 1) / 2 % 2;
      const unsigned near = row / 2 % 2;
      const bool alone = row == 0 || row == 2 * kFrameH - 1;
      const unsigned far = alone ? near : 1 - near;
    Columns:
      for (unsigned column = 0; column < 2 * kFrameW; ++column) {
        #pragma HLS PIPELINE II=1
        const bool first = column == 0;
        const bool odd = column % 2 == 1;
        const bool next = first || (odd && column != 2 * kFrameW - 1);
        const unsigned place = (column + 1) / 2;
        if (fresh && next) rows[arriving][place] = x.read();
        ap_uint<kLanes * (kXWidth + 4)> out = 0;
      Lanes:
        for (unsigned l = 0; l < kLanes; ++l) {
          #pragma HLS UNROLL
          Sum blend = right[l];
          if (next) {
            Sum near_x = Lane<kXWidth>(rows[near][place], l);
            Sum far_x = Lane<kXWidth>(rows[far][place], l);
            if (kXSigned) near_x = SignedLane<kXWidth>(rows[near][place], l);
            if (kXSigned) far_x = SignedLane<kXWidth>(rows[far][place], l);
            blend = 3 * near_x + far_x;
          }
          if (first) right[l] = blend;
          if (first || odd) left[l] = right[l];
          right[l] = blend;
          const Sum value = odd ? 3 * left[l] + right[l] : 3 * right[l] + left[l];
          SetLane<kXWidth + 4>(out, l, value);
        }
        y.write(out);
      }
    }
  }
}

}  // namespace bnn
