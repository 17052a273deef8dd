// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "weir/detail/puller.hpp"
#include "weir/scoped_stream.hpp"

namespace weir {
namespace detail {

template <class... T>
struct zipping final : crew {
  explicit zipping(scope& owner, stream<T>... from) : crew(owner), sources(std::move(from)...) {}
  void begin() {
    for_each([this](auto& source) { spawn(source.work(*this)); });
  }

  template <class Visit>
  void for_each(Visit visit) {
    std::apply([&](auto&... source) { (visit(source), ...); }, sources);
  }
  std::tuple<T...> take_all() {
    return std::apply(
        [](auto&... source) { return std::tuple<T...>(std::move(*source.take().value)...); },
        sources);
  }

  std::tuple<puller<T>...> sources;
};

template <class... T>
stream<std::tuple<T...>> run_zip(scope& owner, stream<T>... from) {
  const hired<zipping<T...>> crew(owner, std::move(from)...);
  for (;;) {
    bool complete = true;
    bool over = false;
    std::exception_ptr failure;
    crew->for_each([&](auto& source) {
      if (!source.answered()) {
        source.ask();
        complete = false;
      } else if (!source.answer()) {
        over = true;
      } else if (source.answer().failure && !failure) {
        failure = source.take().failure;
      }
    });
    if (failure) {
      co_yield failed(failure);
    } else if (over) {
      co_return;
    } else if (complete) {
      co_yield crew->take_all();
    } else if (!crew->at_work()) {
      crew->throw_reason();
    } else {
      const auto waited = co_await crew->news.wait().as_result();
      if (!waited.has_value()) co_yield failed(waited.error());
    }
  }
}

}  // namespace detail

/// Tuples of the first values of several streams, of the second ones, and so on.
///
/// All are asked at the same time. It ends when one of them ends; values that the others have given
/// meanwhile are dropped. A failure of one is passed on; asked again, zip goes on with the values
/// that it has from the others. Between two values no source is ahead; after a failure, or a next()
/// that was cancelled, each is one value ahead at most.
///
/// A line that needs a scope: see weir/scoped_stream.hpp.
///
///     co_await (weir::zip(questions(), answers()) | weir::for_each(print));
template <detail::line... Source>
  requires(sizeof...(Source) > 0)
auto zip(Source... sources) {
  using values = std::tuple<typename Source::value_type...>;
  return scoped_stream<values>(
      [sources = std::tuple<Source...>(std::move(sources)...)](scope& owner) mutable {
        return std::apply(
            [&](Source&... source) {
              return detail::run_zip(owner, std::move(source) | in_scope(owner)...);
            },
            sources);
      });
}

}  // namespace weir
