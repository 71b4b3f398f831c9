// SPDX-License-Identifier: MIT
#pragma once

#include "lanes.hpp"

namespace bnn {

/// Index of a number: itself below 2^(kMantissa+1), above by octaves of 2^kMantissa.
template <unsigned kMantissa, unsigned kWidth>
unsigned SemiLog(const ap_uint<kWidth> &v) {
  #pragma HLS INLINE
  unsigned index = v;
Octaves:
  for (unsigned octave = 1; octave + kMantissa < kWidth; ++octave) {
    #pragma HLS UNROLL
    if (v[kMantissa + octave]) index = (octave << kMantissa) + unsigned(v >> octave);
  }
  return index;
}

/// The gain that puts the weighted mean light of a frame at a brightness.
///
///   y = min(floor(kTarget * sum(w) / sum(w * v)), kMost),   kMost where sum(w * v) is 0
///   w = weights[index(v)],   v = min(max(x - black, 0), kSpan)
///
/// x is a frame of kBeats beats of kLanes samples; y is one beat a frame.  Rate: one beat of x per
/// cycle, and a division per frame.  Golden: hls/golden/exposure_meter.py
template <unsigned kLanes, unsigned kXWidth, unsigned kBeats, unsigned kSpan, unsigned kMantissa,
          unsigned kEntries, unsigned kWWidth, unsigned kTargetW, unsigned kTarget, unsigned kYWidth,
          unsigned kMost>
void ExposureMeter(hls::stream<ap_uint<kLanes * kXWidth>> &x, const ap_uint<kXWidth> (&black)[kLanes],
                   const ap_uint<kWWidth> (&weights)[kEntries], hls::stream<ap_uint<kYWidth>> &y,
                   unsigned frames) {
  static_assert(kLanes > 0 && kBeats > 0, "ExposureMeter: kLanes and kBeats must be at least 1");
  constexpr unsigned kCountW = BitsFor(kBeats * kLanes);
  using Total = ap_uint<kWWidth + kCountW>;
  using Light = ap_uint<kWWidth + kXWidth + kCountW>;
  using Product = ap_uint<kTargetW + kWWidth + kCountW>;

Frames:
  for (unsigned frame = 0; frame < frames; ++frame) {
    Total total = 0;
    Light light = 0;
  Beats:
    for (unsigned beat = 0; beat < kBeats; ++beat) {
      #pragma HLS PIPELINE II=1
      const ap_uint<kLanes * kXWidth> samples = x.read();
    Lanes:
      for (unsigned l = 0; l < kLanes; ++l) {
        #pragma HLS UNROLL
        const ap_uint<kXWidth> sample = Lane<kXWidth>(samples, l);
        ap_uint<kXWidth> v = 0;
        if (sample > black[l]) v = sample - black[l];
        if (v > kSpan) v = kSpan;
        const ap_uint<kWWidth> weight = weights[SemiLog<kMantissa, kXWidth>(v)];
        total += weight;
        light += Light(weight) * v;
      }
    }
    ap_uint<kYWidth> gain = kMost;
    if (light != 0) {
      const Product quotient = Product(kTarget) * total / light;
      if (quotient < kMost) gain = quotient;
    }
    y.write(gain);
  }
}

}  // namespace bnn
