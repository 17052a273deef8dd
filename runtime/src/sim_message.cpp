// SPDX-License-Identifier: Apache-2.0
#include "sim_message.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <span>

namespace weir::detail {
namespace {

std::span<const iovec> pieces_of(const msghdr& header) noexcept {
  return {header.msg_iov, header.msg_iovlen};
}

}  // namespace

std::size_t size_of(const msghdr& header) noexcept {
  std::size_t size = 0;
  for (const iovec& piece : pieces_of(header)) size += piece.iov_len;
  return size;
}

std::string gather(const msghdr& header, std::size_t count_max) {
  std::string bytes;
  for (const iovec& piece : pieces_of(header)) {
    const std::size_t count = std::min(piece.iov_len, count_max - bytes.size());
    bytes.append(static_cast<const char*>(piece.iov_base), count);
  }
  return bytes;
}

std::size_t scatter(std::string_view bytes, const msghdr& header) noexcept {
  std::size_t taken = 0;
  for (const iovec& piece : pieces_of(header)) {
    taken += bytes.substr(taken).copy(static_cast<char*>(piece.iov_base), piece.iov_len);
  }
  return taken;
}

}  // namespace weir::detail
