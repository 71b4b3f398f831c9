// SPDX-License-Identifier: MIT
// The worker that takes a stripe of rows through a network.
#pragma once
#include "codes.hpp"
#include "rows.hpp"
#include "schedule.hpp"

class Worker {
 public:
  Worker(const Net &net, const Size *sizes, const std::vector<Rows> &wanted)
      : net_(net), sizes_(sizes), wanted_(wanted), schedule_(net, sizes, wanted) {
    for (size_t i = 0; i < net.stored.size(); ++i)
      stored_.emplace_back(schedule_.stored_rows[i], blocks(i) * net.stored[i].planes());
    view_blocks_.resize(net.views.size());
    for (const Step &step : net.steps)
      for (const Read &read : step.reads)
        if (read.view) view_blocks_[read.index] = blocks(step.writes[0]);
    for (size_t i = 0; i < net.views.size(); ++i) {
      const View &view = net.views[i];
      long least = 0, most = 0;
      for (int tap = 0; tap < view.taps; ++tap) {
        least = std::min<long>(least, view.tap[tap].right);
        most = std::max<long>(most, view.tap[tap].right);
      }
      plane_.emplace_back(sizes[view.stored].width, view_blocks_[i], view.stride, least, most);
      views_.emplace_back(schedule_.view_rows[i], view_blocks_[i] * view.taps);
      beyond_.emplace_back(1, view.outside ? view_blocks_[i] * view.taps : 0);
      for (long at = 0; view.outside && at < view_blocks_[i] * view.taps; ++at)
        beyond_.back().row(0)[at] = view.outside[view.tap[at % view.taps].plane] ? ~vec{} : vec{};
    }
    int most = 1;
    for (const Step &step : net.steps) most = std::max(most, step.scratch);
    scratch_.emplace_back(1, most);
  }

  // Whether every input fits the bits of its type.
  bool run(const uint16_t *const *inputs, uint16_t *const *outputs) {
    bool fits = true;
    for (const auto &[index, row] : schedule_.turns) {
      const Step &step = net_.steps[index];
      const long factor = std::max(1, step.factor);
      if (step.factor)
        lay_out(step, row);
      else if (step.make)
        make(step, row);
      else
        fits = take(step.writes[0], inputs[index], row) && fits;
      for (int stored : step.writes)
        for (long y = row * factor; y < (row + 1) * factor; ++y) {
          spread(stored, y);
          for (size_t i = 0; i < net_.outputs.size(); ++i)
            if (net_.outputs[i] == stored && wanted_[i].first <= y && y < wanted_[i].last)
              give(stored, outputs[i], y);
        }
    }
    return fits;
  }

 private:
  long blocks(int stored) const { return (sizes_[stored].width + kVecBits - 1) / kVecBits; }

  void make(const Step &step, long y) {
    reads_.clear(), writes_.clear();
    for (const Read &read : step.reads) reads_.push_back(row(read, y));
    for (int stored : step.writes) writes_.push_back(stored_[stored].row(y));
    step.make(reads_.data(), writes_.data(), scratch_[0].row(0), blocks(step.writes[0]));
  }

  const vec *row(const Read &read, long y) {
    if (!read.view) return stored_[read.index].row(y);
    const View &view = net_.views[read.index];
    const long at = view.stride * y + read.down, height = sizes_[view.stored].height;
    if (view.outside && (at < 0 || at >= height)) return beyond_[read.index].row(0);
    return views_[read.index].row(std::clamp(at, 0L, height - 1));
  }

  // Row y of a stored tensor into those views that show it.
  void spread(int index, long y) {
    const long planes = net_.stored[index].planes();
    const vec *from = stored_[index].row(y);
    for (size_t i = 0; i < views_.size(); ++i) {
      const View &view = net_.views[i];
      if (view.stored != index) continue;
      vec *to = views_[i].row(y);
      for (long tap = 0; tap < view.taps; ++tap) {
        const auto [plane, right] = view.tap[tap];
        if (!tap || plane != view.tap[tap - 1].plane) load(view, plane_[i], from, planes, plane);
        for (long block = 0; block < view_blocks_[i]; ++block)
          to[block * view.taps + tap] = view.stride == 1
                                            ? plane_[i].shifted(block, right)
                                            : plane_[i].strided(block, view.stride, right);
      }
    }
  }

  void load(const View &view, PlaneRow &row, const vec *from, long planes, int plane) {
    if (view.outside) {
      const uint64_t fill = view.outside[plane] ? ~uint64_t{0} : 0;
      row.load(from + plane, planes, fill, fill);
      return;
    }
    const Planes all{from, planes};
    const long end = sizes_[view.stored].width - 1;
    const bool first = all.word(plane, 0) & 1, last = all.word(plane, end / 64) >> end % 64 & 1;
    row.load(from + plane, planes, first ? ~uint64_t{0} : 0, last ? ~uint64_t{0} : 0);
  }

  void lay_out(const Step &step, long y) {
    const int source = step.reads[0].index, target = step.writes[0];
    const long planes = net_.stored[target].planes(), words = blocks(target) * kWords;
    const Planes from{stored_[source].row(y), net_.stored[source].planes()};
    for (long i = 0; i < step.factor; ++i) {
      vec *to = stored_[target].row(y * step.factor + i);
      for (long plane = 0; plane < planes; ++plane) {
        const int *parts = step.planes + (i * planes + plane) * step.factor;
        for (long at = 0; at < words; ++at) {
          const uint64_t word = from.laid(parts, step.factor, at);
          std::memcpy(reinterpret_cast<char *>(to + at / kWords * planes + plane) + at % kWords * 8,
                      &word, 8);
        }
      }
    }
  }

  bool take(int index, const uint16_t *from, long y) {
    const Stored &stored = net_.stored[index];
    const long step = stored.channels * stored.words(), width = sizes_[index].width;
    vec *to = stored_[index].row(y);
    bool fits = true;
    for (long block = 0; block < blocks(index); ++block)
      for (int channel = 0; channel < stored.channels; ++channel)
        for (int word = 0; word < stored.words(); ++word) {
          const int bits = std::min(16, stored.bits - 16 * word);
          const long place = y * width + block * kVecBits;
          const long count = std::min<long>(kVecBits, width - block * kVecBits);
          vec *planes = to + block * stored.planes() + channel * stored.bits + 16 * word;
          fits &= to_planes(from + place * step + channel * stored.words() + word, count, step,
                            planes, bits, stored.sign);
        }
    return fits;
  }

  void give(int index, uint16_t *to, long y) {
    const Stored &stored = net_.stored[index];
    const long step = stored.channels * stored.words(), width = sizes_[index].width;
    const vec *from = stored_[index].row(y);
    for (long block = 0; block < blocks(index); ++block)
      for (int channel = 0; channel < stored.channels; ++channel)
        for (int word = 0; word < stored.words(); ++word) {
          const int bits = std::min(16, stored.bits - 16 * word);
          const long place = y * width + block * kVecBits;
          const long count = std::min<long>(kVecBits, width - block * kVecBits);
          from_planes(from + block * stored.planes() + channel * stored.bits + 16 * word, bits,
                      stored.sign, to + place * step + channel * stored.words() + word, count,
                      step);
        }
  }

  const Net &net_;
  const Size *sizes_;  // of each stored tensor
  const std::vector<Rows> &wanted_;
  Schedule schedule_;
  std::vector<long> view_blocks_;
  std::vector<PlaneRow> plane_;
  std::vector<Ring> stored_, views_, beyond_, scratch_;
  std::vector<const vec *> reads_;
  std::vector<vec *> writes_;
};
