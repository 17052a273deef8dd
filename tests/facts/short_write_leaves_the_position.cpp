// SPDX-License-Identifier: Apache-2.0
// The fact: a write at a position that is given goes there, also after one that was cut short.
//
// It is what we rely on instead of the kernel's own position (-1): that one io_uring does not move
// on after a write that was cut short (seen in 6.18), so that the next would write over it.
//
// Who goes round it: runtime/src/file.cpp, whose files keep a position of their own, and
// runtime/include/weir/driver.hpp (current_position). When the bug is gone from every kernel that
// we support, the position could be left to the kernel; nothing has to change.
#include <sys/mman.h>
#include <sys/resource.h>

#include <string>

#include "ring.hpp"

namespace {

constexpr rlim_t file_bytes_max = 6;
constexpr auto no_position = static_cast<std::uint64_t>(-1);

/// Lets files grow to `bytes`; gives the limit that there was.
rlim_t limit_files(rlim_t bytes) {
  rlimit limit{};
  fact::must("getrlimit", getrlimit(RLIMIT_FSIZE, &limit));
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = bytes;
  fact::must("setrlimit", setrlimit(RLIMIT_FSIZE, &limit));
  return before;
}

int write_at(fact::ring& ring, int file, const std::string& text, std::uint64_t position) {
  io_uring_sqe* const writing = ring.entry();
  io_uring_prep_write(writing, file, text.data(), static_cast<unsigned>(text.size()), position);
  writing->user_data = 1;
  return ring.next().result;
}

/// What a file holds after a write that was cut short at six bytes and another one.
std::string write_twice(fact::ring& ring, std::uint64_t first, std::uint64_t second) {
  const int file = fact::must("memfd_create", memfd_create("short", MFD_CLOEXEC));
  const rlim_t before = limit_files(file_bytes_max);
  const int count = write_at(ring, file, "abcdefgh", first);
  limit_files(before);
  fact::expect("the write that is cut short", count, file_bytes_max);
  fact::expect("the write behind it", write_at(ring, file, "XY", second), 2);
  char contents[16];
  const int size = fact::must("pread", pread(file, contents, sizeof contents, 0));
  close(file);
  return {contents, static_cast<std::size_t>(size)};
}

}  // namespace

int main() {
  signal(SIGXFSZ, SIG_IGN);
  fact::ring ring;
  const std::string at_positions = write_twice(ring, 0, file_bytes_max);
  fact::expect(at_positions == "abcdefXY", "a write went elsewhere than to its position");
  const std::string at_none = write_twice(ring, no_position, no_position);
  fact::tell(at_none != "abcdefXY", "after a short write at -1 the next one writes over it");
  return fact::holds();
}
