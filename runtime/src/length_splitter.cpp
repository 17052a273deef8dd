// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/length_splitter.hpp"

#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::detail {

length_splitter::length_splitter(std::string source, std::size_t limit, std::size_t prefix_size,
                                 std::endian order)
    : source_(std::move(source)), limit_(limit), prefix_size_(prefix_size), order_(order) {
  WEIR_ASSERT(std::has_single_bit(prefix_size) && prefix_size <= 8);
}

std::optional<std::span<const std::byte>> length_splitter::next(byte_buffer& from) const {
  const auto unread = from.unread();
  if (unread.size() < prefix_size_) return std::nullopt;
  const std::uint64_t length = read_length(unread.first(prefix_size_));
  if (length > limit_) {
    throw error(errc::limit_exceeded, disposition::permanent,
                "read from " + source_ + ": a frame that says it has " + std::to_string(length) +
                    " bytes, " + std::to_string(limit_) +
                    " at most are allowed; does the peer speak another protocol?");
  }
  if (unread.size() - prefix_size_ < length) return std::nullopt;
  from.take(prefix_size_ + length);
  return unread.subspan(prefix_size_, length);
}

std::optional<std::span<const std::byte>> length_splitter::last(byte_buffer& from) const {
  const auto unread = from.unread();
  if (unread.empty()) return std::nullopt;
  const bool has_length = unread.size() >= prefix_size_;
  const std::uint64_t whole = prefix_size_ + (has_length ? read_length(unread) : 0);
  throw error(errc::end_of_stream, disposition::retry,
              "read from " + source_ + ": it ended after " + std::to_string(unread.size()) +
                  " of the " + (has_length ? "" : "first ") + std::to_string(whole) +
                  " bytes of a frame");
}

std::uint64_t length_splitter::read_length(std::span<const std::byte> prefix) const noexcept {
  std::uint64_t length = 0;
  for (std::size_t at = 0; at < prefix_size_; ++at) {
    const std::size_t index = order_ == std::endian::big ? at : prefix_size_ - 1 - at;
    length = length << 8 | std::to_integer<std::uint64_t>(prefix[index]);
  }
  return length;
}

}  // namespace weir::detail
