// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weir/pipe_reader.hpp"
#include "weir/pipe_writer.hpp"

namespace weir {

/// The two ends of a pipe: what is written to one is read from the other, in order. The kernel
/// keeps a bounded part (64 KiB mostly) of what was not read; a writer waits for room.
struct pipe_pair {
  pipe_reader reader;
  pipe_writer writer;
};

/// Makes a pipe; neither end is inherited by a child process. `name` is what errors call it. Throws
/// where the limit of open files is reached.
///
///     weir::pipe_pair made = weir::make_pipe();
///     co_await made.writer.write_all("a line\n");
///     auto line = co_await made.reader.read_line();
pipe_pair make_pipe(const std::string& name = "a pipe");

}  // namespace weir
