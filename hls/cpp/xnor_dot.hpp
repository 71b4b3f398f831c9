// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Dot products of a +1/-1 vector with the rows of a constant +1/-1 matrix.
///
///   y[r] = popcount(x xnor W[r]),  so that  sum_k x[k] * W[r][k] = 2 * y[r] - kTerms
///
/// Bit 1 is +1, bit 0 is -1.  A beat of x is a whole vector; beat f of y carries row f*kPe + j in
/// lane j.  Rate: one vector every kRows/kPe * kTerms/kSimd cycles.  Golden: hls/golden/xnor_dot.py
///
/// @tparam kPe    rows per step
/// @tparam kSimd  terms per step
template <unsigned kTerms, unsigned kRows, unsigned kPe, unsigned kSimd,
          unsigned kSumW = BitsFor(kTerms)>
void XnorDot(hls::stream<ap_uint<kTerms>> &x, const ap_uint<1> (&weights)[kRows][kTerms],
             hls::stream<ap_uint<kPe * kSumW>> &y, unsigned vectors) {
  static_assert(kPe > 0 && kRows % kPe == 0, "XnorDot: kPe must divide kRows");
  static_assert(kSimd > 0 && kTerms % kSimd == 0, "XnorDot: kSimd must divide kTerms");
  constexpr unsigned kParts = kTerms / kSimd;
  constexpr unsigned kBeats = kRows / kPe;
  ap_uint<kTerms> vector = 0;
  ap_uint<kSumW> hits[kPe];
  unsigned part = 0;
  unsigned beat = 0;

Steps:
  for (unsigned i = 0; i < vectors * kBeats * kParts; ++i) {
    #pragma HLS PIPELINE II=1
    if (beat == 0 && part == 0) vector = x.read();
    ap_uint<kPe * kSumW> sums = 0;
  Rows:
    for (unsigned j = 0; j < kPe; ++j) {
      #pragma HLS UNROLL
      if (part == 0) hits[j] = 0;
    Terms:
      for (unsigned k = 0; k < kSimd; ++k) {
        #pragma HLS UNROLL
        hits[j] += vector[part * kSimd + k] == weights[beat * kPe + j][part * kSimd + k];
      }
      SetLane<kSumW>(sums, j, hits[j]);
    }
    if (++part == kParts) {
      part = 0;
      beat = beat == kBeats - 1 ? 0 : beat + 1;
      y.write(sums);
    }
  }
}

}  // namespace bnn
