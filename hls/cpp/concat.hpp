// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The channels of a pixel of a, then those of the same pixel of b, one beat at a time.
///
///   y = a[0], .., a[kABeats-1], b[0], .., b[kBBeats-1]
///
/// Rate: one beat per cycle.  Golden: hls/golden/concat.py
///
/// @tparam kABeats  beats per pixel of a
/// @tparam kBBeats  beats per pixel of b
template <unsigned kWidth, unsigned kABeats, unsigned kBBeats>
void Concat(hls::stream<ap_uint<kWidth>> &a, hls::stream<ap_uint<kWidth>> &b,
            hls::stream<ap_uint<kWidth>> &y, unsigned pixels) {
  static_assert(kWidth > 0 && kABeats > 0 && kBBeats > 0,
                "Concat: kWidth, kABeats and kBBeats must be at least 1");
  constexpr unsigned kBeats = kABeats + kBBeats;
  unsigned beat = 0;

Beats:
  for (unsigned i = 0; i < pixels * kBeats; ++i) {
    #pragma HLS PIPELINE II=1
    y.write(beat < kABeats ? a.read() : b.read());
    beat = beat == kBeats - 1 ? 0 : beat + 1;
  }
}

}  // namespace bnn
