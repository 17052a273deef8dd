// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/type_name.hpp"
#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/value_of.hpp"

namespace weir::postgres::detail {

/// A type with a value_of.
template <class T>
concept own_type = requires { sizeof(value_of<T>); };

/// The PostgreSQL type's name for errors: as declared, or the C++ type's without its namespace.
template <own_type T>
consteval std::string_view database_name() {
  if constexpr (requires { value_of<T>::type_name; }) {
    return value_of<T>::type_name;
  } else {
    constexpr std::string_view name = weir::detail::type_name<T>();
    return name.substr(name.rfind(':') + 1);
  }
}

/// What a type travels as.
template <class T>
using value_made_of =
    std::remove_cvref_t<decltype(value_of<T>::to_value(std::declval<const T&>()))>;

/// There are arrays of what there are arrays of.
template <class Form>
struct array_type_like {};
template <class Form>
  requires requires { Form::array_type; }
struct array_type_like<Form> {
  static constexpr oid array_type = Form::array_type;
};

/// A type that two functions turn into another one and back.
template <own_type T>
  requires requires(const T& value) { value_of<T>::to_value(value); }
struct codec<T> : array_type_like<codec<value_made_of<T>>> {
  using value = value_made_of<T>;
  static_assert(!element_of<value>::nullable,
                "value_of<T>::to_value gives an optional: what may be NULL is a std::optional<T>");
  static_assert(encodable<value>,
                "value_of<T>::to_value gives a type that has no PostgreSQL form itself");
  using form = codec<value>;

  static constexpr oid type = form::type;
  static constexpr bool binary = form::binary;
  static constexpr std::string_view name = form::name;
  static constexpr bool accepts(oid column) { return form::accepts(column); }

  static void encode(std::string& out, const T& own) {
    form::encode(out, value_of<T>::to_value(own));
  }
  static T decode(std::string_view bytes, oid column) {
    static_assert(
        requires { value_of<T>::from_value(form::decode(bytes, column)); },
        "value_of<T>::from_value does not take what to_value gives");
    return value_of<T>::from_value(form::decode(bytes, column));
  }
  static void put_literal(std::string& out, const T& own) {
    detail::put_literal<value>(out, value_of<T>::to_value(own));
  }
};

}  // namespace weir::postgres::detail
