// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The kKernel x kKernel pixels under every place of a convolution.
///
///   y[row][column][ky*kKernel + kx] = pixel(row*kStride    + ky*kDilation - kPadding,
///                                           column*kStride + kx*kDilation - kPadding)
///   pad where that lies outside
///
/// Both rasters in beats, kPixels neighbours in and kWindows windows out, the left one in the low
/// lanes; tap ky*kKernel + kx in lane ky*kKernel + kx of its window.  Rate: one beat per cycle; a
/// frame takes kStepsH * kStepsW cycles, and a call ends kDelay cycles after its last pixel.
/// Golden: hls/golden/window.py
template <unsigned kChannels, unsigned kBits, unsigned kFrameW, unsigned kFrameH,
          unsigned kKernel = 3, unsigned kStride = 1, unsigned kDilation = 1,
          unsigned kPadding = kDilation * (kKernel - 1) / 2, unsigned kPixels = 1,
          unsigned kWindows = (kPixels > kStride ? kPixels / kStride : 1)>
void Window(hls::stream<ap_uint<kPixels * kChannels * kBits>> &x,
            const ap_uint<kBits> (&pad)[kChannels],
            hls::stream<ap_uint<kWindows * kKernel * kKernel * kChannels * kBits>> &y,
            unsigned frames) {
  static_assert(kChannels > 0 && kBits > 0, "Window: kChannels and kBits must be at least 1");
  static_assert(kKernel > 0 && kDilation > 0, "Window: kKernel and kDilation must be at least 1");
  static_assert(kStride == 1 || kStride == 2, "Window: kStride must be 1 or 2");
  static_assert(kPixels == 1 || kPixels == 2 || kPixels == 4, "Window: kPixels must be 1, 2 or 4");
  constexpr unsigned kSpan = kDilation * (kKernel - 1);  // from the first tap to the last
  static_assert(kPadding <= kSpan, "Window: kPadding must be at most kDilation * (kKernel - 1)");
  constexpr unsigned kLead = kSpan - kPadding;  // rows and columns from y to the x it needs
  constexpr unsigned kLeadBeats = (kLead + kPixels - 1) / kPixels;
  static_assert(kFrameW / kPixels > kLeadBeats && kFrameH > kLead,
                "Window: the frame is too small for the window");
  constexpr unsigned kRowsY = (kFrameH + 2 * kPadding - kSpan - 1) / kStride * kStride + 1;
  constexpr unsigned kColumnsY = (kFrameW + 2 * kPadding - kSpan - 1) / kStride * kStride + 1;
  static_assert(kFrameW % kPixels == 0, "Window: kPixels must divide kFrameW");
  static_assert(((kColumnsY - 1) / kStride + 1) % kWindows == 0,
                "Window: the windows of a beat must divide those of a row");
  constexpr unsigned kBeatsX = kFrameW / kPixels;
  constexpr unsigned kBeatsY = (kColumnsY + kPixels - 1) / kPixels;
  constexpr unsigned kStepsW = Max(kBeatsX, kBeatsY);
  constexpr unsigned kStepsH = Max(kFrameH, kRowsY);
  constexpr unsigned kDelay = kLead * kStepsW + kLeadBeats;  // from a beat to the last one it needs
  constexpr unsigned kColumns = (kLeadBeats + 1) * kPixels + kPadding;
  constexpr unsigned kTaps = kKernel * kKernel;
  constexpr unsigned kPixel = kChannels * kBits;
  using Beat = ap_uint<kPixels * kPixel>;
  using Pixel = ap_uint<kPixel>;

  Pixel outside = 0;
Pad:
  for (unsigned c = 0; c < kChannels; ++c) {
    #pragma HLS UNROLL
    SetLane<kBits>(outside, c, pad[c]);
  }

  Beat rows[Max(1, kSpan)][kStepsW];  // the last beats of every column, [0] oldest
  #pragma HLS ARRAY_RESHAPE variable=rows dim=1 complete
  Pixel seen[kKernel][kColumns];
  #pragma HLS ARRAY_PARTITION variable=seen dim=0 complete
  const unsigned steps = frames * kStepsH * kStepsW;
  unsigned in_row = 0, in_column = 0;
  unsigned row = 0, column = 0;  // of the windows that leave, in steps

Steps:
  for (unsigned i = 0; i < steps + kDelay; ++i) {
    #pragma HLS PIPELINE II=1
    Beat beat = 0;
    if (i < steps && in_row < kFrameH && in_column < kBeatsX) beat = x.read();
    Beat reach[kSpan + 1];
    reach[kSpan] = beat;
  Reach:
    for (unsigned r = 0; r < kSpan; ++r) {
      #pragma HLS UNROLL
      reach[r] = rows[r][in_column];
    }
  Keep:
    for (unsigned r = 0; r < kSpan; ++r) {
      #pragma HLS UNROLL
      rows[r][in_column] = reach[r + 1];
    }
  Columns:
    for (unsigned ky = 0; ky < kKernel; ++ky) {
      #pragma HLS UNROLL
    Shift:
      for (unsigned c = 0; c + kPixels < kColumns; ++c) seen[ky][c] = seen[ky][c + kPixels];
    Arrive:
      for (unsigned p = 0; p < kPixels; ++p)
        seen[ky][kColumns - kPixels + p] = Lane<kPixel>(reach[ky * kDilation], p);
    }
    if (++in_column == kStepsW) {
      in_column = 0;
      in_row = in_row == kStepsH - 1 ? 0 : in_row + 1;
    }

    if (i >= kDelay) {
      const bool wanted = row < kRowsY && row % kStride == 0 && column < kBeatsY &&
                          (kPixels >= kStride || column % kStride == 0);
      ap_uint<kWindows * kTaps * kPixel> windows = 0;
    Taps:
      for (unsigned lane = 0; lane < kWindows * kTaps; ++lane) {
        #pragma HLS UNROLL
        const unsigned ky = lane / kKernel % kKernel;
        const unsigned place = lane / kTaps * kStride + lane % kKernel * kDilation;  // in seen
        const unsigned tap_row = row + ky * kDilation;  // kPadding below the frame's own
        const unsigned tap_column = column * kPixels + place;
        const bool hidden = tap_row < kPadding || tap_row >= kFrameH + kPadding ||
                            tap_column < kPadding || tap_column >= kFrameW + kPadding;
        SetLane<kPixel>(windows, lane, hidden ? outside : seen[ky][place]);
      }
      if (wanted) y.write(windows);
      if (++column == kStepsW) {
        column = 0;
        row = row == kStepsH - 1 ? 0 : row + 1;
      }
    }
  }
}

}  // namespace bnn
