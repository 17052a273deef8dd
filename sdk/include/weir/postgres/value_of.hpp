// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

namespace weir::postgres {

/// How a program's own type travels, to PostgreSQL and back: specialise it, right behind the type,
/// in one of four ways. From then on the type is a parameter, a column, a field, an element of an
/// array or a field of a composite, like those that weir knows, and so is a std::optional of it.
///
/// An `enum class` is an enum type, whose labels are the names of the enumerators:
///
///     enum class colour { red, blue };
///     template <>
///     struct weir::postgres::value_of<colour> : weir::postgres::as_enum<colour> {};
///
/// A struct is a composite type, with the same fields in the same order:
///
///     struct address { std::string street; std::optional<std::int32_t> floor; };
///     template <>
///     struct weir::postgres::value_of<address> : weir::postgres::as_composite<address> {};
///
/// A struct is what one member of it is, say a uuid with a name of its own:
///
///     struct order_id { weir::uuid value; };
///     template <>
///     struct weir::postgres::value_of<order_id> : weir::postgres::as_member<&order_id::value> {};
///
/// Any type is what two functions make of it; what `to_value` gives must travel already, and
/// `from_value` may throw a weir::error for what it does not take:
///
///     struct money { std::int64_t cents; };
///     template <>
///     struct weir::postgres::value_of<money> {
///       static std::int64_t to_value(const money& amount) { return amount.cents; }
///       static money from_value(std::int64_t cents) { return {cents}; }
///     };
///
/// A domain needs none of this: it is read and written as what it is a domain of.
///
/// Enums, composites and arrays of them are sent as a literal is: the server takes the type from
/// the statement, which names it by a column or a cast (`$1::address`), and reads every field by
/// that type's own rules. In a result, a composite's field must have the type of the C++ field;
/// where a type is not built in (a domain's), its bytes are all that can be checked.
template <class T>
struct value_of;

/// One label of an enum type and the enumerator that it stands for.
template <class Enum>
struct label {
  Enum value;
  std::string_view text;
};

/// An enum type, for value_of. It is read from text as well; a label that no enumerator has is
/// `invalid_input`, an enumerator without a label `invalid_argument` (both permanent).
///
/// Enumerators from 0 to 127 have their names as labels. Others, and those with another label, are
/// listed; and where errors should name the enum type otherwise than the C++ one, it is named:
///
///     template <>
///     struct weir::postgres::value_of<colour> : weir::postgres::as_enum<colour> {
///       static constexpr weir::postgres::label<colour> labels[] = {{colour::red, "dark red"}};
///       static constexpr std::string_view type_name = "shop.colour";
///     };
template <class Enum>
struct as_enum {
  using enum_type = Enum;
};

/// A composite type, for value_of: its fields stand for the struct's (weir/reflect.hpp) by their
/// order; their number and types are checked. A field that may be NULL is a std::optional. Like an
/// enum, it can have a `type_name`.
///
/// As a `Row`, the struct is then one column, no longer a row of columns with its fields' names.
template <class Struct>
struct as_composite {
  using composite_type = Struct;
};

/// What a member is, for value_of; the struct must have a default.
template <auto Member>
struct as_member;

template <class Struct, class Value, Value Struct::* Member>
struct as_member<Member> {
  static const Value& to_value(const Struct& from) { return from.*Member; }
  static Struct from_value(Value value) {
    Struct made{};
    made.*Member = std::move(value);
    return made;
  }
};

}  // namespace weir::postgres
