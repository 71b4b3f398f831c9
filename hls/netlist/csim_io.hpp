// SPDX-License-Identifier: MIT
#pragma once

#include <ap_int.h>
#include <hls_stream.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace csim {

/// Appends the beats in the file `path`, each padded to 32-bit words, to `stream`.
template <int kWidth>
void Load(const std::string &path, hls::stream<ap_uint<kWidth>> &stream) {
  std::ifstream file(path, std::ios::binary);
  std::vector<uint32_t> word((kWidth + 31) / 32);
  while (file.read(reinterpret_cast<char *>(word.data()), 4 * word.size())) {
    ap_uint<32 * ((kWidth + 31) / 32)> beat = 0;
    for (unsigned i = 0; i < word.size(); ++i) beat.range(32 * i + 31, 32 * i) = word[i];
    stream.write(ap_uint<kWidth>(beat));
  }
}

/// Writes all beats of `stream` to the file `path`, as Load reads them.
template <int kWidth>
void Save(const std::string &path, hls::stream<ap_uint<kWidth>> &stream) {
  std::ofstream file(path, std::ios::binary);
  while (!stream.empty()) {
    const ap_uint<32 * ((kWidth + 31) / 32)> beat = stream.read();
    for (unsigned i = 0; i < (kWidth + 31) / 32; ++i) {
      const uint32_t word = beat.range(32 * i + 31, 32 * i).to_uint();
      file.write(reinterpret_cast<const char *>(&word), 4);
    }
  }
}

/// Copies plain numbers to the items of a table, of any shape; a constant array of ap_int would
/// cost the compiler a constructor call an item.
template <typename Item, typename Table, std::size_t kItems>
void Fill(Table &table, const int64_t (&values)[kItems]) {
  static_assert(sizeof(table) == kItems * sizeof(Item), "Fill: a value for each item");
  Item *item = reinterpret_cast<Item *>(&table);
  for (const int64_t value : values) *item++ = value;
}

}  // namespace csim
