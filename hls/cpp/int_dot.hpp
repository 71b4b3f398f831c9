// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Dot products of an integer vector with the rows of a constant integer matrix.
///
///   y[r] = Bias[r] + sum_k x[k] * W[r][k]
///
/// x is signed if kXSigned, y is signed.  A beat of x is a whole vector; beat f of y carries row
/// f*kPe + j in lane j.  Rate: one vector every kRows/kPe * kTerms/kSimd cycles.
/// Golden: hls/golden/int_dot.py
///
/// @tparam kPe    rows per step
/// @tparam kSimd  terms per step
template <unsigned kTerms, unsigned kRows, unsigned kPe, unsigned kSimd, unsigned kXWidth,
          bool kXSigned, unsigned kSumW, typename Weight>
void IntDot(hls::stream<ap_uint<kTerms * kXWidth>> &x, const Weight (&weights)[kRows][kTerms],
            const ap_int<kSumW> (&bias)[kRows], hls::stream<ap_uint<kPe * kSumW>> &y,
            unsigned vectors) {
  static_assert(kPe > 0 && kRows % kPe == 0, "IntDot: kPe must divide kRows");
  static_assert(kSimd > 0 && kTerms % kSimd == 0, "IntDot: kSimd must divide kTerms");
  constexpr unsigned kParts = kTerms / kSimd;
  constexpr unsigned kBeats = kRows / kPe;
  ap_uint<kTerms * kXWidth> vector = 0;
  ap_int<kSumW> sum[kPe];
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
      if (part == 0) sum[j] = bias[beat * kPe + j];
    Terms:
      for (unsigned k = 0; k < kSimd; ++k) {
        #pragma HLS UNROLL
        const unsigned term = part * kSimd + k;
        // one bit more than x has, so that one signed type holds both kinds
        ap_int<kXWidth + 1> value = Lane<kXWidth>(vector, term);
        if (kXSigned) value = SignedLane<kXWidth>(vector, term);
        sum[j] += value * weights[beat * kPe + j][term];
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
