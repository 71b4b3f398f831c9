// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The terms of a folded dot product under every place of a convolution, kSimd channels of one
/// pixel at a time.
///
///   y[row][column][group][pass][ky][kx][part] =
///       channels group*C/kGroups + part*kSimd .. + kSimd-1, C = kChannels, of
///       pixel(row*kStride    + ky*kDilation - kPadding,
///             column*kStride + kx*kDilation - kPadding)
///   pad where that lies outside
///
/// x is the frame's raster, a pixel in kChannels/kSimd beats; y has the last index fastest.  Rate:
/// one beat of y per cycle, once the pixels are there.
/// Golden: hls/golden/window_fold.py
template <unsigned kChannels, unsigned kWidth, unsigned kSimd, unsigned kFrameW, unsigned kFrameH,
          unsigned kKernel, unsigned kStride, unsigned kDilation, unsigned kPadding,
          unsigned kGroups, unsigned kPasses>
void WindowFold(hls::stream<ap_uint<kSimd * kWidth>> &x, const ap_uint<kWidth> (&pad)[kChannels],
                hls::stream<ap_uint<kSimd * kWidth>> &y, unsigned frames) {
  static_assert(kWidth > 0 && kKernel > 0 && kDilation > 0 && kPasses > 0,
                "WindowFold: kWidth, kKernel, kDilation and kPasses must be at least 1");
  static_assert(kStride == 1 || kStride == 2, "WindowFold: kStride must be 1 or 2");
  static_assert(kSimd > 0 && kGroups > 0 && kChannels % (kSimd * kGroups) == 0,
                "WindowFold: kSimd times kGroups must divide kChannels");
  constexpr unsigned kSpan = kDilation * (kKernel - 1);  // from the first tap to the last
  static_assert(kPadding <= kSpan, "WindowFold: kPadding must be at most kDilation * (kKernel - 1)");
  static_assert(kFrameW + kPadding > kSpan && kFrameH + kPadding > kSpan,
                "WindowFold: the frame is too small for the window");
  constexpr unsigned kRows = (kFrameH + 2 * kPadding - kSpan - 1) / kStride + 1;
  constexpr unsigned kColumns = (kFrameW + 2 * kPadding - kSpan - 1) / kStride + 1;
  constexpr unsigned kWords = kChannels / kSimd;  // of a pixel
  constexpr unsigned kParts = kWords / kGroups;   // of its group
  constexpr unsigned kFrameBeats = kFrameW * kFrameH * kWords;
  constexpr unsigned kSize = (kSpan * (kFrameW + 1) + (kStride - 1) * kFrameW + 3) * kWords;
  using Beat = ap_uint<kSimd * kWidth>;

  Beat pads[kWords];
  #pragma HLS ARRAY_PARTITION variable=pads complete
Pads:
  for (unsigned c = 0; c < kChannels; ++c) {
    #pragma HLS UNROLL
    SetLane<kWidth>(pads[c / kSimd], c % kSimd, pad[c]);
  }

  Beat ring[kSize];
  unsigned write = 0;                           // place in the ring
  unsigned start = 0;                           // of the frame, there
  unsigned taken = 0;                           // beats of the frame
  unsigned row = 0, column = 0;                 // of the place
  unsigned group = 0, pass = 0, ky = 0, kx = 0, part = 0;
  unsigned done = 0;                            // frames

Steps:
  while (done < frames) {
    #pragma HLS PIPELINE II=1
    #pragma HLS DEPENDENCE variable=ring inter false
    const unsigned last_row = row * kStride + kSpan - kPadding;
    const unsigned last_column = column * kStride + kSpan - kPadding;
    const unsigned pixels =  // up to the lower right one of the place, behind all places the rest
        row == kRows ? kFrameW * kFrameH
                     : (last_row < kFrameH ? last_row : kFrameH - 1) * kFrameW +
                           (last_column < kFrameW ? last_column : kFrameW - 1) + 1;
    if (taken < pixels * kWords) {
      ring[write] = x.read();
      write = write == kSize - 1 ? 0 : write + 1;
      ++taken;
    } else {
      const int from_row = int(row * kStride + ky * kDilation) - int(kPadding);
      const int from_column = int(column * kStride + kx * kDilation) - int(kPadding);
      const bool inside = from_row >= 0 && from_row < int(kFrameH) && from_column >= 0 &&
                          from_column < int(kFrameW);
      const unsigned word = group * kParts + part;
      const unsigned pixel = unsigned(inside ? from_row : 0) * kFrameW +
                             unsigned(inside ? from_column : 0);
      y.write(inside ? ring[(start + pixel * kWords + word) % kSize] : pads[word]);
      if (++part == kParts) {
        part = 0;
        if (++kx == kKernel) {
          kx = 0;
          if (++ky == kKernel) {
            ky = 0;
            if (++pass == kPasses) {
              pass = 0;
              if (++group == kGroups) {
                group = 0;
                if (++column == kColumns) {
                  column = 0;
                  ++row;
                }
              }
            }
          }
        }
      }
    }
    if (row == kRows && taken == kFrameBeats) {
      row = 0;
      taken = 0;
      start = write;
      ++done;
    }
  }
}

}  // namespace bnn
