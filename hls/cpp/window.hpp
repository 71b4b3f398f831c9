// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The 3x3 neighbourhood of every pixel of a frame, stride 1, same size.
///
///   y[ky*3 + kx] = pixel(row + ky - 1, column + kx - 1),  pad where that lies outside
///
/// Pixels and windows in raster order; tap ky*3 + kx in lane ky*3 + kx.  Rate: one pixel and one
/// window per cycle; a call ends kFrameW + 1 cycles after its last pixel.
/// Golden: hls/golden/window.py
template <unsigned kChannels, unsigned kBits, unsigned kFrameW, unsigned kFrameH>
void Window(hls::stream<ap_uint<kChannels * kBits>> &x, const ap_uint<kBits> (&pad)[kChannels],
            hls::stream<ap_uint<9 * kChannels * kBits>> &y, unsigned frames) {
  static_assert(kChannels > 0 && kBits > 0, "Window: kChannels and kBits must be at least 1");
  static_assert(kFrameW >= 2 && kFrameH >= 2, "Window: the frame must be at least 2x2");
  constexpr unsigned kPixel = kChannels * kBits;
  constexpr unsigned kDelay = kFrameW + 1;  // from a pixel to the last one of its window
  using Pixel = ap_uint<kPixel>;

  Pixel outside = 0;
Pad:
  for (unsigned c = 0; c < kChannels; ++c) {
    #pragma HLS UNROLL
    SetLane<kBits>(outside, c, pad[c]);
  }

  Pixel older[kFrameW], newer[kFrameW];  // the two last pixels of every column
  Pixel taps[3][3];
  const unsigned pixels = frames * kFrameW * kFrameH;
  unsigned in_column = 0;
  unsigned row = 0;  // of the window that leaves
  unsigned column = 0;

Pixels:
  for (unsigned i = 0; i < pixels + kDelay; ++i) {
    #pragma HLS PIPELINE II=1
    Pixel pixel = outside;
    if (i < pixels) pixel = x.read();
  Shift:
    for (unsigned ky = 0; ky < 3; ++ky) {
      #pragma HLS UNROLL
      taps[ky][0] = taps[ky][1];
      taps[ky][1] = taps[ky][2];
    }
    taps[0][2] = older[in_column];
    taps[1][2] = older[in_column] = newer[in_column];
    taps[2][2] = newer[in_column] = pixel;
    in_column = in_column == kFrameW - 1 ? 0 : in_column + 1;

    if (i >= kDelay) {
      ap_uint<9 * kPixel> window = 0;
    Taps:
      for (unsigned tap = 0; tap < 9; ++tap) {
        #pragma HLS UNROLL
        const unsigned ky = tap / 3;
        const unsigned kx = tap % 3;
        const bool hidden = (ky == 0 && row == 0) || (ky == 2 && row == kFrameH - 1) ||
                            (kx == 0 && column == 0) || (kx == 2 && column == kFrameW - 1);
        SetLane<kPixel>(window, tap, hidden ? outside : taps[ky][kx]);
      }
      y.write(window);
      if (++column == kFrameW) {
        column = 0;
        row = row == kFrameH - 1 ? 0 : row + 1;
      }
    }
  }
}

}  // namespace bnn
