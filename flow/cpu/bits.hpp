// SPDX-License-Identifier: MIT
// A vector of bits, one for each of many pixels, and logic functions of two and three of them.
#pragma once
#include <cstdint>
#if defined(__AVX512F__) && defined(__clang__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
constexpr int kVecBytes = 64;
#elif defined(__AVX2__)
constexpr int kVecBytes = 32;
#else
constexpr int kVecBytes = 16;
#endif
constexpr int kVecBits = 8 * kVecBytes;

typedef uint64_t vec __attribute__((vector_size(kVecBytes), may_alias));

// Bit i of Table is the result where the arguments, a lowest, spell i.
template <int Table>
inline vec lut(vec a, vec b) {
  if constexpr (Table == 0x0) return vec{};
  if constexpr (Table == 0x1) return ~(a | b);
  if constexpr (Table == 0x2) return a & ~b;
  if constexpr (Table == 0x3) return ~b;
  if constexpr (Table == 0x4) return b & ~a;
  if constexpr (Table == 0x5) return ~a;
  if constexpr (Table == 0x6) return a ^ b;
  if constexpr (Table == 0x7) return ~(a & b);
  if constexpr (Table == 0x8) return a & b;
  if constexpr (Table == 0x9) return ~(a ^ b);
  if constexpr (Table == 0xA) return a;
  if constexpr (Table == 0xB) return a | ~b;
  if constexpr (Table == 0xC) return b;
  if constexpr (Table == 0xD) return b | ~a;
  if constexpr (Table == 0xE) return a | b;
  return ~vec{};
}

#ifndef __AVX512F__
// Whether at least two of three arguments are 1, those in Flips inverted.
constexpr int majority_table(int flips) {
  int table = 0;
  for (int i = 0; i < 8; ++i) table |= (__builtin_popcount(i ^ flips) > 1) << i;
  return table;
}
#endif

#ifdef __ARM_NEON
inline vec choice(vec which, vec one, vec zero) { return zero ^ (which & (zero ^ one)); }
#endif

template <int Table>
inline vec lut(vec a, vec b, vec c) {
#ifdef __AVX512F__
  // The instruction's table has its first argument highest.
#ifdef __clang__
  return (vec)_mm512_ternarylogic_epi64((__m512i)c, (__m512i)b, (__m512i)a, Table);
#else  // without a header that takes half a second to read
  typedef long long wide __attribute__((vector_size(64)));
  return (vec)__builtin_ia32_pternlogq512_mask((wide)c, (wide)b, (wide)a, Table, 0xFF);
#endif
#else
  if constexpr (Table == 0x96) return a ^ b ^ c;
#ifdef __ARM_NEON
  // A choice is one instruction, so the carry of a full adder is chosen by a ^ b.
  if constexpr (Table == majority_table(0)) return choice(a ^ b, c, a);
  if constexpr (Table == majority_table(1)) return choice(a ^ b, b, c);
  if constexpr (Table == majority_table(2)) return choice(a ^ b, a, c);
  if constexpr (Table == majority_table(4)) return choice(a ^ b, ~c, a);
#endif
  // A full adder needs a ^ b for its sum too.
  if constexpr (Table == majority_table(0)) return (a & b) | (c & (a ^ b));
  if constexpr (Table == majority_table(1)) return (b & ~a) | (c & ~(a ^ b));
  if constexpr (Table == majority_table(2)) return (a & ~b) | (c & ~(a ^ b));
  if constexpr (Table == majority_table(4)) return (a & b) | ((a ^ b) & ~c);
  constexpr int low_table = Table & 0xF, high_table = Table >> 4;
  const vec low = lut<low_table>(a, b), high = lut<high_table>(a, b);
  if constexpr (low_table == (~high_table & 0xF)) return c ^ low;
  if constexpr (low_table == 0x0) return c & high;
  if constexpr (low_table == 0xF) return ~c | high;
  if constexpr (high_table == 0x0) return low & ~c;
  if constexpr (high_table == 0xF) return low | c;
  return low ^ (c & (low ^ high));
#endif
}
