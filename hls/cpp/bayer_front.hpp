// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Raw sensor samples to packed pixels: black level, gain, clip, pack two by two.
///
///   y = min(max(kOffset + rint(r / 2^kFraction), 0), 2^kYWidth - 1)
///   r = floor((x - black) * gain / 2^kSlack + 1/2),   black and gain by colour
///
/// rint rounds a half to the even neighbour.  x is the raster of a mosaic, kSamples per beat; y is
/// the raster of its blocks, kSamples/2 per beat, at least one; the lanes of a block are red, green
/// of the red row, green of the blue row, blue.  Rate: one beat of x per cycle.
/// Golden: hls/golden/bayer_front.py
///
/// @tparam kRed  where red lies in a block: 2 * row + column
template <unsigned kSamples, unsigned kFrameW, unsigned kXWidth, unsigned kYWidth, unsigned kRed,
          unsigned kGainW, unsigned kSlack, unsigned kFraction, unsigned kOffset,
          unsigned kBlocks = Max(kSamples / 2, 1)>
void BayerFront(hls::stream<ap_uint<kSamples * kXWidth>> &x, const ap_uint<kXWidth> (&black)[4],
                const ap_uint<kGainW> (&gain)[4],
                hls::stream<ap_uint<kBlocks * 4 * kYWidth>> &y, unsigned row_pairs) {
  static_assert(kSamples == 1 || kSamples % 2 == 0, "BayerFront: kSamples must be 1 or even");
  static_assert(kFrameW % 2 == 0 && kFrameW % kSamples == 0 && kFrameW >= 2 * kSamples,
                "BayerFront: kFrameW must be even and two or more times kSamples");
  static_assert(kYWidth <= 30 && kOffset < (1u << kYWidth),
                "BayerFront: kOffset must be below 2^kYWidth, kYWidth at most 30");
  constexpr unsigned kBeats = kFrameW / kSamples;
  using Work = ap_int<Max(Max(kXWidth + kGainW, kSlack + kFraction), kYWidth) + 3>;
  ap_uint<kYWidth> upper[kFrameW];  // the codes of the upper row
  #pragma HLS ARRAY_PARTITION variable=upper type=cyclic factor=kSamples
  ap_uint<kYWidth> left = 0;
  bool bottom = false;
  unsigned column = 0;

Beats:
  for (unsigned i = 0; i < row_pairs * 2 * kBeats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kSamples * kXWidth> beat = x.read();
    ap_uint<kBlocks * 4 * kYWidth> blocks = 0;
  Samples:
    for (unsigned s = 0; s < kSamples; ++s) {
      #pragma HLS UNROLL
      const unsigned at = column * kSamples + s;
      const unsigned lane = (2 * bottom + at % 2) ^ kRed;
      Work value = Work(Lane<kXWidth>(beat, s)) - Work(black[lane]);
      value = value * gain[lane] + ((Work(1) << kSlack) >> 1);
      value = Rint<kFraction>(Work(value >> kSlack));
      value += kOffset;
      if (value < 0) value = 0;
      if (value >= (1 << kYWidth)) value = (1 << kYWidth) - 1;

      const ap_uint<kYWidth> code = ap_uint<kYWidth>(value);
      if (bottom && at % 2 == 1) {
        const unsigned block = s / 2 * 4;
        SetLane<kYWidth>(blocks, block + (0 ^ kRed), upper[at - 1]);
        SetLane<kYWidth>(blocks, block + (1 ^ kRed), upper[at]);
        SetLane<kYWidth>(blocks, block + (2 ^ kRed), left);
        SetLane<kYWidth>(blocks, block + (3 ^ kRed), code);
      }
      if (!bottom) upper[at] = code;
      left = code;
    }
    if (bottom && (kSamples > 1 || column % 2 == 1)) y.write(blocks);
    if (++column == kBeats) {
      column = 0;
      bottom = !bottom;
    }
  }
}

}  // namespace bnn
