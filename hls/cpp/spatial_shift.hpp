// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Every channel of a frame displaced by its own vector, same size.
///
///   y[c](row, column) = x[c](row + dy[c], column + dx[c]),  fill[c] where that lies outside
///
/// Whole pixels in raster order.  Rate: one pixel per cycle; a call ends kReach cycles after its
/// last pixel.  Golden: hls/golden/spatial_shift.py
///
/// @tparam kReach  how far ahead in the raster a channel looks: max(0, dy * kFrameW + dx)
/// @tparam kSpan   pixels kept: kReach less the least dy * kFrameW + dx, and the newest
template <unsigned kChannels, unsigned kBits, unsigned kFrameW, unsigned kFrameH, unsigned kReach,
          unsigned kSpan, typename Shift>
void SpatialShift(hls::stream<ap_uint<kChannels * kBits>> &x, const Shift (&dy)[kChannels],
                  const Shift (&dx)[kChannels], const ap_uint<kBits> (&fill)[kChannels],
                  hls::stream<ap_uint<kChannels * kBits>> &y, unsigned frames) {
  static_assert(kChannels > 0 && kBits > 0, "SpatialShift: kChannels and kBits must be >= 1");
  static_assert(kSpan > 0 && kReach < kFrameW * kFrameH,
                "SpatialShift: displacements must be smaller than the frame");
  ap_uint<kBits> ring[kChannels][kSpan];
  #pragma HLS ARRAY_PARTITION variable=ring type=complete dim=1
  const unsigned pixels = frames * kFrameW * kFrameH;
  unsigned newest = 0;  // place in the ring
  int row = 0;          // of the pixel that leaves
  int column = 0;

Pixels:
  for (unsigned i = 0; i < pixels + kReach; ++i) {
    #pragma HLS PIPELINE II=1
    ap_uint<kChannels * kBits> in = 0;
    if (i < pixels) in = x.read();
    ap_uint<kChannels * kBits> out = 0;
  Channels:
    for (unsigned c = 0; c < kChannels; ++c) {
      #pragma HLS UNROLL
      ring[c][newest] = Lane<kBits>(in, c);
      const int from_row = row + int(dy[c]);
      const int from_column = column + int(dx[c]);
      const bool inside = from_row >= 0 && from_row < int(kFrameH) && from_column >= 0 &&
                          from_column < int(kFrameW);
      const unsigned back = kReach - (int(dy[c]) * int(kFrameW) + int(dx[c]));
      const unsigned at = newest >= back ? newest - back : newest + kSpan - back;
      SetLane<kBits>(out, c, inside ? ring[c][at] : fill[c]);
    }
    newest = newest == kSpan - 1 ? 0 : newest + 1;
    if (i >= kReach) {
      y.write(out);
      if (++column == int(kFrameW)) {
        column = 0;
        row = row == int(kFrameH) - 1 ? 0 : row + 1;
      }
    }
  }
}

}  // namespace bnn
