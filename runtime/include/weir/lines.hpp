// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/split.hpp"
#include "weir/detail/text_splitter.hpp"

namespace weir {

/// How long a line may be where nothing else is said.
inline constexpr std::size_t line_bytes_max = std::size_t{64} << 10;

/// The lines of a byte source, without their ends (\n or \r\n). What stands after the last end is a
/// line too.
///
/// `source` must outlive the stream, which alone reads from it and may have read further than it
/// has given. A next() that is cancelled loses no byte. Throws `limit_exceeded` for a line of more
/// than `limit` bytes, and what the source throws; then the stream has ended. It holds the longest
/// line in memory, in one buffer.
///
/// `lines<std::string_view>(source)` gives views into that buffer, without any copy; each is valid
/// until the next next(), so they cannot be collected, or used by tasks that go on after that.
///
///     auto text = weir::lines(connection);
///     while (auto line = co_await text.next()) answer(*line);
template <class Text = std::string, byte_source Source>
stream<Text> lines(Source& source, std::size_t limit = line_bytes_max) {
  return detail::split<Text>(source,
                             detail::text_splitter::of_lines(detail::name_of(source), limit));
}

/// The parts of what a byte source gives that end with `delimiter`, without it; else as lines().
///
/// Throws `end_of_stream` (retry) when the source ends within a part.
///
///     auto records = weir::delimited(connection, std::string(1, '\0'), 1024);
template <class Text = std::string, byte_source Source>
stream<Text> delimited(Source& source, std::string delimiter, std::size_t limit) {
  return detail::split<Text>(
      source, detail::text_splitter(detail::name_of(source), limit, std::move(delimiter)));
}

}  // namespace weir
