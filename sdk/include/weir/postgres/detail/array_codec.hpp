// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/codec.hpp"

namespace weir::postgres::detail {

template <class T>
struct element_of {
  using type = T;
  static constexpr bool nullable = false;
};
template <class T>
struct element_of<std::optional<T>> {
  using type = T;
  static constexpr bool nullable = true;
};

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

/// An array of one dimension; elements that may be NULL are optionals.
template <class T>
  requires(encodable<typename element_of<T>::type> &&
           !std::same_as<typename element_of<T>::type, std::byte>)
struct codec<std::vector<T>> {
  using element = codec<typename element_of<T>::type>;

  static constexpr oid type = element::array_type;
  static constexpr bool binary = true;
  static constexpr std::string_view name = "array";
  static constexpr oid element_type = element::type == inferred_type ? text_type : element::type;

  static constexpr bool accepts(oid column) {
    // varchar[] and char(n)[] are text as well, and cidr[] is inet.
    return column == type ||
           (type == text_array_type &&
            (column == varchar_array_type || column == char_array_type)) ||
           (type == inet_array_type && column == cidr_array_type);
  }

  static void encode(std::string& out, const std::vector<T>& values) {
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

  static std::vector<T> decode(std::string_view bytes, oid) {
    array_reader reader(bytes);
    const array_head head = reader.head();
    if (head.length > 0 && !element::accepts(head.element_type)) {
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
};

}  // namespace weir::postgres::detail
