// SPDX-License-Identifier: MIT
#pragma once

#include <ap_int.h>
#include <hls_stream.h>

namespace bnn {

constexpr unsigned BitsFor(unsigned n) { return n == 0 ? 1 : 1 + (n > 1 ? BitsFor(n >> 1) : 0); }

constexpr unsigned Max(unsigned a, unsigned b) { return a > b ? a : b; }

/// Lane `index` of a beat, kWidth bits a lane, lane 0 in the low bits.
template <unsigned kWidth, typename Beat>
ap_uint<kWidth> Lane(const Beat &beat, unsigned index) {
  #pragma HLS INLINE
  return beat.range(kWidth * index + kWidth - 1, kWidth * index);
}

/// The same, read as two's complement.
template <unsigned kWidth, typename Beat>
ap_int<kWidth> SignedLane(const Beat &beat, unsigned index) {
  #pragma HLS INLINE
  return ap_int<kWidth>(Lane<kWidth>(beat, index));
}

/// Writes the low kWidth bits of `value` to lane `index` of a beat.
template <unsigned kWidth, typename Beat, typename Value>
void SetLane(Beat &beat, unsigned index, const Value &value) {
  #pragma HLS INLINE
  beat.range(kWidth * index + kWidth - 1, kWidth * index) = ap_uint<kWidth>(value);
}

/// value / 2^kShift, a half rounded to the even neighbour; kWidth must hold 2^kShift and a carry.
template <unsigned kShift, int kWidth>
ap_int<kWidth> Rint(const ap_int<kWidth> &value) {
  #pragma HLS INLINE
  if (kShift == 0) return value;
  // Half an output step minus one, plus one more where the floor is odd: a half then carries only
  // into an even result.
  const ap_int<kWidth> half = ap_int<kWidth>(1) << (kShift - (kShift > 0));
  const ap_int<kWidth> floor = value >> kShift;
  return ap_int<kWidth>(value + half - 1 + floor[0]) >> kShift;
}

}  // namespace bnn
