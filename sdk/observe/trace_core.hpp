// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "span_record.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/observe/sampler.hpp"

namespace weir::detail {

/// The spans of one thread that have ended and are not sent yet: so many at most, then the oldest
/// go.
class trace_core : public std::enable_shared_from_this<trace_core> {
 public:
  using batch = std::vector<std::unique_ptr<span_record>>;

  trace_core(const sampler& rule, std::size_t spans_max, std::size_t batch_max) noexcept
      : rule_(rule), spans_max_(spans_max), batch_max_(batch_max) {}

  /// The one that spans of the calling thread go to; null where nothing is recorded.
  static trace_core* current() noexcept { return newest_; }
  /// Makes it that one, until retire(). Of several the one that was installed last is it.
  void install() noexcept;
  void retire() noexcept;

  const sampler& rule() const noexcept { return rule_; }
  void add(std::unique_ptr<span_record> ended);

  std::size_t size() const noexcept { return kept_.size(); }
  /// The oldest, as many as one post takes.
  batch take();
  bool has_batch() const noexcept { return kept_.size() >= batch_max_; }
  /// Suspend until there is one, and until there are as many as one post takes.
  auto wait_for_one() { return has_one_.wait(); }
  auto wait_for_batch() { return has_batch_.wait(); }

  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  static constinit thread_local trace_core* newest_;

  sampler rule_;
  std::size_t spans_max_;
  std::size_t batch_max_;
  std::deque<std::unique_ptr<span_record>> kept_;
  manual_reset_event has_one_;
  manual_reset_event has_batch_;
  std::uint64_t dropped_ = 0;
  trace_core* older_ = nullptr;
};

}  // namespace weir::detail
