// SPDX-License-Identifier: MIT
// A network as a list of steps.
#pragma once
#include <vector>

#include "bits.hpp"

struct Stored {
  int channels, bits, sign;
  int planes() const { return channels * bits; }
  int words() const { return (bits + 15) / 16; }
};

struct Tap {
  int plane, right;
};

// What a view shows of every `stride`-th pixel; beyond the frame `outside`, of each stored plane,
// or where that is null the nearest pixel.
struct View {
  int stored, stride, taps;
  const Tap *tap;
  const uint8_t *outside;
};

struct Read {
  bool view;
  int index, down;
};

// Makes a row of planes: rows read, rows written, room for what is passed between its parts.
typedef void Make(const vec *const *reads, vec *const *writes, vec *scratch, long blocks);

// What makes rows: an input where it reads nothing, logic, or, where `factor` is not 0, pixels laid
// out: `planes` are sources of the pixels of a square, for each of its rows those of each plane.
struct Step {
  Make *make;
  int scratch, factor;
  const int *planes;
  std::vector<Read> reads;
  std::vector<int> writes;
};

struct Size {
  long height, width;
};

struct Net {
  std::vector<Stored> stored;
  std::vector<View> views;
  std::vector<Step> steps;  // each after those that it reads, inputs first
  std::vector<int> inputs, outputs;
};

// Makes the outputs by so many threads; sizes are those of each stored tensor. Whether every input
// fits the bits of its type.
bool run_net(const Net &net, const uint16_t *const *inputs, uint16_t *const *outputs,
             const Size *sizes, int threads);
