// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Space to channels: every square of kFactor x kFactor pixels becomes one pixel.
///
///   y[row, column, (c*kFactor + i)*kFactor + j] = x[row*kFactor + i, column*kFactor + j, c]
///
/// A pixel of y leaves as beats of kLanes channels, the lowest first.  `groups` counts the rows
/// of y.  Rate: one pixel of x per cycle; y follows one group of kFactor rows later.
/// Golden: hls/golden/pixel_unshuffle.py
template <unsigned kChannels, unsigned kWidth, unsigned kFrameW, unsigned kFactor, unsigned kLanes>
void PixelUnshuffle(hls::stream<ap_uint<kChannels * kWidth>> &x,
                    hls::stream<ap_uint<kLanes * kWidth>> &y, unsigned groups) {
  constexpr unsigned kSquare = kFactor * kFactor;
  constexpr unsigned kSets = kLanes > kSquare ? kLanes / kSquare : 1;  // of x' channels a beat
  constexpr unsigned kSegments = kLanes / (kSets * kFactor);           // rows of x a beat
  constexpr unsigned kPasses = kChannels / kSets;  // over the words of a pixel of y
  constexpr unsigned kColumns = kFrameW / kFactor;
  static_assert(kFactor >= 2 && kFrameW % kFactor == 0,
                "PixelUnshuffle: kFrameW must be a multiple of kFactor, which is at least 2");
  static_assert(kLanes % kFactor == 0 && (kSquare % kLanes == 0 || kLanes % kSquare == 0) &&
                    kChannels % kSets == 0 && kPasses <= kFactor,
                "PixelUnshuffle: kLanes must cut a pixel into whole beats, few enough");
  using Word = ap_uint<kFactor * kChannels * kWidth>;  // kFactor neighbours in a row

  Word words[2][kFactor][kColumns];  // the group that arrives, and the one before
  #pragma HLS ARRAY_PARTITION variable=words type=complete dim=1
  Word word = 0;
  ap_uint<kLanes * kWidth> beat = 0;

Groups:
  for (unsigned group = 0; group <= groups; ++group) {
  Pixels:
    for (unsigned n = 0; n < kFrameW * kFactor; ++n) {
      #pragma HLS PIPELINE II=1
      if (group < groups) {
        const unsigned column = n % kFrameW;
        SetLane<kChannels * kWidth>(word, column % kFactor, x.read());
        if (column % kFactor == kFactor - 1) {
          words[group % 2][n / kFrameW][column / kFactor] = word;
        }
      }
      const unsigned pass = n / kFactor % kFactor;
      const unsigned i = n % kFactor;
      if (group > 0 && pass < kPasses) {
        const Word read = words[1 - group % 2][i][n / kSquare];
      Sets:
        for (unsigned set = 0; set < kSets; ++set) {
          #pragma HLS UNROLL
        Neighbours:
          for (unsigned j = 0; j < kFactor; ++j) {
            #pragma HLS UNROLL
            const unsigned lane = (set * kSegments + i % kSegments) * kFactor + j;
            const unsigned channel = pass * kSets + set;
            SetLane<kWidth>(beat, lane, Lane<kWidth>(read, j * kChannels + channel));
          }
        }
        if (i % kSegments == kSegments - 1) y.write(beat);
      }
    }
  }
}

}  // namespace bnn
