// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// The same integers in wider lanes: y[l] = x[l].
///
/// x is two's complement if kXSigned, else unsigned.  Rate: one beat per cycle.
/// Golden: hls/golden/widen.py
template <unsigned kLanes, unsigned kXWidth, bool kXSigned, unsigned kYWidth>
void Widen(hls::stream<ap_uint<kLanes * kXWidth>> &x, hls::stream<ap_uint<kLanes * kYWidth>> &y,
           unsigned beats) {
  static_assert(kLanes > 0 && kXWidth > 0, "Widen: kLanes and kXWidth must be at least 1");
  static_assert(kYWidth >= kXWidth, "Widen: kYWidth must be at least kXWidth");

Beats:
  for (unsigned i = 0; i < beats; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> in = x.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      ap_int<kYWidth + 1> value = Lane<kXWidth>(in, l);
      if (kXSigned) value = SignedLane<kXWidth>(in, l);
      SetLane<kYWidth>(out, l, value);
    }
    y.write(out);
  }
}

}  // namespace bnn
