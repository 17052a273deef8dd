// SPDX-License-Identifier: Apache-2.0
#include "pooled_operations.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "weir/loop.hpp"

namespace weir {

int pooled_operations::make_call(const io_request& request) noexcept {
  const int fd = request.descriptor;
  const std::size_t size = std::min(request.size, transfer_bytes_max);
  const bool own_position = request.position == current_position;
  ssize_t status = -1;
  switch (request.kind) {
    case io_kind::read_at:
      status = own_position ? ::read(fd, request.data, size)
                            : ::pread(fd, request.data, size, request.position);
      break;
    case io_kind::write_at:
      status = own_position ? ::write(fd, request.data, size)
                            : ::pwrite(fd, request.data, size, request.position);
      break;
    case io_kind::sync:
      status = ::fsync(fd);
      break;
    case io_kind::sync_data:
      status = ::fdatasync(fd);
      break;
    default:
      return -EINVAL;
  }
  return status >= 0 ? static_cast<int>(status) : -errno;
}

bool pooled_operations::takes(const io_request& request) noexcept {
  switch (request.kind) {
    case io_kind::sync:
    case io_kind::sync_data:
      return true;
    case io_kind::read_at:
    case io_kind::write_at:
      // Whoever opened a pipe or a terminal said by this flag that it can be waited for.
      return request.position != current_position ||
             (::fcntl(request.descriptor, F_GETFL) & O_NONBLOCK) == 0;
    default:
      return false;
  }
}

pooled_operations::handed_over* pooled_operations::slot_of(const io_work* operation) noexcept {
  const auto found =
      std::find_if(handed_over_.begin(), handed_over_.end(),
                   [operation](const handed_over& slot) { return slot.operation == operation; });
  return found == handed_over_.end() ? nullptr : &*found;
}

void pooled_operations::start(io_work& operation) noexcept {
  operation.pooled_ = true;
  waiting_.push_back(operation);
  hand_over_waiting();
}

bool pooled_operations::cancel(io_work& operation) noexcept {
  if (!operation.pooled_) return false;
  const bool begun = operation.submitted_ &&
                     !detail::blocking_pool::instance().take_back(slot_of(&operation)->ticket);
  if (!begun) finish(operation, -ECANCELED);
  return true;
}

bool pooled_operations::is_idle() const noexcept {
  return waiting_.empty() &&
         std::all_of(handed_over_.begin(), handed_over_.end(),
                     [](const handed_over& slot) { return slot.operation == nullptr; });
}

void pooled_operations::hand_over_waiting() noexcept {
  while (!waiting_.empty()) {
    handed_over* const free = slot_of(nullptr);
    if (free == nullptr) return;
    io_work& next = waiting_.front();
    if (hand_over(next, *free)) {
      next.detail::driver_hook::unlink();
      continue;
    }
    // The pool takes no more now. The end of one of ours is the time to ask again.
    const bool some_run =
        std::any_of(handed_over_.begin(), handed_over_.end(),
                    [](const handed_over& slot) { return slot.operation != nullptr; });
    if (some_run) return;
    next.detail::driver_hook::unlink();
    next.pooled_ = false;
    next.complete(-EAGAIN);
  }
}

bool pooled_operations::hand_over(io_work& operation, handed_over& slot) noexcept {
  try {
    loop& home = loop::current();
    slot.ticket = detail::blocking_pool::instance().submit_or_refuse([this, &operation, &home] {
      const int result = make_call(operation.request_);
      home.post([this, &operation, result] { finish(operation, result); });
    });
  } catch (...) {
    return false;
  }
  slot.operation = &operation;
  operation.submitted_ = true;
  return true;
}

void pooled_operations::finish(io_work& operation, int result) noexcept {
  if (handed_over* const slot = slot_of(&operation)) *slot = {};
  operation.detail::driver_hook::unlink();
  operation.pooled_ = false;
  operation.submitted_ = false;
  operation.complete(result);
  hand_over_waiting();
}

}  // namespace weir
