// SPDX-License-Identifier: MIT
//
// Calls an HLS top as FINN generates it: -DSOURCE="its file" -DTOP=its name -DINPUTS=their number.
//
// usage: driver FOLDER   reads FOLDER/in<n>_V.in, writes FOLDER/out<n>_V.out
#include SOURCE

#include <tuple>
#include <utility>

#include "csim_io.hpp"

namespace {

template <int kWidth>
void Feed(const std::string &folder, int port, hls::stream<ap_uint<kWidth>> &stream) {
  if (port < INPUTS) csim::Load(folder + "/in" + std::to_string(port) + "_V.in", stream);
}

template <int kWidth>
void Keep(const std::string &folder, int port, hls::stream<ap_uint<kWidth>> &stream) {
  if (port >= INPUTS)
    csim::Save(folder + "/out" + std::to_string(port - INPUTS) + "_V.out", stream);
}

template <typename... Streams, typename Top, std::size_t... kPort>
void Run(Top top, const std::string &folder, std::index_sequence<kPort...>) {
  std::tuple<Streams...> streams;
  using Each = int[];
  (void)Each{(Feed(folder, kPort, std::get<kPort>(streams)), 0)...};
  top(std::get<kPort>(streams)...);
  (void)Each{(Keep(folder, kPort, std::get<kPort>(streams)), 0)...};
}

template <typename... Streams>
void Call(void (*top)(Streams &...), const std::string &folder) {
  Run<Streams...>(top, folder, std::index_sequence_for<Streams...>());
}

/// A top with a port to an external memory.
template <typename Word, typename... Streams>
void Call(void (*top)(Word *, Streams &...), const std::string &folder) {
  static Word memory[1 << 16];
  const auto bound = [&](Streams &...streams) { top(memory, streams...); };
  Run<Streams...>(bound, folder, std::index_sequence_for<Streams...>());
}

}  // namespace

int main(int, char **argv) { Call(TOP, argv[1]); }
