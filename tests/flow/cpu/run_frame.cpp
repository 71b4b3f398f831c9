// SPDX-License-Identifier: MIT
// A frame through an engine: a line with height, width, and bytes of the result on the command
// line, the frame on standard input, the result on standard output.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "steps.hpp"

extern "C" int run(const uint16_t *const *inputs, uint16_t *const *outputs, const Size *sizes,
                   int threads);

int main(int, char **given) {
  const long height = std::atol(given[1]), width = std::atol(given[2]);
  const long tensors = std::atol(given[3]), channels = std::atol(given[4]);
  std::vector<uint16_t> frame(height * width * channels), made(frame.size());
  if (std::fread(frame.data(), 2, frame.size(), stdin) != frame.size()) return 1;
  const std::vector<Size> sizes(tensors, {height, width});
  const uint16_t *in = frame.data();
  uint16_t *out = made.data();
  if (!run(&in, &out, sizes.data(), 2)) return 2;
  std::fwrite(made.data(), 2, made.size(), stdout);
}
