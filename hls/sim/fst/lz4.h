// SPDX-License-Identifier: MIT
//
// The two functions of LZ4 that Verilator's FST writer calls, for machines without liblz4's header.
//
// Block format: sequences of a token (literals in the high nibble, match length - 4 in the low one,
// 15 goes on in bytes), the literals, and a match as a 16-bit little-endian offset. The last five
// bytes are literals, and no match starts within the last twelve.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

inline int LZ4_compressBound(int size) { return size + size / 255 + 16; }

namespace lz4_block {

constexpr int kMinMatch = 4, kLastLiterals = 5, kMatchLimit = 12, kHashBits = 14;

inline uint32_t Four(const char *at) {
  uint32_t word;
  std::memcpy(&word, at, 4);
  return word;
}

inline void Length(char *&out, int rest) {
  for (; rest >= 255; rest -= 255) *out++ = static_cast<char>(255);
  *out++ = static_cast<char>(rest);
}

/// One sequence; `match` 0 ends the block with literals alone.
inline void Sequence(char *&out, const char *literals, int count, int offset, int match) {
  const int more = match ? match - kMinMatch : 0;
  *out++ = static_cast<char>(std::min(count, 15) << 4 | std::min(more, 15));
  if (count >= 15) Length(out, count - 15);
  std::memcpy(out, literals, count);
  out += count;
  if (match == 0) return;
  *out++ = static_cast<char>(offset);
  *out++ = static_cast<char>(offset >> 8);
  if (more >= 15) Length(out, more - 15);
}

}  // namespace lz4_block

/// Bytes written to `target`, which holds at least LZ4_compressBound(size).
inline int LZ4_compress_default(const char *source, char *target, int size, int) {
  using namespace lz4_block;
  std::vector<int> seen(1 << kHashBits, -1);  // by the hash of four bytes, where they stood last
  char *out = target;
  int literals = 0;
  for (int at = 0; at + kMatchLimit <= size;) {
    int &slot = seen[Four(source + at) * 2654435761u >> (32 - kHashBits)];
    const int before = slot;
    slot = at;
    if (before < 0 || at - before > 65535 || Four(source + before) != Four(source + at)) {
      ++at;
      continue;
    }
    int match = kMinMatch;
    while (at + match < size - kLastLiterals && source[before + match] == source[at + match]) ++match;
    Sequence(out, source + literals, at - literals, at - before, match);
    literals = at += match;
  }
  Sequence(out, source + literals, size - literals, 0, 0);
  return static_cast<int>(out - target);
}
