// SPDX-License-Identifier: Apache-2.0
#include "uring_driver.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "buffer_pool.hpp"
#include "uring_requests.hpp"
#include "weir/detail/blocking_pool.hpp"

namespace weir {
namespace {

constexpr unsigned submission_entries = 256;
// Completions arrive in bursts that submissions do not bound; overflow is slow, so leave room.
constexpr unsigned completion_entries = 8 * submission_entries;

// The user_data of entries whose completion concerns nobody, of the wake-up read, of a message that
// another ring has sent to wake this one, and of one that this ring could not send.
constexpr std::uint64_t tag_ignored = 0;
constexpr std::uint64_t tag_wake = 1;
constexpr std::uint64_t tag_message = 2;
constexpr std::uint64_t tag_unsent = 3;

/// The ring of the calling thread, while it has one.
thread_local uring_driver* ring_here = nullptr;

constexpr int buffer_mask = detail::pooled_buffers - 1;

/// What stands behind an ENOMEM where memory itself is plenty.
std::string locked_memory() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) return "";
  return "the limit of locked memory, of which all rings of a user together may take " +
         std::to_string(limit.rlim_cur / 1024) +
         " KiB (raise it with ulimit -l, or LimitMEMLOCK= of a systemd unit), ";
}

/// Why there is no ring, and the remedy.
error refusal(int code) {
  const std::error_code kernels(code, std::system_category());
  std::string text = "io_uring is refused here (" + kernels.message() + "): ";
  if (code == ENOMEM) text += locked_memory();
  text +=
      "a container's seccomp profile, the sysctl kernel.io_uring_disabled or a kernel before 6.1; "
      "allow io_uring_setup, io_uring_enter and io_uring_register, or use WEIR_DRIVER=epoll";
  return {kernels, disposition::permanent, std::move(text)};
}

}  // namespace

result<std::unique_ptr<driver>> uring_driver::open() {
  const int wake_descriptor = eventfd(0, EFD_CLOEXEC);
  if (wake_descriptor < 0) return error::from_errno(errno, "eventfd for an io_uring loop");
  std::unique_ptr<uring_driver> made(new uring_driver(wake_descriptor));
  const int status = made->setup();
  if (status < 0) return refusal(-status);
  return std::unique_ptr<driver>(std::move(made));
}

bool uring_driver::is_refusal(const error& failure) noexcept {
  switch (failure.code().value()) {
    case ENOSYS:
    case EPERM:
    case EACCES:
    case EINVAL:
    case ENOMEM:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

int uring_driver::setup() noexcept {
  io_uring_params params{};
  // One thread submits and reaps (SINGLE_ISSUER), and completions are worked off only when it asks
  // (DEFER_TASKRUN): no interrupts of the loop, and the flag says when there is something to ask
  // for.
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                 IORING_SETUP_SUBMIT_ALL;
  params.cq_entries = completion_entries;
  const int status = io_uring_queue_init_params(submission_entries, &ring_, &params);
  if (status < 0) return status;
  ring_open_ = true;
  if (ring_here == nullptr) ring_here = this;
  features_ = params.features;
  if ((params.features & IORING_FEAT_EXT_ARG) == 0) return -ENOSYS;
  if (!kernel_knows_operations(ring_)) return -EOPNOTSUPP;
  // Whatever a profile or a limit may refuse is asked for now, while epoll can take its place.
  if (const int entered = io_uring_get_events(&ring_); entered < 0) return entered;
  if (const int registered = register_buffer_ring(); registered < 0) return registered;
  io_uring_register_ring_fd(&ring_);  // Saves a look-up an enter; without it all works too.
  // What blocks in a file system runs on threads of the kernel: as many as blocking() has of ours.
  // Kernels that keep to a bound of their own instead are as good.
  std::array<unsigned, 2> threads{blocking_threads_max, blocking_threads_max};
  io_uring_register_iowq_max_workers(&ring_, threads.data());
  return 0;
}

uring_driver::~uring_driver() {
  WEIR_ASSERT(held_back_.empty());
  if (ring_here == this) ring_here = nullptr;
  if (ring_open_) io_uring_queue_exit(&ring_);
  std::free(buffer_ring_);
  ::close(wake_descriptor_);
}

std::string uring_driver::details() const {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "rings of %u and %u entries, features %#x",
                ring_.sq.ring_entries, ring_.cq.ring_entries, features_);
  return text.data();
}

io_uring_sqe* uring_driver::take_entry() noexcept {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) {
    ++counters_.enters;
    io_uring_submit(&ring_);  // What the kernel does not take now stays queued; nothing is lost.
    entry = io_uring_get_sqe(&ring_);
  }
  if (entry == nullptr) {
    ++counters_.queue_full;
  } else {
    ++counters_.submissions;
  }
  return entry;
}

bool uring_driver::submit(io_work& operation) noexcept {
  io_uring_sqe* entry = take_entry();
  if (entry == nullptr) return false;
  fill_entry(*entry, operation.request_);
  if (operation.one_by_one_.value_or(false)) receive_once(*entry);
  io_uring_sqe_set_data(entry, &operation);
  operation.submitted_ = true;
  return true;
}

bool uring_driver::submit_cancel(io_work& operation) noexcept {
  io_uring_sqe* entry = take_entry();
  if (entry == nullptr) return false;
  io_uring_prep_cancel64(entry, reinterpret_cast<std::uintptr_t>(&operation), 0);
  io_uring_sqe_set_data64(entry, tag_ignored);
  operation.cancel_wanted_ = false;
  return true;
}

int uring_driver::register_buffer_ring() noexcept {
  constexpr std::size_t ring_bytes = detail::pooled_buffers * sizeof(io_uring_buf);
  void* memory = std::aligned_alloc(ring_bytes, ring_bytes);  // Whole pages, as the kernel asks.
  if (memory == nullptr) return -ENOMEM;
  buffer_ring_ = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_ring_init(buffer_ring_);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  registration.ring_entries = detail::pooled_buffers;
  registration.bgid = uring_buffer_group;
  return io_uring_register_buf_ring(&ring_, &registration, 0);
}

bool uring_driver::fill_buffer_ring() noexcept {
  if (buffers_given_) return true;
  if (buffers() == nullptr) return false;
  for (int index = buffers()->take(); index >= 0; index = buffers()->take()) put_buffer(index);
  return buffers_given_ = true;
}

void uring_driver::put_buffer(int index) noexcept {
  const std::span<std::byte> bytes = buffers()->at(index);
  io_uring_buf_ring_add(buffer_ring_, bytes.data(), static_cast<unsigned>(bytes.size()),
                        static_cast<unsigned short>(index), buffer_mask, 0);
  io_uring_buf_ring_advance(buffer_ring_, 1);
}

void uring_driver::start(io_work& operation) noexcept {
  const io_request& request = operation.request_;
  if (request.kind == io_kind::receive_many) {
    if (!fill_buffer_ring()) return operation.complete(-ENOMEM);
    if (!operation.one_by_one_) operation.one_by_one_ = may_miss_the_end(request.descriptor);
  }
  operation.submitted_ = operation.cancelling_ = false;
  if (!held_back_.empty() || !submit(operation)) held_back_.push_back(operation);
}

void uring_driver::cancel(io_work& operation) noexcept {
  if (!operation.submitted_) {
    operation.detail::driver_hook::unlink();
    return operation.complete(-ECANCELED);
  }
  if (!operation.cancelling_) ++counters_.cancels_pending;
  operation.cancelling_ = true;
  if (submit_cancel(operation)) return;
  operation.cancel_wanted_ = true;
  held_back_.push_back(operation);
}

void uring_driver::submit_held_back() noexcept {
  while (!held_back_.empty()) {
    io_work& operation = held_back_.front();
    const bool done = operation.cancel_wanted_ ? submit_cancel(operation) : submit(operation);
    if (!done) return;
    operation.detail::driver_hook::unlink();
  }
}

void uring_driver::arm_wake() noexcept {
  if (wake_armed_) return;
  io_uring_sqe* entry = take_entry();
  if (entry == nullptr) return;  // The ring is full of work, so it will not sleep; next turn.
  io_uring_prep_read(entry, wake_descriptor_, &wake_value_, sizeof wake_value_, 0);
  io_uring_sqe_set_data64(entry, tag_wake);
  wake_armed_ = true;
}

void uring_driver::wait(time_point until) {
  submit_held_back();
  arm_wake();
  enter(until);
  deliver();
}

void uring_driver::enter(time_point until) {
  const bool poll_only = until == time_point::min() || !held_back_.empty() || !wake_armed_;
  const unsigned flags = __atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED);
  if ((flags & IORING_SQ_CQ_OVERFLOW) != 0) ++counters_.overflows;
  int status = 0;
  if (poll_only || io_uring_cq_ready(&ring_) > 0) {
    const bool work_waits = (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
    if (!work_waits && io_uring_sq_ready(&ring_) == 0) return;
    ++counters_.enters;
    status = io_uring_submit_and_get_events(&ring_);
  } else if (until == time_point::max()) {
    ++counters_.enters;
    status = io_uring_submit_and_wait(&ring_, 1);
  } else {
    const duration left = std::max(until - now(), duration::zero());
    __kernel_timespec timeout{.tv_sec = left.count() / 1'000'000'000,
                              .tv_nsec = left.count() % 1'000'000'000};
    io_uring_cqe* first = nullptr;
    ++counters_.enters;
    status = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
  }
  // A full completion queue, a signal, the timeout: the next turn tries again. All else is a bug.
  const bool passing =
      status == -ETIME || status == -EINTR || status == -EAGAIN || status == -EBUSY;
  if (status < 0 && !passing) throw error::from_errno(-status, "io_uring_enter");
}

void uring_driver::deliver() {
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    ++count;
    if (completion->user_data == tag_ignored || completion->user_data == tag_unsent) continue;
    if (completion->user_data == tag_wake || completion->user_data == tag_message) {
      if (completion->user_data == tag_wake) wake_armed_ = false;
      ++counters_.wakes;
      continue;
    }
    ++counters_.completions;
    report(*completion);
  }
  io_uring_cq_advance(&ring_, count);
}

void uring_driver::report(const io_uring_cqe& completion) noexcept {
  auto& operation = *reinterpret_cast<io_work*>(completion.user_data);
  io_completion told{.result = completion.res, .more = (completion.flags & IORING_CQE_F_MORE) != 0};
  if (!told.more && operation.cancelling_) {
    operation.cancelling_ = false;
    --counters_.cancels_pending;
  }
  if (!told.more && operation.cancel_wanted_) {
    operation.cancel_wanted_ = false;
    operation.detail::driver_hook::unlink();
  }
  if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
    told.buffer = static_cast<int>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
    buffers()->lend(told.buffer);
  }
  operation.on_completion(told);
}

bool uring_driver::send_wake(const uring_driver& to) noexcept {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) return false;
  io_uring_prep_msg_ring(entry, to.ring_.ring_fd, 0, tag_message, 0);
  entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
  io_uring_sqe_set_data64(entry, tag_unsent);
  ++counters_.enters;
  if (io_uring_submit(&ring_) <= 0 || io_uring_sq_ready(&ring_) > 0) return false;
  // A message that cannot be sent has failed by now (tests/facts/message_to_a_ring_fails_at_once),
  // and says so where its completion found room.
  const unsigned flags = __atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED);
  if ((flags & IORING_SQ_CQ_OVERFLOW) != 0) return false;
  unsigned head = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    if (completion->user_data == tag_unsent) return false;
  }
  return true;
}

void uring_driver::wake() noexcept {
  if (ring_here != nullptr && ring_here->send_wake(*this)) return;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is being woken already.
  [[maybe_unused]] const auto written = ::write(wake_descriptor_, &one, sizeof one);
}

}  // namespace weir
