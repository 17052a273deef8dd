// SPDX-License-Identifier: Apache-2.0
#include "weir/pipe_writer.hpp"

#include <cerrno>

#include "weir/detail/current_stop.hpp"
#include "weir/detail/write_quietly.hpp"
#include "weir/poll.hpp"

namespace weir {

task<> pipe_writer::write_all(std::span<const std::byte> data) {
  const detail::stop_context* stop = co_await detail::current_stop{};
  if (stop != nullptr && stop->stop_requested()) throw error::cancelled();
  while (!data.empty()) {
    const ssize_t count = detail::write_quietly(target_.get(), data.data(), data.size());
    if (count == -EPIPE) {
      throw error(std::error_code(EPIPE, std::system_category()), disposition::permanent,
                  "write to " + name_ + ": whoever reads it has closed it (has it ended?)");
    }
    if (count < 0 && count != -EAGAIN) {
      throw error::from_errno(static_cast<int>(-count), "write to " + name_);
    }
    if (count > 0) data = data.subspan(static_cast<std::size_t>(count));
    // Even where a quick reader would let this go on for ever, other tasks have their turn.
    if (!data.empty()) co_await poll(target_.get(), POLLOUT);
  }
}

task<> pipe_writer::write_all(std::string_view text) {
  return write_all(std::as_bytes(std::span(text)));
}

}  // namespace weir
