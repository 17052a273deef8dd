// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <memory>

#include "weir/detail/stream_operator.hpp"
#include "weir/scope.hpp"

namespace weir {

/// A stream to be, that needs a scope: between two of its values it has tasks at work.
///
/// buffered(), merge() and their like give one. Nothing runs and nothing can be asked before it has
/// a scope, and it gets one in either of two ways:
/// - A line that ends in a task, such as collect() or for_each(), has a scope of its own. When that
///   task ends, however it ends, the work of the line has been stopped and awaited.
/// - `| in_scope(children)` makes it a stream whose work belongs to `children`, for who wants to
///   call next().
///
/// Why not a plain stream: a stream may be destroyed between two values, and a destructor cannot
/// await. Work that is still in flight then would outlive the stream, and with it all that the work
/// refers to; a scope cannot be left before its tasks have ended. What a line refers to must
/// outlive its scope, as for every task of a scope.
///
///     co_await (urls | weir::map(fetch) | weir::buffered(8) | weir::for_each(store));
///
///     co_await weir::with_scope([&](weir::scope& children) -> weir::task<> {
///       auto pages = urls | weir::map(fetch) | weir::buffered(8) | weir::in_scope(children);
///       while (auto page = co_await pages.next()) store(*page);
///     });
template <class T>
class [[nodiscard]] scoped_stream {
 public:
  using value_type = T;

  /// `open(scope&)` makes the stream, once.
  template <std::invocable<scope&> Open>
  explicit scoped_stream(Open open)
      : opening_(std::make_unique<opening_by<Open>>(std::move(open))) {}

  /// A stream that needs no scope will do as well.
  scoped_stream(stream<T> plain)
      : scoped_stream([plain = std::move(plain)](scope&) mutable { return std::move(plain); }) {}

  /// The same as `line | in_scope(owner)`.
  stream<T> open(scope& owner) && { return opening_->open(owner); }

  /// Gives no value: this says what to write.
  template <class Never = void>
  void next() {
    static_assert(detail::never<Never>,
                  "the line has tasks at work between its values and needs a scope: end it with a "
                  "task, such as collect() or for_each(), or say `line | in_scope(children)`");
  }

 private:
  struct opening {
    virtual ~opening() = default;
    virtual stream<T> open(scope& owner) = 0;
  };
  template <class Open>
  struct opening_by final : opening {
    explicit opening_by(Open given) : make(std::move(given)) {}
    stream<T> open(scope& owner) override { return make(owner); }
    Open make;
  };

  std::unique_ptr<opening> opening_;
};

namespace detail {

template <class T>
inline constexpr bool is_line = is_stream<T>;
template <class T>
inline constexpr bool is_line<scoped_stream<T>> = true;

/// A stream, whether it needs a scope or not.
template <class T>
concept line = is_line<T>;

/// What `| in_scope(children)` is made of.
struct in_scope_operator {
  scope& owner;

  template <class T>
  friend stream<T> operator|(scoped_stream<T> line, in_scope_operator made) {
    return std::move(line).open(made.owner);
  }
  template <class T>
  friend stream<T> operator|(stream<T> line, in_scope_operator) {
    return line;
  }
};

/// A task that opens the line in a scope of its own.
template <class T, class Operator>
auto run_in_own_scope(scoped_stream<T> line, Operator last)
    -> decltype(std::declval<stream<T>>() | std::declval<Operator>()) {
  co_return co_await with_scope([&](scope& workers) {
    return std::move(line) | in_scope_operator{workers} | std::move(last);
  });
}

/// An operator that says nothing of scopes, applied to a line that needs one: it needs one as well,
/// or it ends the line and has its own.
template <class T, class Body, class... Argument>
auto operator|(scoped_stream<T> line, stream_operator<Body, Argument...> made) {
  using applied = decltype(std::declval<stream<T>>() | std::move(made));
  if constexpr (is_stream<applied>) {
    return scoped_stream<typename applied::value_type>(
        [line = std::move(line), made = std::move(made)](scope& owner) mutable {
          return std::move(line) | in_scope_operator{owner} | std::move(made);
        });
  } else {
    return run_in_own_scope(std::move(line), std::move(made));
  }
}

/// An operator with tasks at work between two values: its body gets the scope after the source.
template <class Body, class... Argument>
struct scoped_operator {
  std::tuple<Argument...> arguments;

  template <class T>
  friend auto operator|(scoped_stream<T> line, scoped_operator made) {
    using applied = decltype(Body::run(std::declval<stream<T>>(), std::declval<scope&>(),
                                       std::declval<Argument>()...));
    return scoped_stream<typename applied::value_type>(
        [line = std::move(line), made = std::move(made)](scope& owner) mutable {
          return std::apply(
              [&](Argument&... argument) {
                return Body::run(std::move(line) | in_scope_operator{owner}, owner,
                                 std::move(argument)...);
              },
              made.arguments);
        });
  }
  template <class T>
  friend auto operator|(stream<T> line, scoped_operator made) {
    return scoped_stream<T>(std::move(line)) | std::move(made);
  }
};

template <class Body, class... Argument>
scoped_operator<Body, Argument...> make_scoped_operator(Argument... argument) {
  return {std::tuple<Argument...>(std::move(argument)...)};
}

}  // namespace detail

/// Opens a line in `owner`, whose tasks do its work from the first next() on: a plain stream.
///
/// The scope must not end before that first next(). When the stream ends first, its work is stopped
/// and the scope awaits it. When the scope is stopped first, the stream gives what has come and
/// then throws `cancelled`. A next() that is cancelled leaves the work in flight alone, and the
/// next one finds it there.
inline detail::in_scope_operator in_scope(scope& owner) noexcept { return {owner}; }

}  // namespace weir
