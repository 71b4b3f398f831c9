// SPDX-License-Identifier: MIT
// In which order the steps of a network make which rows.
#pragma once
#include <algorithm>

#include "steps.hpp"

struct Rows {
  long first, last;  // the last one is not among them
};

// The rows of each output that are wanted, and nothing but what they depend on. Rows are made when
// they are asked for, a few at a time, and kept until all that read them have passed.
class Schedule {
 public:
  struct Turn {
    int step;
    long row;
  };
  std::vector<Turn> turns;
  std::vector<long> stored_rows, view_rows;  // that have to be kept

  Schedule(const Net &net, const Size *sizes, const std::vector<Rows> &wanted)
      : stored_rows(net.stored.size(), 1),
        view_rows(net.views.size(), 1),
        net_(net),
        sizes_(sizes),
        rows_(net.steps.size(), {0, 0}),
        maker_(net.stored.size()) {
    for (size_t i = 0; i < net.steps.size(); ++i)
      for (int stored : net.steps[i].writes) maker_[stored] = i;
    for (size_t i = 0; i < net.outputs.size(); ++i) want(net.outputs[i], wanted[i]);
    for (int i = net.steps.size() - 1; i >= 0; --i)
      if (rows_[i].first < rows_[i].last)
        for (const Read &read : net.steps[i].reads)
          want(source(read), {seen(read, rows_[i].first), seen(read, rows_[i].last - 1) + 1});
    for (const Rows &rows : rows_) next_.push_back(rows.first);
    follow();
    long most = 1;
    for (const Rows &rows : wanted) most = std::max(most, rows.last - rows.first);
    for (long done = kAtOnce; done < most + kAtOnce; done += kAtOnce)
      for (size_t i = 0; i < net.outputs.size(); ++i) {
        const Rows &rows = wanted[i];
        const long part = (rows.last - rows.first) * std::min(done, most) / most;
        if (part) ask(net.outputs[i], rows.first + part - 1);
      }
  }

 private:
  static constexpr long kAtOnce = 4;  // rows that a step makes before the next one has its turn

  int source(const Read &read) const {
    return read.view ? net_.views[read.index].stored : read.index;
  }

  // The row of its source that a step reads for row y, or the one beside it within the frame.
  long seen(const Read &read, long y) const {
    const long row = (read.view ? net_.views[read.index].stride : 1) * y + read.down;
    return std::clamp(row, 0L, sizes_[source(read)].height - 1);
  }

  // Rows of a step for rows of what it writes: a step that lays pixels out makes several at once.
  Rows made_by(int step, Rows rows) const {
    const long factor = std::max(1, net_.steps[step].factor);
    return {rows.first / factor, (rows.last + factor - 1) / factor};
  }

  void want(int stored, Rows rows) {
    if (rows.first >= rows.last) return;
    rows = made_by(maker_[stored], rows);
    Rows &all = rows_[maker_[stored]];
    if (all.first >= all.last) all = rows;
    all = {std::min(all.first, rows.first), std::max(all.last, rows.last)};
  }

  void ask(int stored, long row) {
    const int step = maker_[stored];
    const long upto = made_by(step, {row, row + 1}).last;
    while (next_[step] < upto) {
      const long last = std::min(next_[step] + kAtOnce, rows_[step].last);
      for (const Read &read : net_.steps[step].reads) ask(source(read), seen(read, last - 1));
      for (; next_[step] < last; ++next_[step]) {
        turns.push_back({step, next_[step]});
        keep(step);
      }
    }
  }

  struct Reader {
    int step;
    Read read;
  };

  void follow() {
    stored_readers_.resize(net_.stored.size());
    view_readers_.resize(net_.views.size());
    views_of_.resize(net_.stored.size());
    for (size_t i = 0; i < net_.steps.size(); ++i)
      for (const Read &read : net_.steps[i].reads)
        (read.view ? view_readers_ : stored_readers_)[read.index].push_back({int(i), read});
    for (size_t i = 0; i < net_.views.size(); ++i) views_of_[net_.views[i].stored].push_back(i);
  }

  void keep(int step) {
    const long factor = std::max(1, net_.steps[step].factor);
    const long newest = (next_[step] + 1) * factor - 1;
    for (int stored : net_.steps[step].writes) {
      stored_rows[stored] =
          std::max({stored_rows[stored], factor, behind(stored_readers_[stored], newest)});
      for (int view : views_of_[stored])
        view_rows[view] = std::max({view_rows[view], factor, behind(view_readers_[view], newest)});
    }
  }

  // How many rows the last of `readers` still needs, the newest included.
  long behind(const std::vector<Reader> &readers, long newest) const {
    long most = 1;
    for (const auto &[step, read] : readers)
      if (next_[step] < rows_[step].last)
        most = std::max(most, newest + 1 - seen(read, next_[step]));
    return most;
  }

  const Net &net_;
  const Size *sizes_;
  std::vector<Rows> rows_;  // of each step
  std::vector<int> maker_;  // of each stored tensor
  std::vector<long> next_;
  std::vector<std::vector<Reader>> stored_readers_, view_readers_;
  std::vector<std::vector<int>> views_of_;
};
