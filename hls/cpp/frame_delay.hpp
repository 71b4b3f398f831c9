// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Every frame again, one frame later, through an external memory.
///
///   y[n] = x[n - kFrameBeats],  fill for the first frame
///
/// `memory` has room for a frame, kDataWidth / (kChannels*kBits) beats a word, and is read and
/// written in place; `holds` tells whether there is a frame in it, and is false before the first
/// call.  Rate: one beat per cycle.  Golden: hls/golden/frame_delay.py
template <unsigned kChannels, unsigned kBits, unsigned kFrameBeats, unsigned kDataWidth>
void FrameDelay(hls::stream<ap_uint<kChannels * kBits>> &x, const ap_uint<kBits> (&fill)[kChannels],
                ap_uint<kDataWidth> *memory, bool &holds,
                hls::stream<ap_uint<kChannels * kBits>> &y, unsigned frames) {
  constexpr unsigned kPixel = kChannels * kBits;
  constexpr unsigned kPack = kDataWidth / kPixel;
  static_assert(kPack > 0, "FrameDelay: a beat must fit in kDataWidth");
  using Pixel = ap_uint<kPixel>;

  Pixel nothing = 0;
Fill:
  for (unsigned c = 0; c < kChannels; ++c) {
    #pragma HLS UNROLL
    SetLane<kBits>(nothing, c, fill[c]);
  }

  ap_uint<kDataWidth> older = 0, newer = 0;
  unsigned beat = 0;
  unsigned word = 0;
  unsigned lane = 0;

Beats:
  for (unsigned i = 0; i < frames * kFrameBeats; ++i) {
    #pragma HLS PIPELINE II=1
    #pragma HLS DEPENDENCE variable=memory inter false
    if (lane == 0) older = memory[word];
    y.write(holds ? Pixel(Lane<kPixel>(older, lane)) : nothing);
    SetLane<kPixel>(newer, lane, x.read());
    const bool last = beat == kFrameBeats - 1;
    if (last || lane == kPack - 1) {
      memory[word] = newer;
      word = last ? 0 : word + 1;
    }
    lane = last || lane == kPack - 1 ? 0 : lane + 1;
    beat = last ? 0 : beat + 1;
    holds = holds || last;
  }
}

}  // namespace bnn
