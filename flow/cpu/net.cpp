// SPDX-License-Identifier: MIT
// What is the same for every network.
#include <atomic>
#include <thread>

#include "worker.hpp"

// The frame in as many stripes as there are threads; what a stripe sees of its neighbours is made
// twice.
bool run_net(const Net &net, const uint16_t *const *inputs, uint16_t *const *outputs,
             const Size *sizes, int threads) {
  std::atomic<bool> fits{true};
  const auto stripe = [&](long index, long count) {
    std::vector<Rows> wanted;
    for (int output : net.outputs) {
      const long height = sizes[output].height;
      wanted.push_back({index * height / count, (index + 1) * height / count});
    }
    if (!Worker(net, sizes, wanted).run(inputs, outputs)) fits = false;
  };
  long highest = 1;
  for (int output : net.outputs) highest = std::max(highest, sizes[output].height);
  const long count = std::max(1L, std::min<long>(threads, highest));
  std::vector<std::thread> others;
  for (long i = 1; i < count; ++i) others.emplace_back(stripe, i, count);
  stripe(0, count);
  for (std::thread &other : others) other.join();
  return fits;
}
