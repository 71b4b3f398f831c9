// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Any function of a small integer, one per channel, as a table.
///
///   y[c] = table[c][x[c]]
///
/// x is unsigned and below kEntries, or the bits of a signed x, whose negative values then are the
/// upper half.  y is what the entries are, signed or not.  Beat f = 0 .. kFolds-1, cyclic, carries
/// channel f*kLanes + l in lane l.  Rate: one beat per cycle.  Golden: hls/golden/act_table.py
///
/// @tparam kFolds  beats per pixel
/// @tparam Entry   ap_int<kYWidth> or ap_uint<kYWidth>
template <unsigned kLanes, unsigned kFolds, unsigned kEntries, unsigned kXWidth, unsigned kYWidth,
          typename Entry>
void ActTable(hls::stream<ap_uint<kLanes * kXWidth>> &x,
              const Entry (&table)[kLanes * kFolds][kEntries],
              hls::stream<ap_uint<kLanes * kYWidth>> &y, unsigned pixels) {
  static_assert(kLanes > 0 && kFolds > 0, "ActTable: kLanes and kFolds must be at least 1");
  static_assert(BitsFor(kEntries - 1) <= kXWidth, "ActTable: kXWidth must index kEntries");
  unsigned fold = 0;

Beats:
  for (unsigned i = 0; i < pixels * kFolds; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kLanes * kXWidth> index = x.read();
    ap_uint<kLanes * kYWidth> values = 0;
  Lanes:
    for (unsigned l = 0; l < kLanes; ++l) {
      #pragma HLS UNROLL
      SetLane<kYWidth>(values, l, table[fold * kLanes + l][Lane<kXWidth>(index, l)]);
    }
    y.write(values);
    fold = fold == kFolds - 1 ? 0 : fold + 1;
  }
}

}  // namespace bnn
