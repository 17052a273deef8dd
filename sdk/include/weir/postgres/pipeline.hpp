// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "weir/postgres/pool.hpp"

namespace weir::postgres {
namespace detail {

/// The rows of an answer; throws the error of its statement, and when there is no answer yet.
const result_set& executed_rows(const reply& answer, const statement_shape& shape);

}  // namespace detail

/// The answer to one statement of a pipeline, of use when its run() has ended.
template <class T>
class answer {
 public:
  /// Throws the error of this statement; `not_executed` when one before it was refused.
  T get() const { return read_(detail::executed_rows(*reply_, *shape_), *shape_); }

 private:
  friend class pipeline;
  using reader = T (*)(const detail::result_set&, const detail::statement_shape&);

  answer(std::shared_ptr<detail::reply> reply, const detail::statement_shape& shape,
         reader read) noexcept
      : reply_(std::move(reply)), shape_(&shape), read_(read) {}

  std::shared_ptr<detail::reply> reply_;
  const detail::statement_shape* shape_;
  reader read_;
};

/// Several statements that travel together, in one round trip, each with an answer of its own.
///
///     weir::postgres::pipeline both(db);
///     const auto found = both.one<order>(find_order, id);
///     const auto lines = both.query<line>(find_lines, id);
///     co_await both.run();
///     show(found.get(), lines.get());
///
/// On a transaction they are part of it, in their order among its other statements. On a pool they
/// are one transaction of their own: when one is refused, nothing of them has happened. Used once;
/// must not outlive what it is made on. Adding throws `limit_exceeded` past
/// `enqueued_statements_max` or `enqueued_bytes_max`.
class pipeline {
 public:
  explicit pipeline(tx& in) noexcept : in_(&in) {}
  explicit pipeline(pool& on) noexcept : on_(&on) {}

  /// The number of rows that it changes.
  template <fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  answer<std::uint64_t> exec(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, void, Args...>();
    return {add(shape, detail::encode(args...)), shape,
            [](const detail::result_set& rows, const detail::statement_shape&) {
              return rows.affected();
            }};
  }
  /// All rows.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  answer<std::vector<Row>> query(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, Row, Args...>();
    return {add(shape, detail::encode(args...)), shape,
            [](const detail::result_set& rows, const detail::statement_shape&) {
              return detail::read_rows<Row>(rows);
            }};
  }
  /// The only row; get() throws `not_found` when there is none, `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  answer<Row> one(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, Row, Args...>();
    return {add(shape, detail::encode(args...)), shape, &detail::read_only<Row>};
  }
  /// The only row, or nothing; get() throws `conflict` when there are more.
  template <class Row, fixed_string Sql, statement_kind Kind, fixed_string Name, class... Args>
  answer<std::optional<Row>> maybe(statement<Sql, Kind, Name>, const Args&... args) {
    const auto& shape = detail::used<statement<Sql, Kind, Name>, Row, Args...>();
    return {add(shape, detail::encode(args...)), shape, &detail::read_optional<Row>};
  }

  /// Suspends until all of them have been executed; throws the first error. A cancellation cancels
  /// them on the server.
  task<> run();

 private:
  std::shared_ptr<detail::reply> add(const detail::statement_shape& shape,
                                     detail::parameters encoded);

  struct entry {
    const detail::statement_shape* shape;
    detail::parameters encoded;
    std::shared_ptr<detail::reply> to;
  };

  tx* in_ = nullptr;
  pool* on_ = nullptr;
  std::vector<entry> entries_;  // Of a pool; a transaction has them at once.
  std::size_t bytes_ = 0;       // Of their arguments.
};

}  // namespace weir::postgres
