// SPDX-License-Identifier: MIT
// Rows of 16-bit integers to bit planes and back.
#pragma once
#include <cstring>

#include "bits.hpp"

typedef uint16_t lanes __attribute__((vector_size(kVecBytes), may_alias));
constexpr int kLanes = kVecBytes / 2;

// Exchange bit j of lane k in word i with bit i of that lane in word j, for all of 16 words.
inline void transpose(lanes *words) {
  const uint16_t masks[] = {0x00FF, 0x0F0F, 0x3333, 0x5555};
  for (int stage = 0; stage < 4; ++stage) {
    const int step = 8 >> stage;
    const lanes mask = lanes{} + masks[stage];
    for (int i = 0; i < 16; ++i) {
      if (i & step) continue;
      lanes &low = words[i], &high = words[i + step];
      const lanes change = ((low >> step) ^ high) & mask;
      high ^= change;
      low ^= change << step;
    }
  }
}

// `bits` planes of one block of integers, each `step` after the last; whether they fit in so many.
inline bool to_planes(const uint16_t *from, long count, long step, vec *planes, int bits,
                      bool sign) {
  union {
    lanes words[16];
    uint16_t values[16][kLanes];
  };
  if (count < kVecBits) std::memset(words, 0, sizeof words);
  for (long i = 0; i < count; ++i) values[i % 16][i / 16] = from[i * step];
  transpose(words);
  for (int bit = 0; bit < bits; ++bit) planes[bit] = (vec)words[bit];
  const vec beyond = sign ? planes[bits - 1] : vec{};  // what any higher bit has to be
  vec wrong = {};
  for (int bit = bits; bit < 16; ++bit) wrong |= (vec)words[bit] ^ beyond;
  uint64_t any = 0;
  for (int i = 0; i < kVecBytes / 8; ++i) any |= wrong[i];
  return !any;
}

inline void from_planes(const vec *planes, int bits, bool sign, uint16_t *to, long count,
                        long step) {
  union {
    lanes words[16];
    uint16_t values[16][kLanes];
  };
  for (int bit = 0; bit < 16; ++bit)
    words[bit] = bit < bits ? (lanes)planes[bit] : sign ? (lanes)planes[bits - 1] : lanes{};
  transpose(words);
  for (long i = 0; i < count; ++i) to[i * step] = values[i % 16][i / 16];
}
