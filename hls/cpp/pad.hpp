// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// A frame with a border of constant pixels, or of its own nearest ones.
///
///   y[row][column] = x[row - kTop][column - kLeft], and where that lies outside the frame
///                    `outside`, or if kReplicate the pixel of the frame nearest to that place
///
/// Both in raster order, a pixel a beat.  Rate: one beat of y per cycle.
/// Golden: hls/golden/pad.py
template <unsigned kChannels, unsigned kBits, unsigned kFrameW, unsigned kFrameH, unsigned kTop,
          unsigned kBottom, unsigned kLeft, unsigned kRight, unsigned kReplicate>
void Pad(hls::stream<ap_uint<kChannels * kBits>> &x, const ap_uint<kBits> (&outside)[kChannels],
         hls::stream<ap_uint<kChannels * kBits>> &y, unsigned frames) {
  static_assert(kChannels > 0 && kBits > 0, "Pad: kChannels and kBits must be at least 1");
  static_assert(kFrameW > 0 && kFrameH > 0, "Pad: kFrameW and kFrameH must be at least 1");
  constexpr unsigned kOutW = kLeft + kFrameW + kRight;
  constexpr unsigned kOutH = kTop + kFrameH + kBottom;
  using Pixel = ap_uint<kChannels * kBits>;

  Pixel constant = 0;
Outside:
  for (unsigned c = 0; c < kChannels; ++c) {
    #pragma HLS UNROLL
    SetLane<kBits>(constant, c, outside[c]);
  }

  Pixel newest[kFrameW];  // row
  Pixel pixel = 0;
  unsigned row = 0, column = 0, source = 0;  // source: the column of x nearest to `column`

Pixels:
  for (unsigned i = 0; i < frames * kOutW * kOutH; ++i) {
    #pragma HLS PIPELINE II=1
    // Copies of the first row leave after it, so that it comes from x at row 0.
    const bool framed = row >= kTop && row < kTop + kFrameH;
    const bool fresh = kReplicate ? row == 0 || (framed && row > kTop) : framed;
    const bool inside = column >= kLeft && column < kLeft + kFrameW;
    const bool takes = fresh && (kReplicate ? column == 0 || (inside && column > kLeft) : inside);
    if (takes) pixel = newest[source] = x.read();
    y.write(kReplicate ? (fresh ? pixel : newest[source]) : (takes ? pixel : constant));
    if (inside && source < kFrameW - 1) ++source;
    if (++column == kOutW) {
      column = source = 0;
      row = row == kOutH - 1 ? 0 : row + 1;
    }
  }
}

}  // namespace bnn
