// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Dot products of integer vectors with the rows of a constant integer matrix, some terms a beat.
///
///   y[r] = Bias[r] + sum_k x[r/kPe][k] * W[r][k]
///
/// x is signed if kXSigned, y is signed.  kPe rows see one vector, kTerms/kSimd beats of x; the next
/// rows see the next one.  Beat f of y carries row f*kPe + j in lane j.  Rate: one beat of x per
/// cycle.
/// Golden: hls/golden/int_dot_fold.py
///
/// @tparam kPe    rows per step
/// @tparam kSimd  terms per step
template <unsigned kTerms, unsigned kRows, unsigned kPe, unsigned kSimd, unsigned kXWidth,
          bool kXSigned, unsigned kSumW, typename Weight>
void IntDotFold(hls::stream<ap_uint<kSimd * kXWidth>> &x, const Weight (&weights)[kRows][kTerms],
                const ap_int<kSumW> (&bias)[kRows], hls::stream<ap_uint<kPe * kSumW>> &y,
                unsigned count) {
  static_assert(kPe > 0 && kRows % kPe == 0, "IntDotFold: kPe must divide kRows");
  static_assert(kSimd > 0 && kTerms % kSimd == 0, "IntDotFold: kSimd must divide kTerms");
  constexpr unsigned kParts = kTerms / kSimd;
  constexpr unsigned kBeats = kRows / kPe;
  ap_int<kSumW> sum[kPe];
  unsigned part = 0;
  unsigned beat = 0;

Steps:
  for (unsigned i = 0; i < count * kBeats * kParts; ++i) {
    #pragma HLS PIPELINE II=1
    const ap_uint<kSimd * kXWidth> terms = x.read();
    ap_uint<kPe * kSumW> sums = 0;
  Rows:
    for (unsigned j = 0; j < kPe; ++j) {
      #pragma HLS UNROLL
      if (part == 0) sum[j] = bias[beat * kPe + j];
    Terms:
      for (unsigned k = 0; k < kSimd; ++k) {
        #pragma HLS UNROLL
        // one bit more than x has, so that one signed type holds both kinds
        ap_int<kXWidth + 1> value = Lane<kXWidth>(terms, k);
        if (kXSigned) value = SignedLane<kXWidth>(terms, k);
        sum[j] += value * weights[beat * kPe + j][part * kSimd + k];
      }
      SetLane<kSumW>(sums, j, sum[j]);
    }
    if (++part == kParts) {
      part = 0;
      beat = beat == kBeats - 1 ? 0 : beat + 1;
      y.write(sums);
    }
  }
}

}  // namespace bnn
