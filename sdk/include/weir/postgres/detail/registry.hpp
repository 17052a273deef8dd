// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/detail/rows.hpp"

namespace weir::postgres::detail {

/// One use of a statement in the program: with the types of its arguments, and of its rows. All of
/// them form a list before main() begins, for check_statements().
class statement_use {
 public:
  /// Throws where the columns of a result do not fit the row; null where rows are not read.
  using row_check = void (*)(const result_set& described);

  statement_use(const statement_shape& shape, row_check check) noexcept
      : shape_(shape), check_(check), next_(newest()) {
    newest() = this;
  }

  const statement_shape& shape() const noexcept { return shape_; }
  row_check check() const noexcept { return check_; }
  const statement_use* next() const noexcept { return next_; }
  static const statement_use*& newest() noexcept {
    static constinit const statement_use* last = nullptr;
    return last;
  }

 private:
  const statement_shape& shape_;
  row_check check_;
  const statement_use* next_;
};

template <class Row>
void check_row(const result_set& described) {
  (void)row_reader<Row>(described);
}

template <class Statement, class Row, class... Args>
struct registered {
  static const statement_use use;
};
template <class Statement, class Row, class... Args>
const statement_use registered<Statement, Row, Args...>::use{shape_of<Statement, Args...>,
                                                             &check_row<Row>};
template <class Statement, class... Args>
struct registered<Statement, void, Args...> {
  static const statement_use use;
};
template <class Statement, class... Args>
const statement_use registered<Statement, void, Args...>::use{shape_of<Statement, Args...>,
                                                              nullptr};

/// The shape of a statement that the program uses so, after the checks of check_call().
template <class Statement, class Row, class... Args>
const statement_shape& used() {
  const statement_shape& shape = check_call<Statement, Args...>();
  (void)&registered<Statement, Row, std::decay_t<Args>...>::use;
  return shape;
}

}  // namespace weir::postgres::detail
