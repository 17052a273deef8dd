// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weir/file_descriptor.hpp"
#include "weir/task.hpp"

namespace weir {

/// The writing end of a pipe. One write at a time; closed with its end.
///
/// Where the reader has closed the pipe a write throws, and never raises SIGPIPE.
class pipe_writer {
 public:
  /// Takes over a non-blocking descriptor; `name` is what errors call it.
  pipe_writer(file_descriptor target, std::string name)
      : target_(std::move(target)), name_(std::move(name)) {}

  /// Writes all of `data`, which stays valid until then; suspends while the pipe is full. A write
  /// that fails or is cancelled may have written a part of it.
  task<> write_all(std::span<const std::byte> data);
  task<> write_all(std::string_view text);

  /// Closes it: the reader gets what is in the pipe still, and then the end. No write may be in
  /// flight.
  void close() noexcept { target_.close(); }

  const std::string& name() const noexcept { return name_; }

 private:
  file_descriptor target_;
  std::string name_;
};

}  // namespace weir
