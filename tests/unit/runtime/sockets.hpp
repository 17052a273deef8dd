// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "weir/socket_stream.hpp"

namespace weir::test {

/// Reads to the end of the stream.
inline task<std::string> read_to_end(socket_stream& source) {
  std::string text;
  std::array<std::byte, 1024> part;
  for (;;) {
    const std::size_t count = co_await source.read_some(part);
    if (count == 0) co_return text;
    text.append(reinterpret_cast<const char*>(part.data()), count);
  }
}

/// Sends back what comes, until the peer ends its stream; then ends its own.
inline task<> echo(socket_stream& peer) {
  std::array<std::byte, 4096> part;
  for (;;) {
    const std::size_t count = co_await peer.read_some(part);
    if (count == 0) break;
    co_await peer.write_all(std::span<const std::byte>(part.data(), count));
  }
  peer.shutdown_write();
}

/// Text of `size` bytes in which a piece that is lost or moved shows.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t at = 0; at < size; ++at)
    text[at] = static_cast<char>('a' + (at * 7 + at / 251) % 26);
  return text;
}

/// How many descriptors this process has open.
inline int open_descriptors() {
  DIR* directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

}  // namespace weir::test
