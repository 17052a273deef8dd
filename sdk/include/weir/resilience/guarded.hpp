// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>

#include "weir/resilience/detail/work.hpp"

namespace weir {

/// What stands between a caller and its work: `run(work)` awaits the work, or refuses it, waits
/// before it, repeats it; `describe()` says so in a few words.
///
/// Users may write their own. In a chain `work` is a function that gives a task:
///
///     template <class Work>
///     std::invoke_result_t<Work&> run(Work work) const {
///       const auto began = weir::loop::current().now();
///       auto outcome = co_await work().as_result();
///       note(weir::loop::current().now() - began);
///       co_return std::move(outcome).value();
///     }
template <class Guard>
concept guard = requires(Guard& one, task<> (*work)()) {
  { one.run(work) } -> std::same_as<task<>>;
  { one.describe() } -> std::convertible_to<std::string>;
};

/// Guards one inside the other, the outermost first; made by guarded(). Is a guard itself.
template <class... Guards>
class guard_chain {
 public:
  explicit guard_chain(std::tuple<Guards...> guards) : guards_(std::move(guards)) {}

  /// Awaits what `make()` gives, within all guards. Throws what they and the work throw.
  ///
  /// `make` is kept until the end, so a lambda that is a coroutine may capture; the chain must
  /// outlive the run. It is called as often as a retry in the chain wants.
  template <class Make>
  task<detail::work_value<Make>> run(Make make) const {
    static_assert(std::is_invocable_v<Make&>,
                  "weir: a chain takes a function that begins the work, since a retry in it would "
                  "begin it again");
    co_return co_await run_from<0>(make);
  }

  /// For people, the outermost first: "retry, 3 attempts, fixed 1s -> at most 8 at a time -> 2s".
  std::string describe() const {
    std::string text;
    const auto add = [&text](const auto& one) {
      if (!text.empty()) text += " -> ";
      text += one.describe();
    };
    std::apply([&add](const auto&... each) { (add(each), ...); }, guards_);
    return text;
  }

 private:
  template <std::size_t Index, class Make>
  task<detail::work_value<Make>> run_from(Make& make) const {
    if constexpr (Index + 1 == sizeof...(Guards)) {
      return std::get<Index>(guards_).run([&make] { return detail::begin_task(make); });
    } else {
      return std::get<Index>(guards_).run([this, &make] { return run_from<Index + 1>(make); });
    }
  }

  std::tuple<Guards...> guards_;
};

namespace detail {

/// A guard that can be copied is a value, and kept; another one has a state that is shared.
template <class Guard>
using kept_guard =
    std::conditional_t<std::is_copy_constructible_v<std::remove_cvref_t<Guard>>,
                       const std::remove_cvref_t<Guard>, std::remove_reference_t<Guard>&>;

}  // namespace detail

/// Puts guards around work, in the order in which they are written: the first is the outermost, and
/// is asked first.
///
/// Guards that are values (retry_policy, time_limit, another chain) are copied; those with a state
/// that all callers share (circuit_breaker, bulkhead, load_shed, rate_limit) are referred to, and
/// must outlive the chain.
///
///     const auto calls = weir::guarded(weir::retry_policy(3), breaker, places,
///                                      weir::time_limit(2s));
///     const quote best = co_await calls.run([&] { return ask_for_quote(item); });
template <class... Guards>
  requires(sizeof...(Guards) > 0)
auto guarded(Guards&&... guards) {
  static_assert((guard<std::remove_reference_t<detail::kept_guard<Guards>>> && ...),
                "weir: guarded() takes guards (see the concept weir::guard); run() of one that can "
                "be copied is const");
  static_assert(((std::is_lvalue_reference_v<Guards> ||
                  std::is_copy_constructible_v<std::remove_cvref_t<Guards>>) &&
                 ...),
                "weir: a guard with a state must be a variable, which outlives the chain");
  return guard_chain<detail::kept_guard<Guards>...>(
      std::tuple<detail::kept_guard<Guards>...>(std::forward<Guards>(guards)...));
}

}  // namespace weir
