// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "seed.hpp"
#include "weir/error.hpp"
#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres::detail {

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  codec<T>::encode(bytes, value);
  return bytes;
}

template <class T>
T decoded(std::string_view bytes) {
  return codec<T>::decode(bytes, codec<T>::type);
}

/// Tells whether the bytes are refused as what a server must not send.
template <class T>
bool is_refused(std::string_view bytes) {
  try {
    (void)decoded<T>(bytes);
    return false;
  } catch (const weir::error& refused) {
    return refused.is(errc::invalid_input) && refused.disposition() == disposition::permanent;
  }
}

/// Tells whether `make()` throws the error of a wrong argument.
template <class Make>
bool is_wrong_argument(Make make) {
  try {
    (void)make();
    return false;
  } catch (const weir::error& refused) {
    return refused.is(errc::invalid_argument) && refused.disposition() == disposition::permanent;
  }
}

/// The value comes back from its bytes, alone and in an array; what is cut short is refused.
template <class T>
void check_form(const T& value) {
  const std::string bytes = encoded(value);
  CHECK(decoded<T>(bytes) == value);
  using list = std::vector<T>;
  const list two{value, value};
  CHECK(decoded<list>(encoded(two)) == two);
  // Long values are cut at some places only, for the sake of time.
  const std::size_t step = bytes.size() / 64 + 1;
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    if (!is_refused<T>(std::string_view(bytes).substr(0, size))) ++accepted;
  }
  CHECK(accepted == 0);
  CHECK(is_refused<T>(bytes + '\0'));
}

/// Bytes that are spoiled at random are refused, or give a value that can be printed and sent.
template <class T>
void check_spoiled(const T& value, std::mt19937_64& random) {
  constexpr int rounds = 200;
  const std::string whole = encoded(value);
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = whole;
    for (auto left = 1 + random() % 3; left > 0 && !bytes.empty(); --left) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (is_refused<T>(bytes)) continue;
    const T read = decoded<T>(bytes);
    CHECK(decoded<T>(encoded(read)) == read);
    CHECK_FALSE(read.to_string().empty());
  }
}

}  // namespace weir::postgres::detail
