// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "weir/postgres/detail/limits.hpp"
#include "weir/postgres/detail/oid.hpp"
#include "weir/postgres/jsonb.hpp"
#include "weir/timestamp.hpp"
#include "weir/uuid.hpp"

namespace weir::postgres::detail {

/// Throws: a value of `size` bytes came for a type of another size.
[[noreturn]] void wrong_size(std::string_view type, std::size_t size);

/// Writes a number to `to`, which has the room for it.
template <std::unsigned_integral U>
void write_big_endian(char* to, U value) {
  for (std::size_t i = 0; i < sizeof(U); ++i) {
    to[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * (sizeof(U) - 1 - i))));
  }
}

template <std::unsigned_integral U>
void put_big_endian(std::string& out, U value) {
  char bytes[sizeof(U)];  // At once, which is much quicker than byte by byte.
  write_big_endian(bytes, value);
  out.append(bytes, sizeof bytes);
}

template <std::unsigned_integral U>
U get_big_endian(std::string_view bytes, std::string_view type) {
  if (bytes.size() != sizeof(U)) wrong_size(type, bytes.size());
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<U>(value);
}

/// How a C++ type travels: `type` and `array_type` as a parameter, `binary` or as text, `accepts`
/// the columns that it can be read from, `encode` the form of a parameter, `decode` the binary form
/// of a column. Undefined for what cannot travel.
///
/// A type that is not built in has no number that a program could know: its `type` and `array_type`
/// are inferred, and it is text as a parameter. `decode` is also given values of such types where
/// they stand in arrays and composites, domains above all, and then goes by their bytes.
template <class T>
struct codec;

template <class T>
concept encodable = requires { codec<T>::type; };

/// What may be NULL is an optional of what it is.
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

/// Tells whether an element or field of this type can be read by the codec.
template <class Codec>
constexpr bool takes(oid found) {
  return is_assigned(found) || Codec::accepts(found);
}

/// One `oid`, one fixed size, big-endian: what most types are.
template <oid Type, oid ArrayType>
struct codec_of {
  static constexpr oid type = Type;
  static constexpr oid array_type = ArrayType;
  static constexpr bool binary = true;
  static constexpr bool accepts(oid column) { return column == Type; }
};

template <>
struct codec<bool> : codec_of<boolean_type, boolean_array_type> {
  static constexpr std::string_view name = "boolean";
  static void encode(std::string& out, bool value) { out.push_back(value ? 1 : 0); }
  static bool decode(std::string_view bytes, oid) {
    return get_big_endian<std::uint8_t>(bytes, name) != 0;
  }
};

/// A C++ integer reads columns of its own size and of smaller ones.
template <class T>
  requires(std::signed_integral<T> && sizeof(T) >= 2 && sizeof(T) <= 8)
struct codec<T> {
  static constexpr oid type = sizeof(T) == 2   ? smallint_type
                              : sizeof(T) == 4 ? integer_type
                                               : bigint_type;
  static constexpr oid array_type = sizeof(T) == 2   ? smallint_array_type
                                    : sizeof(T) == 4 ? integer_array_type
                                                     : bigint_array_type;
  static constexpr bool binary = true;
  static constexpr std::string_view name = sizeof(T) == 2   ? "smallint"
                                           : sizeof(T) == 4 ? "integer"
                                                            : "bigint";

  static constexpr bool accepts(oid column) {
    return column == smallint_type || (column == integer_type && sizeof(T) >= 4) ||
           (column == bigint_type && sizeof(T) >= 8);
  }
  static void encode(std::string& out, T value) {
    put_big_endian(out, static_cast<std::make_unsigned_t<T>>(value));
  }
  static T decode(std::string_view bytes, oid column) {
    switch (is_assigned(column) ? type_of_size(bytes.size()) : column) {
      case smallint_type:
        return static_cast<T>(
            static_cast<std::int16_t>(get_big_endian<std::uint16_t>(bytes, name)));
      case integer_type:
        return static_cast<T>(
            static_cast<std::int32_t>(get_big_endian<std::uint32_t>(bytes, name)));
      default:
        return static_cast<T>(
            static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes, name)));
    }
  }

 private:
  /// Which integer it is that a value of a domain has.
  static oid type_of_size(std::size_t size) {
    const oid found = size == 2 ? smallint_type : size == 4 ? integer_type : bigint_type;
    if (!accepts(found)) wrong_size(name, size);
    return found;
  }
};

template <>
struct codec<float> : codec_of<real_type, real_array_type> {
  static constexpr std::string_view name = "real";
  static void encode(std::string& out, float value) {
    put_big_endian(out, std::bit_cast<std::uint32_t>(value));
  }
  static float decode(std::string_view bytes, oid) {
    return std::bit_cast<float>(get_big_endian<std::uint32_t>(bytes, name));
  }
};

template <>
struct codec<double> : codec_of<double_type, double_array_type> {
  static constexpr std::string_view name = "double precision";
  static constexpr bool accepts(oid column) { return column == type || column == real_type; }
  static void encode(std::string& out, double value) {
    put_big_endian(out, std::bit_cast<std::uint64_t>(value));
  }
  static double decode(std::string_view bytes, oid column) {
    if (column == real_type || (is_assigned(column) && bytes.size() == sizeof(float))) {
      return double{std::bit_cast<float>(get_big_endian<std::uint32_t>(bytes, name))};
    }
    return std::bit_cast<double>(get_big_endian<std::uint64_t>(bytes, name));
  }
};

/// Text travels as a literal does: without a type of its own, so that it also fits a column of an
/// enum type, varchar or numeric.
struct text_codec {
  static constexpr oid type = inferred_type;
  static constexpr oid array_type = text_array_type;
  static constexpr bool binary = false;
  static constexpr std::string_view name = "text";
  static constexpr bool accepts(oid column) {
    return column == text_type || column == varchar_type || column == char_type ||
           column == name_type || column == unknown_type;
  }
  static void encode(std::string& out, std::string_view value);
  static std::string decode(std::string_view bytes, oid column);
};

template <>
struct codec<std::string> : text_codec {};
template <>
struct codec<std::string_view> : text_codec {};
template <>
struct codec<const char*> : text_codec {};
template <>
struct codec<char*> : text_codec {};

template <>
struct codec<std::vector<std::byte>> : codec_of<bytea_type, bytea_array_type> {
  static constexpr std::string_view name = "bytea";
  static void encode(std::string& out, const std::vector<std::byte>& value) {
    require_parameter_bytes(value.size());
    out.append(reinterpret_cast<const char*>(value.data()), value.size());
  }
  static std::vector<std::byte> decode(std::string_view bytes, oid) {
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    return {first, first + bytes.size()};
  }
};

template <>
struct codec<uuid> : codec_of<uuid_type, uuid_array_type> {
  static constexpr std::string_view name = "uuid";
  static void encode(std::string& out, const uuid& value) {
    out.append(reinterpret_cast<const char*>(value.bytes().data()), uuid::byte_count);
  }
  static uuid decode(std::string_view bytes, oid);
};

/// `timestamp::max()` and `min()` are PostgreSQL's `infinity` and `-infinity`.
/// A column's time of the server's last thirty years, from 294247 on, is refused.
template <>
struct codec<timestamp> : codec_of<timestamptz_type, timestamptz_array_type> {
  static constexpr std::string_view name = "timestamp with time zone";
  static void encode(std::string& out, timestamp value);
  static timestamp decode(std::string_view bytes, oid);
};

template <>
struct codec<jsonb> : codec_of<jsonb_type, jsonb_array_type> {
  static constexpr std::string_view name = "jsonb";
  static constexpr bool accepts(oid column) { return column == type || column == json_type; }
  static void encode(std::string& out, const jsonb& value);
  static jsonb decode(std::string_view bytes, oid column);
};

}  // namespace weir::postgres::detail
