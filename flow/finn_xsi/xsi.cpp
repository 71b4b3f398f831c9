// SPDX-License-Identifier: MIT
//
// A Verilated design as FINN sees one: ports by name, and AXI streams served one clock at a time.
//
// ports.hpp is generated beside the model:
//   TOP_PORTS(PORT)                PORT(member, name, width, is_input) for every port of the top
//   TOP_CLOCK, TOP_CLOCK2X         members of the clocks; the second one only where there is one
//
// A cycle begins with the rising edge. What a task decides from the settled ports is written just
// after that edge, so the design sees it at the next one.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "Vtop.h"
#include "ports.hpp"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

namespace {

/// xsi.py has the twin of this layout.
struct Port {
  const char *name;
  void *data;
  uint64_t width;
  uint64_t is_input;
};

enum Kind : uint64_t { kInput, kOutput, kTrace };

/// One stream task. streams.py has the twins of this and of Watchdog.
struct Task {
  uint8_t *valid, *ready, *data;  // ports
  uint8_t *beats;                 // memory the beats lie in, `size` bytes each
  uint64_t size;
  uint64_t count;  // beats to send, or to collect
  uint64_t moved;  // so far
  uint64_t kind;
  uint64_t active;
  uint64_t burst;    // an input pauses after so many beats ...
  uint64_t gap;      // ... until so many cycles after the last one
  uint64_t sent;     // beats of this burst
  uint64_t resume;   // tick the pause ends in
  int64_t watchdog;  // that every collected beat calms, or -1
};

struct Watchdog {
  uint64_t ticks, timeout;
};

struct Design {
  int seed;
  std::string path;                           // of the waves, or empty
  std::unique_ptr<VerilatedContext> context;  // it would ask every top it ever had for waves
  std::unique_ptr<Vtop> top;
#if VM_TRACE
  std::unique_ptr<VerilatedVcdC> waves;
#endif

  /// Begin, or begin again, with waves of their own.
  void Start() {
    Stop();
    context = std::make_unique<VerilatedContext>();
    context->randReset(2);
    context->randSeed(seed);
    context->fatalOnError(false);  // $error and $stop must not end the caller
    context->traceEverOn(!path.empty());
    top = std::make_unique<Vtop>(context.get());
#if VM_TRACE
    if (path.empty()) return;
    waves = std::make_unique<VerilatedVcdC>();
    top->trace(waves.get(), 99);
    waves->open(path.c_str());
#endif
  }

  void Stop() {
    if (top) top->final();
#if VM_TRACE
    if (waves) waves->close();
    waves.reset();
#endif
    top.reset();
  }

  void Settle() {
    top->eval();
#if VM_TRACE
    context->timeInc(1);
    if (waves) waves->dump(context->time());
#endif
  }
};

void Copy(uint8_t *to, const uint8_t *from, uint64_t size) {
  switch (size) {
    case 1:
      std::memcpy(to, from, 1);
      break;
    case 2:
      std::memcpy(to, from, 2);
      break;
    case 4:
      std::memcpy(to, from, 4);
      break;
    case 8:
      std::memcpy(to, from, 8);
      break;
    default:
      std::memcpy(to, from, size);
  }
}

/// What one task wants written after the edge.
struct Update {
  enum : uint8_t { kNothing, kLow, kHigh } control = kNothing;
  const uint8_t *beat = nullptr;
};

Update Feed(Task &t, uint64_t tick) {
  const bool valid = *t.valid;
  if (valid && !*t.ready) return {};
  t.sent += valid;
  if (t.sent >= t.burst && tick < t.resume) return {valid ? Update::kLow : Update::kNothing};
  if (t.moved == t.count) {
    t.active = valid;
    return {valid ? Update::kLow : Update::kNothing};
  }
  if (t.sent == t.burst) {
    t.sent = 0;
    t.resume = tick + t.gap;
  }
  return {Update::kHigh, t.beats + t.size * t.moved++};
}

Update Collect(Task &t, Watchdog *watchdogs) {
  if (!*t.ready) {
    t.active = t.moved < t.count;
    return {t.active ? Update::kHigh : Update::kNothing};
  }
  if (!*t.valid) return {};
  if (t.watchdog >= 0) watchdogs[t.watchdog].ticks = 0;
  Copy(t.beats + t.size * t.moved, t.data, t.size);
  return {++t.moved == t.count ? Update::kLow : Update::kNothing};
}

Update Decide(Task &t, uint64_t tick, Watchdog *watchdogs) {
  switch (t.kind) {
    case kInput:
      return Feed(t, tick);
    case kOutput:
      return Collect(t, watchdogs);
    default:
      t.beats[t.moved++] = *t.valid && *t.ready ? '1' : '0';
      return {};
  }
}

void Write(Task &t, const Update &update) {
  if (update.control == Update::kNothing) return;
  *(t.kind == kInput ? t.valid : t.ready) = update.control == Update::kHigh;
  if (t.kind != kInput) return;
  if (update.beat)
    Copy(t.data, update.beat, t.size);
  else
    std::memset(t.data, 0, t.size);
}

/// One cycle; `after_edge` may write ports.
template <typename F>
void Cycle(Design &design, F after_edge) {
  Vtop &top = *design.top;
  top.TOP_CLOCK = 1;
#ifdef TOP_CLOCK2X
  top.TOP_CLOCK2X = 1;
#endif
  design.Settle();
  after_edge();
#ifdef TOP_CLOCK2X
  top.TOP_CLOCK2X = 0;
  design.Settle();
  top.TOP_CLOCK2X = 1;
#endif
  top.TOP_CLOCK = 0;
  design.Settle();
#ifdef TOP_CLOCK2X
  top.TOP_CLOCK2X = 0;
  design.Settle();
#endif
}

constexpr int kMaxTasks = 256;

}  // namespace

extern "C" {

/// Number of ports; `port` is filled if it is not null.
int xsi_ports(void *handle, Port *port) {
  int count = 0;
  if (port) {
    Vtop &top = *static_cast<Design *>(handle)->top;
#define FILL(member, name, width, is_input) port[count++] = {name, &top.member, width, is_input};
    TOP_PORTS(FILL)
#undef FILL
    return count;
  }
#define COUNT(member, name, width, is_input) ++count;
  TOP_PORTS(COUNT)
#undef COUNT
  return count;
}

/// Registers without an initial value, and memories, start with random contents.
void *xsi_open(int seed, const char *waves) {
  auto *design = new Design{seed, waves ? waves : ""};
  design->Start();
  return design;
}

/// The design as it was after opening; its ports lie elsewhere now.
void xsi_restart(void *handle) { static_cast<Design *>(handle)->Start(); }

void xsi_close(void *handle) {
  auto *design = static_cast<Design *>(handle);
  design->Stop();
  delete design;
}

/// Settle after ports were written.
void xsi_eval(void *handle) { static_cast<Design *>(handle)->Settle(); }

/// 1 after $error or $stop, 2 after $finish.
int xsi_status(void *handle) {
  VerilatedContext &context = *static_cast<Design *>(handle)->context;
  return context.gotError() ? 1 : context.gotFinish() ? 2 : 0;
}

/// Clock without writing any port.
void xsi_clock(void *handle, uint64_t cycles) {
  while (cycles-- > 0) Cycle(*static_cast<Design *>(handle), [] {});
}

/// Serve the tasks for up to `budget` cycles after `tick`; returns how many were run. Ends early
/// when a watchdog is out of patience or only traces are left.
uint64_t xsi_run(void *handle, Task *task, int tasks, Watchdog *watchdog, int watchdogs,
                 uint64_t tick, uint64_t budget) {
  Design &design = *static_cast<Design *>(handle);
  Update update[kMaxTasks];
  for (uint64_t done = 1; done <= budget; ++done) {
    bool busy = false;
    for (int i = 0; i < tasks; ++i) {
      update[i] = task[i].active ? Decide(task[i], tick + done, watchdog) : Update{};
      busy |= task[i].active && task[i].kind != kTrace;
    }
    Cycle(design, [&] {
      for (int i = 0; i < tasks; ++i) Write(task[i], update[i]);
    });
    bool woken = false;
    for (int i = 0; i < watchdogs; ++i) woken |= ++watchdog[i].ticks >= watchdog[i].timeout;
    if (woken || !busy) return done;
  }
  return budget;
}

}  // extern "C"
