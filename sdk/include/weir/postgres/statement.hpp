// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/fixed_string.hpp"
#include "weir/postgres/detail/placeholders.hpp"

namespace weir::postgres {

/// What a statement does; declared by who writes it, never guessed from its words.
enum class statement_kind : std::uint8_t {
  write,  ///< Changes something: when its answer is lost, nobody knows whether it ran.
  read,   ///< Changes nothing: when its answer is lost, it can be run again.
};

/// One SQL statement as a constant; made through `weir::stmt`.
///
/// It is prepared on each connection at its first use there, in the same round trip. Parameters
/// are `$1`, `$2`, ...; their number is checked against the arguments when the program is compiled.
template <fixed_string Sql, statement_kind Kind, fixed_string Name>
struct statement {
  static constexpr statement_kind kind = Kind;
  /// The highest `$n` outside of quotes and comments.
  static constexpr std::size_t placeholders = detail::count_placeholders(Sql.view());

  static constexpr std::string_view text() { return Sql.view(); }
  /// What it is called in errors and metrics; empty without a name.
  static constexpr std::string_view name() { return Name.view(); }
};

}  // namespace weir::postgres

namespace weir {

/// A statement constant:
///
///     inline constexpr auto find_order =
///         weir::stmt<"select * from orders where id = $1", weir::postgres::statement_kind::read>;
///
/// With a third argument, "find_order", errors and metrics call it so.
template <fixed_string Sql, postgres::statement_kind Kind = postgres::statement_kind::write,
          fixed_string Name = "">
inline constexpr postgres::statement<Sql, Kind, Name> stmt{};

}  // namespace weir
