// SPDX-License-Identifier: MIT
//
// Moves beats into and out of a Verilated design, one clock cycle at a time.
//
// ports.hpp is generated beside the model and lists the design's streams and probes:
//   TOP_INPUTS(PORT), TOP_OUTPUTS(PORT)   PORT(name, words): words of 32 bits per beat
//   TOP_PROBES(ITEM), TOP_KNOBS(ITEM)     ITEM(path): numbers read after a run, set before one
//   TOP_WATCHED(WIRE)                     WIRE(path, words): streams inside, watched every cycle
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "ports.hpp"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

/// One stream of a run, shared with Python (hls/sim/verilated.py has the twin of this layout).
struct Stream {
  uint32_t *data;    // beats x words, little endian words
  uint64_t *cycle;   // when each beat moved, counted from the end of reset
  uint64_t beats;    // to move in this run
  uint64_t moved;    // so far
  uint64_t stall;    // chance of a stall per cycle, times 2^32
  uint64_t random;   // xorshift state, never 0
  uint64_t offered;  // a beat is offered and not yet taken
};

enum Status : int { kDone, kPaused, kIdle, kUnstable, kExtra };

struct Run {
  uint64_t cycle;       // cycles since reset
  uint64_t idle;        // cycles since a beat moved
  uint64_t idle_limit;  // cycles without any movement that count as a hang
  uint64_t drain;       // cycles to watch after the last beat, for beats nobody asked for
  uint64_t drained;
  uint64_t culprit;  // output stream that broke the protocol
};

/// What the watched streams did. When time outgrows the bins, two become one.
struct Watch {
  uint64_t *beats;   // per stream, moved so far
  uint32_t *moved;   // streams x bins, cycles in which a beat moved
  uint32_t *waited;  // streams x bins, cycles in which a beat was offered and not taken
  uint8_t *state;    // per stream in the last cycle: 1 valid + 2 ready
  uint32_t *hash;    // streams x hashed, of every beat
  uint32_t *caught;  // one beat: number `beat` of stream number `stream`
  uint64_t hashed;   // beats of a stream to hash
  uint64_t bins;     // even
  uint64_t bin_cycles;
  uint64_t stream, beat;
};

/// The waveform's span: from when one watched stream has moved so many beats until another has.
struct Span {
  uint64_t from_stream, from_beats, to_stream, to_beats;
};

constexpr int kMaxWords = 4096;
constexpr int kAllLevels = 99;

#define COUNT(name, words) +1
constexpr int kInputs = 0 TOP_INPUTS(COUNT);
constexpr int kOutputs = 0 TOP_OUTPUTS(COUNT);
constexpr int kWatched = 0 TOP_WATCHED(COUNT);
#undef COUNT

template <typename T>
void Put(T &port, const uint32_t *word) {
  if constexpr (sizeof(T) <= 4)
    port = static_cast<T>(word[0]);
  else if constexpr (sizeof(T) == 8)
    port = word[0] | static_cast<uint64_t>(word[1]) << 32;
}
template <std::size_t N>
void Put(VlWide<N> &port, const uint32_t *word) {
  std::memcpy(&port, word, 4 * N);
}

template <typename T>
void Get(const T &port, uint32_t *word) {
  word[0] = static_cast<uint32_t>(port);
  if constexpr (sizeof(T) == 8) word[1] = static_cast<uint32_t>(port >> 32);
}
template <std::size_t N>
void Get(const VlWide<N> &port, uint32_t *word) {
  std::memcpy(word, &port, 4 * N);
}

bool Stalls(Stream &s) {
  if (s.stall == 0) return false;
  s.random ^= s.random << 13;
  s.random ^= s.random >> 7;
  s.random ^= s.random << 17;
  return (s.random >> 32) < s.stall;
}

struct Design {
  VerilatedContext context;
  std::unique_ptr<Vtop> top;
#if VM_TRACE
  VerilatedFstC waves;
#endif
  uint32_t held[kOutputs][kMaxWords];  // what an output showed while it was not taken
  bool waiting[kOutputs] = {};
};

void Tick(Vtop &top) {
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
}

[[maybe_unused]] void Halve(uint32_t *counts, uint64_t bins) {
  for (uint64_t bin = 0; bin < bins / 2; ++bin) counts[bin] = counts[2 * bin] + counts[2 * bin + 1];
  std::memset(counts + bins / 2, 0, bins / 2 * sizeof *counts);
}

/// FNV-1a by words.
template <typename T>
[[maybe_unused]] uint32_t Hash(const T &data, int words) {
  static thread_local uint32_t beat[kMaxWords];
  Get(data, beat);
  uint32_t hash = 2166136261u;
  for (int word = 0; word < words; ++word) hash = (hash ^ beat[word]) * 16777619u;
  return hash;
}

/// Counts what the watched streams do in this cycle.
void See([[maybe_unused]] Vtop___024root &root, uint64_t cycle, Watch &watch) {
  if (cycle >= watch.bins * watch.bin_cycles) {
    for (int stream = 0; stream < kWatched; ++stream) {
      Halve(watch.moved + stream * watch.bins, watch.bins);
      Halve(watch.waited + stream * watch.bins, watch.bins);
    }
    watch.bin_cycles *= 2;
  }
  [[maybe_unused]] uint64_t bin = cycle / watch.bin_cycles, stream = 0;
#define COUNT(path, words)                                                                     \
  watch.state[stream] = (root.path##_valid ? 1 : 0) + (root.path##_ready ? 2 : 0);             \
  if (watch.state[stream] == 3) {                                                              \
    if (watch.beats[stream] < watch.hashed)                                                    \
      watch.hash[stream * watch.hashed + watch.beats[stream]] = Hash(root.path##_data, words); \
    if (stream == watch.stream && watch.beats[stream] == watch.beat)                           \
      Get(root.path##_data, watch.caught);                                                     \
    ++watch.moved[stream * watch.bins + bin];                                                  \
    ++watch.beats[stream];                                                                     \
  } else if (watch.state[stream] == 1) {                                                       \
    ++watch.waited[stream * watch.bins + bin];                                                 \
  }                                                                                            \
  ++stream;
  TOP_WATCHED(COUNT)
#undef COUNT
}

/// Writes the waves of half a cycle while the span lasts.
void Dump([[maybe_unused]] Design &design, [[maybe_unused]] const Watch &watch,
          [[maybe_unused]] const Span &span, [[maybe_unused]] uint64_t time) {
#if VM_TRACE
  if (design.waves.isOpen() && watch.beats[span.from_stream] >= span.from_beats &&
      watch.beats[span.to_stream] < span.to_beats)
    design.waves.dump(time);
#endif
}

}  // namespace

extern "C" {

/// A design after reset. Registers without a reset, and memories, start with random contents.
/// `knob` holds values for the knobs, in the order of ports.hpp.
void *tarsier_open(int seed, const uint64_t *knob) {
  auto *design = new Design;
  design->context.traceEverOn(VM_TRACE);
  design->context.randReset(2);
  design->context.randSeed(seed);
  design->top = std::make_unique<Vtop>(&design->context);
  Vtop &top = *design->top;
  Vtop___024root &root = *top.rootp;
  (void)root;
  (void)knob;
  top.rst_ni = 0;
#define OFF(name, words) top.name##_valid_i = 0;
  TOP_INPUTS(OFF)
#undef OFF
#define OFF(name, words) top.name##_ready_i = 0;
  TOP_OUTPUTS(OFF)
#undef OFF
  // The first evaluation runs the initial blocks, which a knob must not come before.
  top.eval();
#define SET(path) root.path = *knob++;
  TOP_KNOBS(SET)
#undef SET
  for (int i = 0; i < 8; ++i) Tick(top);
  top.rst_ni = 1;
  return design;
}

void tarsier_close(void *handle) { delete static_cast<Design *>(handle); }

#if VM_TRACE
/// Opens `path` for the waves of the hierarchy's `scopes`, separated by spaces.
void tarsier_trace(void *handle, const char *path, const char *scopes) {
  Design &design = *static_cast<Design *>(handle);
  std::istringstream names(scopes);
  for (std::string scope; names >> scope;) design.waves.dumpvars(kAllLevels, "TOP." + scope);
  design.top->trace(&design.waves, kAllLevels);
  design.waves.open(path);
}

void tarsier_trace_end(void *handle) { static_cast<Design *>(handle)->waves.close(); }
#endif

/// Runs up to `budget` cycles. Streams come in the order of ports.hpp. Returns a Status.
int tarsier_run(void *handle, Run *run, Stream *in, Stream *out, Watch *watch, const Span *span,
                uint64_t budget) {
  Design &design = *static_cast<Design *>(handle);
  Vtop &top = *design.top;
  static thread_local uint32_t shown[kMaxWords];

  for (; budget > 0; --budget) {
    int i = 0;
    bool all = true;
#define DRIVE(name, words)                                \
  {                                                       \
    Stream &s = in[i++];                                  \
    if (!s.offered && s.moved < s.beats && !Stalls(s)) {  \
      s.offered = 1;                                      \
      Put(top.name##_data_i, s.data + s.moved * (words)); \
    }                                                     \
    top.name##_valid_i = s.offered != 0;                  \
    all &= s.moved == s.beats;                            \
  }
    TOP_INPUTS(DRIVE)
#undef DRIVE
    i = 0;
#define READY(name, words)           \
  {                                  \
    Stream &s = out[i++];            \
    top.name##_ready_i = !Stalls(s); \
    all &= s.moved == s.beats;       \
  }
    TOP_OUTPUTS(READY)
#undef READY
    if (all && run->drained++ >= run->drain) return kDone;

    top.clk_i = 0;
    top.eval();
    if constexpr (kWatched > 0) {
      Dump(design, *watch, *span, 2 * run->cycle);
      See(*top.rootp, run->cycle, *watch);
    }

    bool moved = false;
    i = 0;
#define TAKE(name, words)                  \
  {                                        \
    Stream &s = in[i++];                   \
    if (s.offered && top.name##_ready_o) { \
      s.cycle[s.moved++] = run->cycle;     \
      s.offered = 0;                       \
      moved = true;                        \
    }                                      \
  }
    TOP_INPUTS(TAKE)
#undef TAKE
    i = 0;
#define COLLECT(name, words)                                                             \
  {                                                                                      \
    Stream &s = out[i];                                                                  \
    if (design.waiting[i]) {                                                             \
      Get(top.name##_data_o, shown);                                                     \
      if (!top.name##_valid_o || std::memcmp(shown, design.held[i], 4 * (words)) != 0) { \
        run->culprit = i;                                                                \
        return kUnstable;                                                                \
      }                                                                                  \
    }                                                                                    \
    design.waiting[i] = top.name##_valid_o && !top.name##_ready_i;                       \
    if (design.waiting[i]) Get(top.name##_data_o, design.held[i]);                       \
    if (top.name##_valid_o && top.name##_ready_i) {                                      \
      if (s.moved == s.beats) {                                                          \
        run->culprit = i;                                                                \
        return kExtra;                                                                   \
      }                                                                                  \
      Get(top.name##_data_o, s.data + s.moved * (words));                                \
      s.cycle[s.moved++] = run->cycle;                                                   \
      moved = true;                                                                      \
    }                                                                                    \
    ++i;                                                                                 \
  }
    TOP_OUTPUTS(COLLECT)
#undef COLLECT

    top.clk_i = 1;
    top.eval();
    if constexpr (kWatched > 0) Dump(design, *watch, *span, 2 * run->cycle + 1);
    ++run->cycle;
    run->idle = moved ? 0 : run->idle + 1;
    if (!all && run->idle > run->idle_limit) return kIdle;
  }
  return kPaused;
}

/// Values of the probes, in the order of ports.hpp.
void tarsier_probe(void *handle, uint64_t *value) {
  Vtop___024root &root = *static_cast<Design *>(handle)->top->rootp;
  (void)root;
  (void)value;
#define READ(path) *value++ = root.path;
  TOP_PROBES(READ)
#undef READ
}

}  // extern "C"
