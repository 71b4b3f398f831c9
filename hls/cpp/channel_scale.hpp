// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Multiply every channel by its own constant.
///
///   y[c] = x[c] * scale[c]
///
/// scale and y are signed, x is signed if kXSigned; kYWidth must hold every product.  Beat
/// f = 0 .. kFolds-1, cyclic, carries channel f*kLanes + l in lane l.  Rate: one beat per cycle.
/// Golden: hls/golden/channel_scale.py
template <unsigned kLanes, unsigned kFolds, unsigned kXWidth, bool kXSigned, unsigned kSWidth,
          unsigned kYWidth>
void ChannelScale(hls::stream<ap_uint<kLanes * kXWidth>> &x,
                  const ap_int<kSWidth> (&scale)[kLanes * kFolds],
                  hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned pixels) {
  static_assert(kLanes > 0 && kFolds > 0, "ChannelScale: kLanes and kFolds must be at least 1");
  unsigned fold = 0;

Beats:
  for (unsigned i = 0; i < pixels * kFolds; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> in = x.read();
    ap_uint<kLanes * kYWidth> out = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      // one bit more than x has, so that one signed type holds both kinds
      ap_int<kXWidth + 1> value = Lane<kXWidth>(in, l);
      if (kXSigned) value = SignedLane<kXWidth>(in, l);
      SetLane<kYWidth>(out, l, value * scale[fold * kLanes + l]);
    }
    y.write(out);
    fold = fold == kFolds - 1 ? 0 : fold + 1;
  }
}

}  // namespace bnn
