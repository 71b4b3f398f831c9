// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// A queue of frames in an external memory, some of them there from the start.
///
///   y[n] = fill for n < kInitial * kFrameBeats,  else x[n - kInitial * kFrameBeats]
///
/// A frame is kFrameBeats beats, kFolds to a pixel, beat f with channels f*kLanes ... of `fill`.
/// `memory` is a ring of kWords words, a beat a word; `holds` tells whether the first frames have
/// left, and is false before the first call.  x and y are independent: each moves where it can.
/// Rate: one beat per cycle each way.  Golden: hls/golden/frame_fifo.py
template <unsigned kLanes, unsigned kFolds, unsigned kBits, unsigned kFrameBeats, unsigned kInitial,
          unsigned kWords, unsigned kDataWidth>
void FrameFifo(hls::stream<ap_uint<kLanes * kBits>> &x,
               const ap_uint<kBits> (&fill)[kLanes * kFolds], ap_uint<kDataWidth> *memory,
               bool &holds, hls::stream<ap_uint<kLanes * kBits>> &y, unsigned frames) {
  static_assert(kLanes * kBits <= kDataWidth, "FrameFifo: a beat must fit in kDataWidth");
  static_assert(kFrameBeats % kFolds == 0, "FrameFifo: a frame must be whole pixels");
  const unsigned beats = frames * kFrameBeats;
  unsigned first = holds ? 0 : kInitial * kFrameBeats;
  unsigned taken = 0, given = 0, fold = 0, write = 0, read = 0;

Beats:
  while (given < beats || first > 0) {
    #pragma HLS PIPELINE II=1
    #pragma HLS DEPENDENCE variable=memory inter false
    if (taken < beats && taken - given < kWords && !x.empty()) {
      memory[write] = x.read();
      write = write == kWords - 1 ? 0 : write + 1;
      ++taken;
    }
    if (y.full()) continue;
    if (first > 0) {
      ap_uint<kLanes * kBits> beat = 0;
    Fill:
      for (unsigned l = 0; l < kLanes; ++l) {
        #pragma HLS UNROLL
        SetLane<kBits>(beat, l, fill[fold * kLanes + l]);
      }
      y.write(beat);
      fold = fold == kFolds - 1 ? 0 : fold + 1;
      --first;
    } else if (given < taken) {
      y.write(ap_uint<kLanes * kBits>(memory[read]));
      read = read == kWords - 1 ? 0 : read + 1;
      ++given;
    }
  }
  holds = true;
}

}  // namespace bnn
