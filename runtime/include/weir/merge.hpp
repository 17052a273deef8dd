// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "weir/detail/puller.hpp"
#include "weir/scoped_stream.hpp"

namespace weir {
namespace detail {

template <class T>
struct merging final : crew {
  merging(scope& owner, std::vector<stream<T>> from) : crew(owner), open(from.size()) {
    for (auto& source : from) sources.emplace_back(std::move(source));
  }
  void begin() {
    for (auto& source : sources) spawn(source.work(*this));
  }

  std::deque<puller<T>> sources;  // A deque never moves them.
  std::size_t open;               // Sources that have not ended.
};

template <class T>
stream<T> run_merge(std::vector<stream<T>> from, scope& owner) {
  const hired<merging<T>> crew(owner, std::move(from));
  for (auto& source : crew->sources) source.ask();
  while (crew->open > 0) {
    if (crew->answers.empty()) {
      if (!crew->at_work()) crew->throw_reason();
      const auto waited = co_await crew->news.wait().as_result();
      if (!waited.has_value()) co_yield failed(waited.error());
      continue;
    }
    auto& source = static_cast<puller<T>&>(crew->answers.front());
    pulled<T> next = source.take();
    if (!next) {
      --crew->open;
    } else {
      if (next.failure) {
        co_yield failed(next.failure);
      } else {
        co_yield std::move(*next.value);
      }
      source.ask();
    }
  }
}

}  // namespace detail

/// The values of several streams as they come.
///
/// Fair: who has waited longest goes first, and a stream that is always ready gives one value a
/// round. Each stream is asked for one value at a time, and that whose value was given last is
/// asked when the next next() comes: between two values of the merge, each of the others is at most
/// one ahead. It ends when all have ended. The failure of one is passed on in its turn; asked
/// again, the merge goes on with the others.
///
/// A line that needs a scope: see weir/scoped_stream.hpp.
///
///     auto both = weir::merge(weir::from_channel(orders), weir::from_channel(refunds));
///     co_await (std::move(both) | weir::for_each(handle));
template <detail::line Source>
auto merge(std::vector<Source> sources) {
  using T = typename Source::value_type;
  return scoped_stream<T>([sources = std::move(sources)](scope& owner) mutable {
    std::vector<stream<T>> opened;
    opened.reserve(sources.size());
    for (auto& source : sources) opened.push_back(std::move(source) | in_scope(owner));
    return detail::run_merge(std::move(opened), owner);
  });
}

/// The same for any number of streams of one type of value.
template <detail::line First, detail::line... Other>
  requires(std::same_as<typename First::value_type, typename Other::value_type> && ...)
auto merge(First first, Other... other) {
  std::vector<scoped_stream<typename First::value_type>> sources;
  sources.reserve(1 + sizeof...(Other));
  sources.emplace_back(std::move(first));
  (sources.emplace_back(std::move(other)), ...);
  return merge(std::move(sources));
}

}  // namespace weir
