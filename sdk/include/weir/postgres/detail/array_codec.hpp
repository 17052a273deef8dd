// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/codec.hpp"
#include "weir/postgres/detail/literal.hpp"

namespace weir::postgres::detail {

/// The length that stands for NULL.
inline constexpr std::uint32_t null_length = 0xffffffff;

/// The head of an array's binary form: of one dimension, or empty.
struct array_head {
  std::uint32_t length = 0;
  oid element_type = 0;
};

void put_array_head(std::string& out, array_head head);
/// Writes the length of the element that begins behind the four bytes at `start`.
void set_length(std::string& out, std::size_t start);

/// Takes an array apart from the front; every step throws on bytes that are not an array.
class array_reader {
 public:
  explicit array_reader(std::string_view bytes) : rest_(bytes) {}

  array_head head();
  /// The next element, or nothing for NULL.
  std::optional<std::string_view> element();

 private:
  std::string_view take(std::size_t size);

  std::string_view rest_;
};

[[noreturn]] void null_element();
[[noreturn]] void wrong_element_type(std::string_view name, oid found);

/// What the elements of an array are, where they can be read as more than one C++ type.
constexpr oid element_type_of(oid array) {
  switch (array) {
    case smallint_array_type:
      return smallint_type;
    case integer_array_type:
      return integer_type;
    case real_array_type:
      return real_type;
    case text_array_type:
      return text_type;
    case varchar_array_type:
      return varchar_type;
    case char_array_type:
      return char_type;
    case name_array_type:
      return name_type;
    case cidr_array_type:
      return cidr_type;
    case json_array_type:
      return json_type;
    case record_array_type:
      return record_type;
    default:
      return inferred_type;
  }
}

/// What there are arrays of: not bytes, which are bytea, and not arrays.
template <class T>
concept array_element =
    encodable<T> && !std::same_as<T, std::byte> && requires { codec<T>::array_type; };

/// An array of one dimension; elements that may be NULL are optionals.
template <class T>
  requires array_element<typename element_of<T>::type>
struct codec<std::vector<T>> {
  using element = codec<typename element_of<T>::type>;

  static constexpr oid type = element::array_type;
  static constexpr bool binary = type != inferred_type;
  static constexpr std::string_view name = "array";
  static constexpr oid element_type = element::type == inferred_type ? text_type : element::type;

  static constexpr bool accepts(oid column) {
    return is_assigned(column) || (binary && column == type) ||
           element::accepts(element_type_of(column));
  }

  static void encode(std::string& out, const std::vector<T>& values) {
    if constexpr (binary) {
      put_binary(out, values);
    } else {
      put_literal(out, values);
    }
  }

  static void put_literal(std::string& out, const std::vector<T>& values) {
    require_array_elements(values.size());
    out += '{';
    const std::size_t first = out.size();
    for (const T& value : values) {
      if (out.size() > first) out += ',';
      put_part(out, value, "NULL");
      require_parameter_bytes(out.size());
    }
    out += '}';
  }

  static std::vector<T> decode(std::string_view bytes, oid) {
    array_reader reader(bytes);
    const array_head head = reader.head();
    if (head.length > 0 && !takes<element>(head.element_type)) {
      wrong_element_type(element::name, head.element_type);
    }
    std::vector<T> values;
    for (std::uint32_t i = 0; i < head.length; ++i) {
      const std::optional<std::string_view> value = reader.element();
      if (value.has_value()) {
        values.push_back(element::decode(*value, head.element_type));
      } else if constexpr (element_of<T>::nullable) {
        values.emplace_back();
      } else {
        null_element();
      }
    }
    return values;
  }

 private:
  static void put_binary(std::string& out, const std::vector<T>& values) {
    require_array_elements(values.size());
    put_array_head(out, {static_cast<std::uint32_t>(values.size()), element_type});
    for (const T& value : values) {
      const std::size_t start = out.size();
      put_big_endian(out, null_length);
      if constexpr (element_of<T>::nullable) {
        if (!value.has_value()) continue;
        element::encode(out, *value);
      } else {
        element::encode(out, value);
      }
      set_length(out, start);
    }
  }
};

}  // namespace weir::postgres::detail
