// SPDX-License-Identifier: MIT
// A network as a plan of stages, and the worker that takes a stripe of rows through it.
#pragma once
#include <algorithm>
#include <atomic>
#include <thread>

#include "codes.hpp"
#include "rows.hpp"

struct Stored {
  int channels, bits, sign, lag, rows;
  int planes() const { return channels * bits; }
  int words() const { return (bits + 15) / 16; }
};

struct Window {
  int stored, kernel, dilation, rows;
  const uint8_t *outside;  // of each plane
};

struct Read {
  int window, index, down;
};

// Makes a row of planes: rows read, rows written, room for what is passed between its parts.
typedef void Make(const vec *const *reads, vec *const *writes, vec *scratch, long blocks);

struct Stage {
  int lag;
  Make *make;
  int scratch;
  std::vector<Read> reads;
  std::vector<int> writes;
};

struct Net {
  int at_once, radius;
  std::vector<Stored> stored;
  std::vector<Window> windows;
  std::vector<Stage> stages;
  std::vector<int> inputs, outputs;
};

// A whole frame of `height` rows, of whose outputs rows `first` to `last` are wanted.
class Worker {
 public:
  Worker(const Net &net, long height, long width)
      : net_(net), height_(height), width_(width), plane_(width) {
    blocks_ = (width + kVecBits - 1) / kVecBits;
    for (const Stored &stored : net.stored)
      stored_.emplace_back(stored.rows, blocks_ * stored.planes());
    for (const Window &window : net.windows) {
      const long planes = net.stored[window.stored].planes() * window.kernel;
      windows_.emplace_back(window.rows, blocks_ * planes);
      beyond_.emplace_back(1, blocks_ * planes);
      for (long i = 0; i < blocks_ * planes; ++i)
        beyond_.back().row(0)[i] = window.outside[i % planes / window.kernel] ? ~vec{} : vec{};
    }
    int most = 1;
    for (const Stage &stage : net.stages) most = std::max(most, stage.scratch);
    scratch_.emplace_back(1, most);
  }

  // Whether every input fits the bits of its type.
  bool run(const uint16_t *const *inputs, uint16_t *const *outputs, long first, long last) {
    bool fits = true;
    for (long done = 0; done < height_ + net_.radius; done += net_.at_once) {
      for (long y = done; y < std::min(done + net_.at_once, height_); ++y)
        for (size_t i = 0; i < net_.inputs.size(); ++i) {
          fits = take(net_.inputs[i], inputs[i], y) && fits;
          spread(net_.inputs[i], y);
        }
      for (const Stage &stage : net_.stages)
        for (int i = 0; i < net_.at_once; ++i) {
          const long y = done + i - stage.lag;
          if (0 <= y && y < height_) make(stage, y);
        }
      for (size_t i = 0; i < net_.outputs.size(); ++i)
        for (int j = 0; j < net_.at_once; ++j) {
          const long y = done + j - net_.stored[net_.outputs[i]].lag;
          if (first <= y && y < last) give(net_.outputs[i], outputs[i], y, first);
        }
    }
    return fits;
  }

 private:
  void make(const Stage &stage, long y) {
    std::vector<const vec *> &reads = reads_;
    std::vector<vec *> &writes = writes_;
    reads.clear(), writes.clear();
    for (const Read &read : stage.reads) {
      const long row = y + read.down;
      if (!read.window)
        reads.push_back(stored_[read.index].row(y));
      else if (0 <= row && row < height_)
        reads.push_back(windows_[read.index].row(row));
      else
        reads.push_back(beyond_[read.index].row(0));
    }
    for (int stored : stage.writes) writes.push_back(stored_[stored].row(y));
    stage.make(reads.data(), writes.data(), scratch_[0].row(0), blocks_);
    for (int stored : stage.writes) spread(stored, y);
  }

  // Row y of a stored tensor into those windows that read it.
  void spread(int index, long y) {
    const long planes = net_.stored[index].planes();
    for (size_t i = 0; i < windows_.size(); ++i) {
      const Window &window = net_.windows[i];
      if (window.stored != index) continue;
      const vec *from = stored_[index].row(y);
      vec *to = windows_[i].row(y);
      const long kernel = window.kernel, edge = window.dilation * (kernel - 1) / 2;
      for (long plane = 0; plane < planes; ++plane) {
        plane_.load(from + plane, planes, window.outside[plane]);
        for (long block = 0; block < blocks_; ++block)
          for (long k = 0; k < kernel; ++k)
            to[(block * planes + plane) * kernel + k] =
                plane_.shifted(block, k * window.dilation - edge);
      }
    }
  }

  bool take(int index, const uint16_t *from, long y) {
    const Stored &stored = net_.stored[index];
    const long step = stored.channels * stored.words();
    vec *to = stored_[index].row(y);
    bool fits = true;
    for (long block = 0; block < blocks_; ++block)
      for (int channel = 0; channel < stored.channels; ++channel)
        for (int word = 0; word < stored.words(); ++word) {
          const int bits = std::min(16, stored.bits - 16 * word);
          const long place = y * width_ + block * kVecBits;
          const long count = std::min<long>(kVecBits, width_ - block * kVecBits);
          vec *planes = to + block * stored.planes() + channel * stored.bits + 16 * word;
          fits &= to_planes(from + place * step + channel * stored.words() + word, count, step,
                            planes, bits, stored.sign);
        }
    return fits;
  }

  void give(int index, uint16_t *to, long y, long first) {
    const Stored &stored = net_.stored[index];
    const long step = stored.channels * stored.words();
    const vec *from = stored_[index].row(y);
    for (long block = 0; block < blocks_; ++block)
      for (int channel = 0; channel < stored.channels; ++channel)
        for (int word = 0; word < stored.words(); ++word) {
          const int bits = std::min(16, stored.bits - 16 * word);
          const long place = (y - first) * width_ + block * kVecBits;
          const long count = std::min<long>(kVecBits, width_ - block * kVecBits);
          from_planes(from + block * stored.planes() + channel * stored.bits + 16 * word, bits,
                      stored.sign, to + place * step + channel * stored.words() + word, count,
                      step);
        }
  }

  const Net &net_;
  long height_, width_, blocks_;
  PlaneRow plane_;
  std::vector<Ring> stored_, windows_, beyond_, scratch_;
  std::vector<const vec *> reads_;
  std::vector<vec *> writes_;
};

// The frame in as many stripes as there are threads; what a stripe sees of its neighbours is made
// twice, and its border there is one that no wanted row depends on.
inline bool run_net(const Net &net, const uint16_t *const *inputs, uint16_t *const *outputs,
                    long height, long width, int threads) {
  std::atomic<bool> fits{true};
  const auto stripe = [&](long first, long last) {
    const long top = std::max(0L, first - net.radius);
    const long bottom = std::min(height, last + net.radius);
    std::vector<const uint16_t *> from;
    std::vector<uint16_t *> to;
    const auto row = [&](int index) {
      return width * net.stored[index].channels * net.stored[index].words();
    };
    for (size_t i = 0; i < net.inputs.size(); ++i)
      from.push_back(inputs[i] + top * row(net.inputs[i]));
    for (size_t i = 0; i < net.outputs.size(); ++i)
      to.push_back(outputs[i] + first * row(net.outputs[i]));
    Worker worker(net, bottom - top, width);
    if (!worker.run(from.data(), to.data(), first - top, last - top)) fits = false;
  };
  const long least = std::max(1L, std::min<long>(threads, height));
  std::vector<std::thread> others;
  for (long i = 1; i < least; ++i)
    others.emplace_back(stripe, i * height / least, (i + 1) * height / least);
  stripe(0, height / least);
  for (std::thread &other : others) other.join();
  return fits;
}
