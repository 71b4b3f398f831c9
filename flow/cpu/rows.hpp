// SPDX-License-Identifier: MIT
// Rows of bit planes: a block of kVecBits pixels after the other, in each its planes in order.
#pragma once
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

// One plane of a row, in the order of its pixels, with `outside` to both sides.
class PlaneRow {
 public:
  explicit PlaneRow(long width)
      : width_(width), blocks_((width + kVecBits - 1) / kVecBits), words_((blocks_ + 2) * kWords) {}

  void load(const vec *row, long step, bool outside) {
    const uint64_t fill = outside ? ~uint64_t{0} : 0;
    std::fill_n(words_.data(), kWords, fill);
    for (long block = 0; block < blocks_; ++block)
      std::memcpy(at(block), row + block * step, kVecBytes);
    std::fill_n(at(blocks_), kWords, fill);
    uint64_t *word = at(0) + width_ / 64;
    const uint64_t beyond = ~uint64_t{0} << width_ % 64;
    if (width_ % 64) *word = (*word & ~beyond) | (fill & beyond), ++word;
    std::fill(word, at(blocks_), fill);
  }

  // Bit x is the plane's bit x + by, |by| < 64.
  vec shifted(long block, long by) {
    const vec here = get(block, 0);
    if (by > 0) return (here >> by) | (get(block, 1) << (64 - by));
    if (by < 0) return (here << -by) | (get(block, -1) >> (64 + by));
    return here;
  }

 private:
  uint64_t *at(long block) { return words_.data() + (block + 1) * kWords; }
  vec get(long block, long word) {
    vec found;
    std::memcpy(&found, at(block) + word, kVecBytes);
    return found;
  }
  long width_, blocks_;
  std::vector<uint64_t> words_;
};
