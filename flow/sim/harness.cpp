// SPDX-License-Identifier: MIT
//
// Moves beats into and out of a Verilated design, one clock cycle at a time.
//
// ports.hpp is generated beside the model and lists the design's streams and probes:
//   TOP_INPUTS(PORT), TOP_OUTPUTS(PORT)   PORT(name, words): words of 32 bits per beat
//   TOP_PROBES(ITEM), TOP_KNOBS(ITEM)     ITEM(path): numbers read after a run, set before one
#include <cstdint>
#include <cstring>
#include <memory>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "ports.hpp"
#include "verilated.h"

namespace {

/// One stream of a run, shared with Python (flow/sim/model.py has the twin of this layout).
struct Stream {
  uint32_t *data;       // beats x words, little endian words
  uint64_t *cycle;      // when each beat moved, counted from the end of reset
  uint64_t beats;       // to move in this run
  uint64_t moved;       // so far
  uint64_t stall;       // chance of a stall per cycle, times 2^32
  uint64_t random;      // xorshift state, never 0
  uint64_t offered;     // a beat is offered and not yet taken
};

enum Status : int { kDone, kPaused, kIdle, kUnstable, kExtra };

struct Run {
  uint64_t cycle;       // cycles since reset
  uint64_t idle;        // cycles since a beat moved
  uint64_t idle_limit;  // cycles without any movement that count as a hang
  uint64_t drain;       // cycles to watch after the last beat, for beats nobody asked for
  uint64_t drained;
  uint64_t culprit;     // output stream that broke the protocol
};

constexpr int kMaxWords = 4096;

#define COUNT(name, words) +1
constexpr int kInputs = 0 TOP_INPUTS(COUNT);
constexpr int kOutputs = 0 TOP_OUTPUTS(COUNT);
#undef COUNT

template <typename T>
void Put(T &port, const uint32_t *word) {
  if constexpr (sizeof(T) <= 4) port = static_cast<T>(word[0]);
  else if constexpr (sizeof(T) == 8) port = word[0] | static_cast<uint64_t>(word[1]) << 32;
}
template <std::size_t N>
void Put(VlWide<N> &port, const uint32_t *word) { std::memcpy(&port, word, 4 * N); }

template <typename T>
void Get(const T &port, uint32_t *word) {
  word[0] = static_cast<uint32_t>(port);
  if constexpr (sizeof(T) == 8) word[1] = static_cast<uint32_t>(port >> 32);
}
template <std::size_t N>
void Get(const VlWide<N> &port, uint32_t *word) { std::memcpy(word, &port, 4 * N); }

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
  uint32_t held[kOutputs][kMaxWords];  // what an output showed while it was not taken
  bool waiting[kOutputs] = {};
};

void Tick(Vtop &top) {
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
}

}  // namespace

extern "C" {

/// A design after reset. Registers without a reset, and memories, start with random contents.
/// `knob` holds values for the knobs, in the order of ports.hpp.
void *tarsier_open(int seed, const uint64_t *knob) {
  auto *design = new Design;
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

/// Runs up to `budget` cycles. Streams come in the order of ports.hpp. Returns a Status.
int tarsier_run(void *handle, Run *run, Stream *in, Stream *out, uint64_t budget) {
  Design &design = *static_cast<Design *>(handle);
  Vtop &top = *design.top;
  static thread_local uint32_t shown[kMaxWords];

  for (; budget > 0; --budget) {
    int i = 0;
    bool all = true;
#define DRIVE(name, words)                                            \
  {                                                                   \
    Stream &s = in[i++];                                              \
    if (!s.offered && s.moved < s.beats && !Stalls(s)) {              \
      s.offered = 1;                                                  \
      Put(top.name##_data_i, s.data + s.moved * (words));             \
    }                                                                 \
    top.name##_valid_i = s.offered != 0;                              \
    all &= s.moved == s.beats;                                        \
  }
    TOP_INPUTS(DRIVE)
#undef DRIVE
    i = 0;
#define READY(name, words)              \
  {                                     \
    Stream &s = out[i++];               \
    top.name##_ready_i = !Stalls(s);    \
    all &= s.moved == s.beats;          \
  }
    TOP_OUTPUTS(READY)
#undef READY
    if (all && run->drained++ >= run->drain) return kDone;

    top.clk_i = 0;
    top.eval();

    bool moved = false;
    i = 0;
#define TAKE(name, words)                       \
  {                                             \
    Stream &s = in[i++];                        \
    if (s.offered && top.name##_ready_o) {      \
      s.cycle[s.moved++] = run->cycle;          \
      s.offered = 0;                            \
      moved = true;                             \
    }                                           \
  }
    TOP_INPUTS(TAKE)
#undef TAKE
    i = 0;
#define COLLECT(name, words)                                                                 \
  {                                                                                          \
    Stream &s = out[i];                                                                      \
    if (design.waiting[i]) {                                                                 \
      Get(top.name##_data_o, shown);                                                         \
      if (!top.name##_valid_o || std::memcmp(shown, design.held[i], 4 * (words)) != 0) {     \
        run->culprit = i;                                                                    \
        return kUnstable;                                                                    \
      }                                                                                      \
    }                                                                                        \
    design.waiting[i] = top.name##_valid_o && !top.name##_ready_i;                           \
    if (design.waiting[i]) Get(top.name##_data_o, design.held[i]);                           \
    if (top.name##_valid_o && top.name##_ready_i) {                                          \
      if (s.moved == s.beats) {                                                              \
        run->culprit = i;                                                                    \
        return kExtra;                                                                       \
      }                                                                                      \
      Get(top.name##_data_o, s.data + s.moved * (words));                                    \
      s.cycle[s.moved++] = run->cycle;                                                       \
      moved = true;                                                                          \
    }                                                                                        \
    ++i;                                                                                     \
  }
    TOP_OUTPUTS(COLLECT)
#undef COLLECT

    top.clk_i = 1;
    top.eval();
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
