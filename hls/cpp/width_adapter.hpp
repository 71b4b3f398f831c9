// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Gather narrow words into wide beats, or cut wide beats into words, first word in the low bits.
///
/// `beats` counts the wide side.  Rate: one beat per cycle on the narrow side.
/// Golden: hls/golden/width_adapter.py
template <unsigned kXWidth, unsigned kYWidth>
void WidthAdapter(hls::stream<ap_uint<kXWidth>> &x, hls::stream<ap_uint<kYWidth>> &y,
                  unsigned beats) {
  static_assert(kXWidth > 0 && kYWidth > 0 && (kXWidth % kYWidth == 0 || kYWidth % kXWidth == 0),
                "WidthAdapter: one of kXWidth and kYWidth must divide the other");
  constexpr unsigned kWide = Max(kXWidth, kYWidth);
  constexpr unsigned kWord = kXWidth + kYWidth - kWide;
  constexpr unsigned kWords = kWide / kWord;
  ap_uint<kWide> wide = 0;
  unsigned word = 0;

Words:
  for (unsigned i = 0; i < beats * kWords; ++i) {
    #pragma HLS PIPELINE II=1
    if (kXWidth >= kYWidth) {
      if (word == 0) wide = x.read();
      y.write(ap_uint<kYWidth>(Lane<kWord>(wide, word)));
    } else {
      SetLane<kWord>(wide, word, x.read());
      if (word == kWords - 1) y.write(ap_uint<kYWidth>(wide));
    }
    word = word == kWords - 1 ? 0 : word + 1;
  }
}

}  // namespace bnn
