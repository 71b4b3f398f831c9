// SPDX-License-Identifier: MIT
// Rows of bit planes: a block of kVecBits pixels after the other, in each its planes in order.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "bits.hpp"

// The last rows of a stream, as many as are still read.
class Ring {
 public:
  Ring(long rows, long vectors)
      : rows_(rows), vectors_(vectors), room_(rows * vectors + 1), data_(aligned(room_.data())) {}
  vec *row(long y) { return data_ + y % rows_ * vectors_; }

 private:
  static vec *aligned(vec *at) {
    const auto place = reinterpret_cast<uintptr_t>(at) + kVecBytes - 1;
    return reinterpret_cast<vec *>(place / kVecBytes * kVecBytes);
  }
  struct Room {
    explicit Room(long count) : bytes(new char[count * kVecBytes]()) {}
    vec *data() { return reinterpret_cast<vec *>(bytes.get()); }
    std::unique_ptr<char[]> bytes;
  };
  long rows_, vectors_;
  Room room_;
  vec *data_;
};

constexpr int kWords = kVecBytes / 8;

// The even bits of a word, and its lower half as the even bits of one.
inline uint64_t even_bits(uint64_t x) {
  x &= 0x5555555555555555;
  x = (x | x >> 1) & 0x3333333333333333;
  x = (x | x >> 2) & 0x0F0F0F0F0F0F0F0F;
  x = (x | x >> 4) & 0x00FF00FF00FF00FF;
  x = (x | x >> 8) & 0x0000FFFF0000FFFF;
  return (x | x >> 16) & 0x00000000FFFFFFFF;
}
inline uint64_t as_even_bits(uint64_t x) {
  x &= 0x00000000FFFFFFFF;
  x = (x | x << 16) & 0x0000FFFF0000FFFF;
  x = (x | x << 8) & 0x00FF00FF00FF00FF;
  x = (x | x << 4) & 0x0F0F0F0F0F0F0F0F;
  x = (x | x << 2) & 0x3333333333333333;
  return (x | x << 1) & 0x5555555555555555;
}

// One plane of a row, in the order of its pixels, and what stands to both sides of it. A view of
// `blocks` blocks may look at every pixel from `least` before column 0 on.
class PlaneRow {
 public:
  PlaneRow(long width, long blocks, long stride, long least, long most)
      : width_(width),
        before_(least < 0 ? (63 - least) / 64 : 0),
        words_(before_ +
               std::max((width + 63) / 64 + kWords,
                        (stride * blocks * kVecBits + std::max(most, 0L)) / 64 + 2 + kWords)) {}

  // `left` and `right` are all bits of a word.
  void load(const vec *row, long step, uint64_t left, uint64_t right) {
    std::fill_n(words_.data(), before_, left);
    uint64_t *word = words_.data() + before_;
    for (long at = 0; at < (width_ + 63) / 64; ++at)
      std::memcpy(word + at,
                  reinterpret_cast<const char *>(row + at / kWords * step) + at % kWords * 8, 8);
    word += width_ / 64;
    const uint64_t beyond = ~uint64_t{0} << width_ % 64;
    if (width_ % 64) *word = (*word & ~beyond) | (right & beyond), ++word;
    std::fill(word, words_.data() + words_.size(), right);
  }

  // Bit x is that of column x + by.
  vec shifted(long block, long by) const {
    const long words = by >> 6, bits = by & 63;
    const vec here = get(block * kWords + words);
    return bits ? here >> bits | get(block * kWords + words + 1) << (64 - bits) : here;
  }

  // Bit x is that of column stride * x + by.
  vec strided(long block, long stride, long by) const {
    uint64_t words[kWords];
    for (long i = 0; i < kWords; ++i)
      words[i] = every((block * kWords + i) * 64 * stride + by, stride);
    vec found;
    std::memcpy(&found, words, kVecBytes);
    return found;
  }

 private:
  // 64 bits, `stride` columns from one to the next.
  uint64_t every(long column, long stride) const {
    if (stride == 1) {
      const long at = column >> 6, bits = column & 63;
      return bits ? word(at) >> bits | word(at + 1) << (64 - bits) : word(at);
    }
    if (stride % 2 == 0)
      return even_bits(every(column, stride / 2)) |
             even_bits(every(column + 32 * stride, stride / 2)) << 32;
    uint64_t found = 0;
    for (long i = 0; i < 64; ++i, column += stride)
      found |= (word(column >> 6) >> (column & 63) & 1) << i;
    return found;
  }
  uint64_t word(long at) const { return words_[at + before_]; }
  vec get(long at) const {
    vec found;
    std::memcpy(&found, words_.data() + at + before_, kVecBytes);
    return found;
  }
  long width_, before_;
  std::vector<uint64_t> words_;
};

// A row of source planes, read in the order of its pixels.
struct Planes {
  const vec *row;
  long planes;

  uint64_t word(long plane, long at) const {
    uint64_t found;
    const char *block = reinterpret_cast<const char *>(row + at / kWords * planes + plane);
    std::memcpy(&found, block + at % kWords * 8, 8);
    return found;
  }

  // Word `at` of a row that takes its pixels in turn from `factor` planes.
  uint64_t laid(const int *plane, int factor, long at) const {
    if ((factor & (factor - 1)) == 0) return halved(plane, factor, 1, 64 / factor * at);
    uint64_t found = 0;
    for (long i = 0; i < 64; ++i) {
      const long column = (64 * at + i) / factor;
      found |= (word(plane[(64 * at + i) % factor], column / 64) >> column % 64 & 1) << i;
    }
    return found;
  }

 private:
  uint64_t halved(const int *plane, int factor, int next, long column) const {
    if (factor == 1) return word(*plane, column / 64) >> column % 64;
    return as_even_bits(halved(plane, factor / 2, 2 * next, column)) |
           as_even_bits(halved(plane + next, factor / 2, 2 * next, column)) << 1;
  }
};
