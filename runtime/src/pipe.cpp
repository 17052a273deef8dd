// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "file_errors.hpp"

namespace weir {

pipe_pair make_pipe(const std::string& name) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) < 0) {
    throw detail::file_error(errno, "make " + name);
  }
  return {.reader = pipe_reader(file_descriptor(ends[0]), name),
          .writer = pipe_writer(file_descriptor(ends[1]), name)};
}

}  // namespace weir
