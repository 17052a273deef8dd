// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "weir/detail/length_splitter.hpp"
#include "weir/detail/split.hpp"

namespace weir {

/// How the length before a frame is written; it does not count itself.
struct length_prefix {
  std::size_t size = 4;  ///< In bytes: 1, 2, 4 or 8.
  std::endian order = std::endian::big;
};

/// The frames of a byte source that each begin with their length, without it.
///
/// `source` must outlive the stream, which alone reads from it and may have read further than it
/// has given. A next() that is cancelled loses no byte. Throws `limit_exceeded` for a frame that
/// says it has more than `limit` bytes, `end_of_stream` (retry) when the source ends within a
/// frame, and what the source throws; then the stream has ended. Memory is taken as bytes come, not
/// as they are announced.
///
/// `length_prefixed<std::span<const std::byte>>(...)` gives views, without any copy; each is valid
/// until the next next(), so they cannot be collected, or used by tasks that go on after that.
///
///     auto frames = weir::length_prefixed(connection, 1 << 20);
///     while (auto frame = co_await frames.next()) handle(*frame);
template <class Frame = std::vector<std::byte>, byte_source Source>
stream<Frame> length_prefixed(Source& source, std::size_t limit, length_prefix prefix = {}) {
  return detail::split<Frame>(
      source, detail::length_splitter(detail::name_of(source), limit, prefix.size, prefix.order));
}

}  // namespace weir
