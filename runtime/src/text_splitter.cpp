// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/text_splitter.hpp"

#include <string_view>

#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::detail {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

text_splitter::text_splitter(std::string source, std::size_t limit, std::string delimiter)
    : source_(std::move(source)), limit_(limit), delimiter_(std::move(delimiter)) {
  WEIR_ASSERT(!delimiter_.empty());
}

text_splitter text_splitter::of_lines(std::string source, std::size_t limit) {
  text_splitter made(std::move(source), limit, "\n");
  made.lines_ = true;
  return made;
}

std::size_t text_splitter::size_max() const noexcept {
  return limit_ + delimiter_.size() + (lines_ ? 1 : 0);  // The carriage return.
}

std::optional<std::span<const std::byte>> text_splitter::next(byte_buffer& from) {
  const auto unread = from.unread();
  const std::size_t at = text_of(unread).find(delimiter_, searched_);
  if (at == std::string_view::npos) {
    if (unread.size() >= size_max()) check(unread.size());
    if (unread.size() >= delimiter_.size()) searched_ = unread.size() - delimiter_.size() + 1;
    return std::nullopt;
  }
  searched_ = 0;
  from.take(at + delimiter_.size());
  const bool with_return = lines_ && at > 0 && unread[at - 1] == std::byte{'\r'};
  const std::size_t size = with_return ? at - 1 : at;
  check(size);
  return unread.first(size);
}

std::optional<std::span<const std::byte>> text_splitter::last(byte_buffer& from) {
  const auto unread = from.unread();
  if (unread.empty()) return std::nullopt;
  if (!lines_) {
    throw error(errc::end_of_stream, disposition::retry,
                "read from " + source_ + ": it ended after " + std::to_string(unread.size()) +
                    " bytes of a frame whose delimiter did not come");
  }
  check(unread.size());
  from.take(unread.size());
  return unread;
}

/// Throws for a frame that is too long.
void text_splitter::check(std::size_t size) const {
  if (size <= limit_) return;
  throw error(errc::limit_exceeded, disposition::permanent,
              "read from " + source_ + ": " + (lines_ ? "a line" : "a frame") + " of more than " +
                  std::to_string(limit_) + " bytes; is it what it is taken for? A larger limit " +
                  "would allow it");
}

}  // namespace weir::detail
