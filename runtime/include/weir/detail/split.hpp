// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/byte_source.hpp"
#include "weir/detail/byte_buffer.hpp"
#include "weir/stream.hpp"

namespace weir::detail {

/// A frame as whatever is wanted: owning (std::string, std::vector<std::byte>) or not
/// (std::string_view, std::span<const std::byte>).
template <class Frame>
Frame make_frame(std::span<const std::byte> bytes) {
  if constexpr (std::constructible_from<Frame, std::string_view>) {
    return Frame(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  } else if constexpr (std::constructible_from<Frame, std::span<const std::byte>>) {
    return Frame(bytes);
  } else {
    return Frame(bytes.begin(), bytes.end());
  }
}

/// The frames that `splitter` finds in the bytes of a source, and the one way in which they are
/// read: one buffer, no byte lost by a cancelled read, nothing read while a whole frame is there.
template <class Frame, byte_source Source, class Splitter>
stream<Frame> split(Source& source, Splitter splitter) {
  byte_buffer buffer(splitter.size_max());
  for (;;) {
    while (const auto frame = splitter.next(buffer)) co_yield make_frame<Frame>(*frame);
    const auto count = co_await source.read_some(buffer.room()).as_result();
    if (count.has_value()) {
      if (*count == 0) break;
      buffer.add(*count);
    } else if (count.error().is_cancelled()) {
      co_yield failed(count.error());
    } else {
      throw count.error();
    }
  }
  if (const auto frame = splitter.last(buffer)) co_yield make_frame<Frame>(*frame);
}

}  // namespace weir::detail
