// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/manual_reset_event.hpp"
#include "weir/socket_address.hpp"
#include "weir/task.hpp"

namespace weir {

/// How long the addresses of a name are kept: the system's resolver does not say how long they
/// hold.
inline constexpr auto resolved_name_kept = std::chrono::seconds(30);

/// How many names one loop keeps; the oldest gives way.
inline constexpr std::size_t resolved_names_max = 1024;

}  // namespace weir

namespace weir::detail {

/// The addresses of names on one loop: kept for a while, and looked up once for all who ask at the
/// same time.
class name_cache {
 public:
  using addresses = std::vector<socket_address>;
  /// Looks a name up, or throws; called on helper threads.
  using look_up_function = std::function<addresses(const std::string&)>;

  explicit name_cache(look_up_function look_up);
  name_cache(const name_cache&) = delete;
  name_cache& operator=(const name_cache&) = delete;
  ~name_cache();

  /// The addresses of `name`. A failure is thrown to all who wait for it and not kept. One who is
  /// cancelled leaves the others to their wait; a look-up that nobody waits for any more, and that
  /// has not begun, is not made.
  task<addresses> find(std::string name);

  /// How many names are kept.
  std::size_t size() const noexcept;

 private:
  struct look_up;
  struct state;
  class waiter;

  std::shared_ptr<state> state_;  // A look-up under way may outlive the cache.
};

}  // namespace weir::detail
