// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include "weir/detail/await_value.hpp"

namespace weir {

/// Where bytes come from in order: a socket, a pipe, a file.
///
/// `co_await source.read_some(into)` suspends until there is something, and gives how many bytes it
/// has put at the front of `into`, which is not empty and stays valid until then; 0 at the end, and
/// for ever after. Cancelled, it throws and has taken nothing. One read at a time.
///
/// A source with `name()` or `peer()` is called so in errors.
///
///     template <weir::byte_source Source>
///     weir::task<std::size_t> count_bytes(Source& source) {
///       std::array<std::byte, 4096> part;
///       for (std::size_t total = 0;;) {
///         const std::size_t count = co_await source.read_some(part);
///         if (count == 0) co_return total;
///         total += count;
///       }
///     }
template <class Source>
concept byte_source = requires(Source& source, std::span<std::byte> into) {
  source.read_some(into).as_result();
  requires std::same_as<detail::await_value<decltype(source.read_some(into))>, std::size_t>;
};

namespace detail {

/// What errors call a byte source.
template <byte_source Source>
std::string name_of(const Source& source) {
  if constexpr (requires { std::string(source.name()); }) {
    return std::string(source.name());
  } else if constexpr (requires { std::string(source.peer()); }) {
    return std::string(source.peer());
  } else {
    return "a byte source";
  }
}

}  // namespace detail
}  // namespace weir
