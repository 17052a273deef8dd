// SPDX-License-Identifier: Apache-2.0
#include "sim_order.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "weir/detail/promise.hpp"

namespace weir::detail {
namespace {

/// Takes the last one, and leaves the one before in the queue.
ready_item* take_last(std::vector<ready_item*>& kept, ready_queue& waiting) {
  ready_item* taken = kept.back();
  kept.pop_back();
  if (!kept.empty()) {
    waiting.push(*kept.back());
    kept.pop_back();
  }
  return taken;
}

bool is_among(const std::vector<ready_item*>& kept, const promise_base& promise) {
  return std::any_of(kept.begin(), kept.end(),
                     [&](const ready_item* item) { return item->promise == &promise; });
}

class fifo_order final : public sim_ready_order {
 public:
  using sim_ready_order::sim_ready_order;
  bool holds(const promise_base&) const noexcept override { return false; }
  ready_item* choose(ready_queue& waiting) override { return waiting.pop(); }
};

class lifo_order final : public sim_ready_order {
 public:
  using sim_ready_order::sim_ready_order;
  bool holds(const promise_base& promise) const noexcept override {
    return is_among(kept_, promise);
  }
  ready_item* choose(ready_queue& waiting) override {
    while (ready_item* item = waiting.pop()) kept_.push_back(item);
    if (kept_.empty()) return nullptr;
    if (++steps_ % oldest_after == 0) std::rotate(kept_.begin(), kept_.begin() + 1, kept_.end());
    return take_last(kept_, waiting);
  }

 private:
  // So often the oldest goes first: the newest may wait, by yielding, for one that it keeps out.
  static constexpr std::uint64_t oldest_after = 64;

  std::vector<ready_item*> kept_;  // The one to go first stands last.
  std::uint64_t steps_ = 0;
};

class random_order final : public sim_ready_order {
 public:
  random_order(const sim_dice& dice, const sim_agenda& clock, sim_trace& trace)
      : sim_ready_order(clock, trace), dice_(dice) {}
  bool holds(const promise_base& promise) const noexcept override {
    return is_among(kept_, promise);
  }
  ready_item* choose(ready_queue& waiting) override {
    while (ready_item* item = waiting.pop()) kept_.push_back(item);
    if (kept_.empty()) return nullptr;
    std::swap(kept_[dice_.below(kept_.size())], kept_.back());
    return take_last(kept_, waiting);
  }

 private:
  sim_dice dice_;
  std::vector<ready_item*> kept_;
};

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, 2010): the ready
/// task of the highest priority goes on; priorities are random, and at depth - 1 moments the one
/// that runs falls below all that have not fallen.
///
/// How long the run will be is not known before, so the moments are even on a logarithmic scale:
/// each step up to the n-th is one with a probability of 1/(n ln `steps_max`) at least, where an
/// even choice from the true length would give 1/n.
class pct_order final : public sim_ready_order {
 public:
  pct_order(unsigned depth, const sim_dice& dice, const sim_agenda& clock, sim_trace& trace)
      : sim_ready_order(clock, trace), dice_(dice) {
    for (unsigned change = 1; change < depth; ++change) {
      const double exponent = static_cast<double>(dice_.below(exponents)) / exponents;
      changes_.push_back(static_cast<std::uint64_t>(std::pow(steps_max, exponent)));
    }
    seed_ = dice_.number();
  }

  bool holds(const promise_base& promise) const noexcept override {
    return std::any_of(kept_.begin(), kept_.end(),
                       [&](const entry& one) { return one.item->promise == &promise; });
  }
  ready_item* choose(ready_queue& waiting) override {
    while (ready_item* item = waiting.pop()) enter(*item);
    if (kept_.empty()) return nullptr;
    ready_item* chosen = take();
    if (!kept_.empty()) waiting.push(*take());
    count(chosen->promise->id());
    return chosen;
  }

 private:
  static constexpr double steps_max = 1 << 20;
  static constexpr std::uint64_t exponents = 1 << 16;
  // Whoever runs so often in a row, always ready, waits by yielding for one that it keeps out.
  static constexpr unsigned turns_in_a_row_max = 64;
  static constexpr std::uint64_t never_fallen = std::uint64_t{1} << 63;

  struct entry {
    std::uint64_t priority;
    std::uint64_t number;  // Of two with the same priority the first goes first.
    ready_item* item;
    bool operator<(const entry& other) const {
      return priority != other.priority ? priority < other.priority : number > other.number;
    }
  };

  std::uint64_t priority_of(task_id task) const {
    const auto fallen = fallen_.find(task);
    return fallen != fallen_.end() ? fallen->second : split_mix::mix(seed_ + task) | never_fallen;
  }

  void enter(ready_item& item) {
    kept_.push_back({priority_of(item.promise->id()), ++last_number_, &item});
    std::push_heap(kept_.begin(), kept_.end());
  }

  ready_item* take() {
    std::pop_heap(kept_.begin(), kept_.end());
    ready_item* taken = kept_.back().item;
    kept_.pop_back();
    return taken;
  }

  void count(task_id running) {
    ++steps_;
    for (std::size_t change = 0; change < changes_.size(); ++change) {
      if (changes_[change] == steps_) fallen_[running] = change + 1;
    }
    in_a_row_ = running == last_ ? in_a_row_ + 1 : 1;
    last_ = running;
    if (in_a_row_ == turns_in_a_row_max) {
      fallen_[running] = 0;
      in_a_row_ = 0;
    }
  }

  sim_dice dice_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> changes_;  // At which steps.
  std::map<task_id, std::uint64_t> fallen_;
  std::vector<entry> kept_;  // A heap.
  std::uint64_t last_number_ = 0;
  std::uint64_t steps_ = 0;
  task_id last_ = 0;
  unsigned in_a_row_ = 0;
};

}  // namespace

std::unique_ptr<sim_ready_order> sim_ready_order::make(const sim_options& options,
                                                       const sim_dice& dice,
                                                       const sim_agenda& clock, sim_trace& trace) {
  switch (options.order) {
    case sim_order::fifo:
      return std::make_unique<fifo_order>(clock, trace);
    case sim_order::lifo:
      return std::make_unique<lifo_order>(clock, trace);
    case sim_order::random:
      return std::make_unique<random_order>(dice, clock, trace);
    case sim_order::pct:
      return std::make_unique<pct_order>(options.pct_depth, dice, clock, trace);
  }
  return nullptr;
}

ready_item* sim_ready_order::next(ready_queue& waiting) noexcept {
  ready_item* chosen = choose(waiting);
  if (chosen != nullptr) trace_->resumed(chosen->promise->id(), clock_->now());
  return chosen;
}

}  // namespace weir::detail
