// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"
#include "window.hpp"

namespace bnn {

/// The median of eight, the mean of the middle two rounded down: each is where it stands in order.
template <unsigned kBits>
ap_uint<kBits> MedianOfEight(const ap_uint<kBits> (&near)[8]) {
  #pragma HLS INLINE
  ap_uint<kBits + 1> middle = 0;
Ranks:
  for (unsigned n = 0; n < 8; ++n) {
    #pragma HLS UNROLL
    unsigned rank = 0;
  Others:
    for (unsigned m = 0; m < 8; ++m) {
      #pragma HLS UNROLL
      rank += near[m] < near[n] || (near[m] == near[n] && m < n);
    }
    if (rank == 3 || rank == 4) middle += near[n];
  }
  return ap_uint<kBits>(middle >> 1);
}

/// Pixels of a mosaic that stand out from their like are mended.
///
///   y = x, or m where |x - m| > threshold > 0,   m the median of the eight pixels two rows and two
///   columns around x
///
/// x is {inside, pixels}, y is pixels, both the raster of frames, kPixels per beat.  A row two above
/// that is outside is the one two below, and the reverse; where both are, the row itself; columns
/// alike.  Rate: one beat per cycle.
/// Golden: hls/golden/defective_pixels.py
template <unsigned kPixels, unsigned kBits, unsigned kFrameW, unsigned kFrameH>
void DefectivePixels(hls::stream<ap_uint<kPixels * kBits + 1>> &x,
                     const ap_uint<kBits> (&threshold)[1],
                     hls::stream<ap_uint<kPixels * kBits>> &y, unsigned frames) {
  #pragma HLS DATAFLOW
  static_assert(kPixels == 1 || kPixels == 2 || kPixels == 4,
                "DefectivePixels: kPixels must be 1, 2 or 4");
  static_assert(kFrameW >= 4 && kFrameH >= 4 && kFrameW % kPixels == 0 && kFrameW >= 2 * kPixels,
                "DefectivePixels: the frame must be 4 by 4 or more, lines two or more whole beats");
  constexpr unsigned kPixel = kBits + 1;  // inside above the code
  constexpr unsigned kBeats = kFrameW / kPixels * kFrameH;
  hls::stream<ap_uint<kPixels * kPixel>> pixels;
  hls::stream<ap_uint<kPixels * 9 * kPixel>> windows;
  const ap_uint<kPixel> outside[1] = {0};

Pixels:
  for (unsigned i = 0; i < frames * kBeats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kPixels * kBits + 1> beat = x.read();
    ap_uint<kPixels * kPixel> lanes = 0;
  Lanes:
    for (unsigned p = 0; p < kPixels; ++p) {
      #pragma HLS UNROLL
      ap_uint<kPixel> pixel = Lane<kBits>(beat, p);
      pixel[kBits] = beat[kPixels * kBits];
      SetLane<kPixel>(lanes, p, pixel);
    }
    pixels.write(lanes);
  }

  Window<1, kPixel, kFrameW, kFrameH, 3, 1, 2, 2, kPixels>(pixels, outside, windows, frames);

Mend:
  for (unsigned i = 0; i < frames * kBeats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kPixels * 9 * kPixel> beat = windows.read();
    ap_uint<kPixels * kBits> given = 0;
  Each:
    for (unsigned p = 0; p < kPixels; ++p) {
      #pragma HLS UNROLL
      bool inside[9];
      ap_uint<kBits> code[9];
    Taps:
      for (unsigned t = 0; t < 9; ++t) {
        #pragma HLS UNROLL
        const ap_uint<kPixel> pixel = Lane<kPixel>(beat, p * 9 + t);
        inside[t] = pixel[kBits];
        code[t] = ap_uint<kBits>(pixel);
      }
      const unsigned rows[3] = {inside[1] ? 0u : inside[7] ? 2u : 1u, 1,
                                inside[7] ? 2u : inside[1] ? 0u : 1u};
      const unsigned columns[3] = {inside[3] ? 0u : inside[5] ? 2u : 1u, 1,
                                   inside[5] ? 2u : inside[3] ? 0u : 1u};
      ap_uint<kBits> near[8];
    Near:
      for (unsigned n = 0; n < 8; ++n) {
        #pragma HLS UNROLL
        const unsigned t = n + (n >= 4);
        near[n] = code[rows[t / 3] * 3 + columns[t % 3]];
      }
      const ap_uint<kBits> median = MedianOfEight<kBits>(near);
      const ap_uint<kBits> away = code[4] > median ? code[4] - median : median - code[4];
      const bool mends = inside[4] && threshold[0] != 0 && away > threshold[0];
      SetLane<kBits>(given, p, mends ? median : code[4]);
    }
    y.write(given);
  }
}

}  // namespace bnn
