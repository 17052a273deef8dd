// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace weir {

/// How many messages of a handler are in hand at a time, to be changed while the service runs.
///
/// A handle: copies are the same limit. For the loop of the service: a scheduled handler, a
/// responder or any other task of it may change it.
///
///     weir::in_flight_limit in_flight(64);
///     service.on<process>(weir::durable("orders").workers(256).in_flight(in_flight));
///     ...
///     in_flight.set(8);
class in_flight_limit {
 public:
  explicit in_flight_limit(std::size_t at_most);

  /// From now on. 0 stops the handling until told otherwise: nothing is fetched, and what is in
  /// hand and has not begun waits, with its lease kept.
  void set(std::size_t at_most) const;
  std::size_t get() const noexcept;

  /// For weir's own classes: `changed` is called after each change until the watch is destroyed.
  class watch;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

class in_flight_limit::watch {
 public:
  watch(const in_flight_limit& of, std::function<void()> changed);
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
  ~watch();
  std::size_t get() const noexcept;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace weir
