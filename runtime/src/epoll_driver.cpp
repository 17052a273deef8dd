// SPDX-License-Identifier: Apache-2.0
#include "epoll_driver.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "buffer_pool.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

constexpr std::size_t events_per_wait = 256;
constexpr std::size_t deliveries_max = 16;  // of one operation, before the others have their turn

static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLERR == EPOLLERR &&
              POLLHUP == EPOLLHUP && POLLRDHUP == EPOLLRDHUP);

/// The readiness that an operation waits for.
unsigned interest(const io_request& request) noexcept {
  switch (request.kind) {
    case io_kind::poll:
      return static_cast<unsigned short>(request.events);
    case io_kind::receive:
    case io_kind::receive_message:
    case io_kind::read_at:
    case io_kind::accept_many:
    case io_kind::receive_many:
      return EPOLLIN;
    case io_kind::connect:
    case io_kind::send:
    case io_kind::send_message:
    case io_kind::write_at:
      return EPOLLOUT;
    case io_kind::sync:
    case io_kind::sync_data:
      return 0;
  }
  return 0;
}

constexpr int not_now = std::numeric_limits<int>::min();  // no count and no errno

int or_errno(ssize_t value) noexcept {
  return value >= 0 ? static_cast<int>(value) : errno == EWOULDBLOCK ? not_now : -errno;
}

/// Tries the operation without waiting: its result, or not_now.
int attempt(const io_request& request, unsigned events, bool first) noexcept {
  const int fd = request.descriptor;
  switch (request.kind) {
    case io_kind::poll: {
      const unsigned came = events & (interest(request) | EPOLLERR | EPOLLHUP);
      return came != 0 ? static_cast<int>(came) : not_now;
    }
    case io_kind::accept_many:
      return or_errno(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    case io_kind::connect: {
      if (first) {
        if (::connect(fd, request.address, request.address_size) == 0) return 0;
        // EAGAIN is an end here: the listener of a Unix socket has no room, nothing is under way,
        // and the socket counts as writable all the same.
        return errno == EINPROGRESS ? not_now : -errno;
      }
      int failure = 0;
      socklen_t size = sizeof failure;
      if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) < 0) return -errno;
      return -failure;
    }
    case io_kind::receive:
      if (first && request.drained) return not_now;
      return or_errno(::recv(fd, request.data, request.size, MSG_DONTWAIT));
    case io_kind::send:
      return or_errno(::send(fd, request.data, request.size, MSG_DONTWAIT | MSG_NOSIGNAL));
    case io_kind::receive_message: {
      auto* header = static_cast<msghdr*>(request.data);
      const int flags = header->msg_flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
      return or_errno(::recvmsg(fd, header, flags));
    }
    case io_kind::send_message: {
      const auto* header = static_cast<const msghdr*>(request.data);
      const int flags = header->msg_flags | MSG_DONTWAIT | MSG_NOSIGNAL;
      const int count = or_errno(::sendmsg(fd, header, flags));
      const bool may_wait = (header->msg_flags & MSG_DONTWAIT) == 0;
      return count == not_now && !may_wait ? -EAGAIN : count;
    }
    case io_kind::read_at:
      return or_errno(::read(fd, request.data, std::min(request.size, transfer_bytes_max)));
    case io_kind::write_at:
      return or_errno(::write(fd, request.data, std::min(request.size, transfer_bytes_max)));
    case io_kind::sync:
    case io_kind::sync_data:
      return -EINVAL;
    case io_kind::receive_many:
      return not_now;
  }
  return -EINVAL;
}

bool is_many(const io_request& request) noexcept {
  return request.kind == io_kind::accept_many || request.kind == io_kind::receive_many;
}

}  // namespace

epoll_driver::epoll_driver()
    : epoll_descriptor_(epoll_create1(EPOLL_CLOEXEC)),
      wake_descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_descriptor_ < 0 || wake_descriptor_ < 0) {
    throw error::from_errno(errno, "epoll_create1 or eventfd for a loop");
  }
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_descriptor_}};
  if (epoll_ctl(epoll_descriptor_, EPOLL_CTL_ADD, wake_descriptor_, &event) < 0) {
    throw error::from_errno(errno, "epoll_ctl for a loop's wake-up");
  }
}

epoll_driver::~epoll_driver() {
  ::close(epoll_descriptor_);
  ::close(wake_descriptor_);
}

epoll_driver::watched& epoll_driver::at(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (watched_.size() <= index) watched_.resize(index + 1);
  if (watched_[index] == nullptr) watched_[index] = std::make_unique<watched>();
  return *watched_[index];
}

void epoll_driver::start(io_work& operation) noexcept {
  const int descriptor = operation.request_.descriptor;
  if (descriptor < 0) return operation.complete(-EBADF);
  if (pooled_operations::takes(operation.request_)) return pooled_.start(operation);
  if (!is_many(operation.request_)) {
    const int result = attempt(operation.request_, 0, true);
    if (result != not_now) return operation.complete(result);
  }
  at(descriptor).operations.push_back(operation);
  const int status = arm(descriptor);
  if (status == 0) return;
  operation.detail::driver_hook::unlink();
  operation.complete(status);
}

io_completion epoll_driver::receive_into_buffer(const io_request& request) noexcept {
  if (buffers() == nullptr) return {.result = -ENOMEM};
  const int index = buffers()->take();
  if (index < 0) return {.result = -ENOBUFS};
  buffers()->lend(index);
  const std::span<std::byte> bytes = buffers()->at(index);
  const int count = or_errno(::recv(request.descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT));
  if (count > 0) return {.result = count, .buffer = index, .more = true};
  buffers()->unlend(index);
  put_buffer(index);
  return {.result = count};
}

void epoll_driver::deliver_many(io_work& operation) noexcept {
  const io_request& request = operation.request_;
  for (std::size_t count = 0; count < deliveries_max; ++count) {
    io_completion told;
    if (request.kind == io_kind::receive_many) {
      told = receive_into_buffer(request);
    } else {
      told.result = attempt(request, 0, false);
      told.more = told.result >= 0;
    }
    if (told.result == not_now) return;
    ++counters_.completions;
    if (!told.more) operation.detail::driver_hook::unlink();
    operation.on_completion(told);
    if (!told.more || !operation.detail::driver_hook::is_linked()) return;  // Ended, or cancelled.
  }
}

void epoll_driver::cancel(io_work& operation) noexcept {
  if (pooled_.cancel(operation)) return;
  operation.detail::driver_hook::unlink();
  arm(operation.request_.descriptor);
  operation.complete(-ECANCELED);
}

int epoll_driver::arm(int descriptor) noexcept {
  unsigned events = 0;
  at(descriptor).operations.for_each([&](io_work& operation) {
    events |= interest(operation.request_);
  });
  if (events == 0) {
    // Not even an error is of interest now; the descriptor may be gone, which is as good.
    epoll_ctl(epoll_descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
    return 0;
  }
  epoll_event event{.events = events | EPOLLONESHOT, .data = {.fd = descriptor}};
  if (epoll_ctl(epoll_descriptor_, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
  if (errno != ENOENT) return -errno;
  return epoll_ctl(epoll_descriptor_, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

void epoll_driver::ready(int descriptor, unsigned events) noexcept {
  watched& entry = at(descriptor);
  // The completion of one may cancel any other, so none that is linked is held on to.
  detail::intrusive_list<io_work, detail::driver_hook> waiting;
  while (!entry.operations.empty()) waiting.push_back(entry.operations.pop_front());
  while (!waiting.empty()) {
    io_work& operation = waiting.pop_front();
    entry.operations.push_back(operation);
    const io_request& request = operation.request_;
    if ((events & (interest(request) | EPOLLERR | EPOLLHUP)) == 0) continue;
    if (is_many(request)) {
      deliver_many(operation);
      continue;
    }
    const int result = attempt(request, events, false);
    if (result == not_now) continue;
    operation.detail::driver_hook::unlink();
    ++counters_.completions;
    operation.complete(result);
  }
  if (entry.operations.empty()) return;  // One-shot: disarmed by the event itself.
  const int status = arm(descriptor);
  if (status == 0) return;
  while (!entry.operations.empty()) entry.operations.pop_front().complete(status);
}

int epoll_driver::wait_for_events(std::span<epoll_event> events, time_point until) noexcept {
  const auto room = static_cast<int>(events.size());
  const bool forever = until == time_point::max();
  const duration left = until == time_point::min() ? duration::zero() : until - now();
  const duration sleep = std::max(left, duration::zero());
  if (has_pwait2_) {
    const timespec timeout{.tv_sec = sleep.count() / 1'000'000'000,
                           .tv_nsec = sleep.count() % 1'000'000'000};
    const int count =
        epoll_pwait2(epoll_descriptor_, events.data(), room, forever ? nullptr : &timeout, nullptr);
    // Older container profiles refuse a call they do not know with EPERM.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_pwait2_ = false;
  }
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(sleep).count();
  const auto timeout = std::min<std::int64_t>(rounded_up, std::numeric_limits<int>::max());
  return epoll_wait(epoll_descriptor_, events.data(), room,
                    forever ? -1 : static_cast<int>(timeout));
}

void epoll_driver::wait(time_point until) {
  std::array<epoll_event, events_per_wait> events;
  ++counters_.enters;
  const int count = wait_for_events(events, until);
  if (count < 0) {
    if (errno == EINTR) return;
    throw error::from_errno(errno, "epoll_pwait2 or epoll_wait");
  }
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    if (event.data.fd != wake_descriptor_) {
      ready(event.data.fd, event.events);
      continue;
    }
    std::uint64_t value = 0;
    [[maybe_unused]] const auto read = ::read(wake_descriptor_, &value, sizeof value);
    ++counters_.wakes;
  }
}

std::size_t epoll_driver::io_in_flight() const noexcept {
  std::size_t count = pooled_.is_idle() ? 0 : 1;
  const auto look = [&count](const io_work& operation) {
    if (operation.request_.kind != io_kind::accept_many) ++count;
    return true;
  };
  for (const auto& one : watched_) {
    if (one != nullptr) one->operations.visit_while(look);
  }
  return count;
}

void epoll_driver::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_descriptor_, &one, sizeof one);
}

}  // namespace weir
