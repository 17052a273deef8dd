// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <unordered_map>

#include "weir/manual_reset_event.hpp"
#include "weir/postgres/group_commit.hpp"
#include "weir/scope.hpp"

namespace weir::postgres::detail {

/// Who has which key, which units wait for their commit, and the commits under way.
class group_core {
 public:
  group_core(pool& on, group_commit_options options) noexcept : on_(on), options_(options) {
    WEIR_ASSERT(options.units_max > 0);
  }

  pool& on() noexcept { return on_; }
  // Around all of a unit, so that close() knows of it.
  void enter() noexcept { ++units_; }
  void leave() noexcept {
    if (--units_ == 0) is_empty_.set();
  }
  task<> take(const std::string& key);
  void release(const std::string& key) noexcept;
  task<> commit(unit& done);
  task<> close();

 private:
  /// A unit from its end to its commit. Its task may have gone before the commit began.
  struct member {
    explicit member(unit& of) noexcept : work(&of) {}

    unit* work;  ///< Null when nobody waits any more.
    bool is_committing = false;
    std::exception_ptr failure;
    manual_reset_event settled;
  };
  using group = std::vector<std::shared_ptr<member>>;

  void start_committers();
  task<> commit_groups();
  group take_group();
  task<> commit_group(group together);
  task<> try_commit(const group& together, std::vector<std::size_t>& owners);
  task<> commit_halves(group together);
  task<> end_all();
  static void settle(const group& all, std::exception_ptr failure);

  pool& on_;
  group_commit_options options_;
  /// Those that wait for a key that somebody has; in the order in which they came.
  std::unordered_map<std::string, std::deque<manual_reset_event*>> keys_;
  std::deque<std::shared_ptr<member>> waiting_;
  std::size_t units_ = 0;
  manual_reset_event is_empty_;  ///< That there are none: of use from close() on.
  std::size_t committers_ = 0;
  scope committing_;
  bool closed_ = false;
};

}  // namespace weir::postgres::detail
