// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/detail/split_mix.hpp"
#include "weir/detail/suspension.hpp"
#include "weir/socket_calls.hpp"

namespace weir {
namespace detail {
class buffer_pool;
class operation_ledger;
}  // namespace detail

/// What an I/O operation does to its descriptor.
enum class io_kind : std::uint8_t {
  poll,     ///< Waits for `events` (POLLIN, POLLOUT ...); the result is the events that came.
  connect,  ///< Connects to `address`; the result is 0.
  receive,  ///< Reads what is there, at most `size` bytes; the result is the count, 0 at the end.
  send,     ///< Writes at most `size` bytes; the result is the count. Never raises SIGPIPE.
  /// Reads a message into the msghdr at `data`; the result is the count of its bytes. The header's
  /// msg_flags are those of the call, and afterwards those of the message. Descriptors are CLOEXEC.
  receive_message,
  /// Writes the message of the msghdr at `data`; the result is the count. With MSG_DONTWAIT in its
  /// msg_flags, which datagrams need, it gives -EAGAIN instead of waiting for room. Never raises
  /// SIGPIPE.
  send_message,
  read_at,    ///< Reads at most `size` bytes of a file at `position`; the result is the count.
  write_at,   ///< Writes at most `size` bytes of a file at `position`; the result is the count.
  sync,       ///< Makes what was written to a file last, and all that describes it.
  sync_data,  ///< The same, without what reading it again does not need (its times).

  // These complete again and again, until they are cancelled or fail. The driver may end them with
  // any completion, too: `more` is unset then, and whoever wants more starts them again.
  /// Accepts each connection that comes; the result is its descriptor, CLOEXEC and non-blocking.
  accept_many,
  /// As receive, each time into a buffer of the driver's; ends with 0 at the end, with -ENOBUFS
  /// when the driver has no buffer left.
  receive_many,
};

/// The position of what has none (pipes, terminals) or is written at its end always. A non-blocking
/// descriptor is then waited for. Of other files it would be the kernel's idea of the position,
/// which io_uring does not move on after a write that was cut short (seen in 6.18): the next one
/// would write over it.
inline constexpr std::int64_t current_position = -1;

/// How many bytes one operation reads or writes at most: the kernel's own limit.
inline constexpr std::size_t transfer_bytes_max = 0x7fff'f000;

/// The arguments of an operation; the memory they point to stays valid until its completion.
struct io_request {
  io_kind kind;
  int descriptor;
  short events = 0;
  /// Receive: the last one took all that was there, so wait before trying (a hint).
  bool drained = false;
  socklen_t address_size = 0;  ///< Here, where it takes no room of its own: idle tasks hold these.
  void* data = nullptr;
  std::size_t size = 0;
  const sockaddr* address = nullptr;
  std::int64_t position = current_position;
};

/// What a driver reports of an operation.
struct io_completion {
  int result;         ///< As the kind says, or a negative errno.
  int buffer = -1;    ///< Of receive_many: the driver's buffer that holds the bytes.
  bool more = false;  ///< Further completions of this start will come.
};

namespace detail {
/// The place of an operation in a list of its driver's.
class driver_hook : public list_hook {};
}  // namespace detail

/// An operation as the driver sees it: a request, and whom to tell what came of it.
class io_work : private detail::driver_hook {
 public:
  explicit io_work(const io_request& request) noexcept : request_(request) {}

  const io_request& request() const noexcept { return request_; }

  /// Called by the driver: once for each start with `more` unset, before that with it set. May
  /// start and cancel operations of the driver. Must not run user code.
  virtual void on_completion(const io_completion& completion) noexcept = 0;
  void complete(int result) noexcept { on_completion({.result = result}); }

 protected:
  io_work(io_work&&) = default;
  ~io_work() = default;

  /// For a request whose data lie in the operation itself, before its start.
  void set_data(void* data) noexcept { request_.data = data; }

 private:
  friend class driver;
  friend class uring_driver;
  friend class epoll_driver;
  friend class pooled_operations;
  template <class, class>
  friend class detail::intrusive_list;

  io_request request_;
  bool submitted_ = false;      // The kernel (uring) or a helper thread (epoll) has it.
  bool cancel_wanted_ = false;  // A cancel waits for room (uring).
  bool cancelling_ = false;     // Told to end, and has not yet (uring).
  bool pooled_ = false;         // It needs a helper thread (epoll).
  bool waits_for_buffer_ = false;
  std::optional<bool> one_by_one_;  // Of receive_many: ended by each completion (uring).
};

/// One operation in flight on a driver, awaited: gives the result, or a negative errno.
///
/// Cancellation of the task asks the driver to cancel; the task goes on only when the terminal
/// completion has come, with -ECANCELED or, where the operation was quicker, with its result.
class io_operation : public detail::suspension, public io_work {
 public:
  using io_work::io_work;

  void on_completion(const io_completion& completion) noexcept final;

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    start();
    return true;
  }
  int await_resume() const noexcept { return result_; }

 protected:
  io_operation(io_operation&&) = default;
  ~io_operation() = default;

 private:
  void on_stop() noexcept override;
  void start() noexcept;

  int result_ = -ECANCELED;
};

/// Counts since the driver was made, for metrics.
struct driver_counters {
  std::uint64_t enters = 0;        ///< System calls that submit or wait.
  std::uint64_t completions = 0;   ///< Operations completed.
  std::uint64_t submissions = 0;   ///< Entries put into the submission queue; of io_uring alone.
  std::uint64_t overflows = 0;     ///< Times that completions waited for room in their queue.
  std::uint64_t queue_full = 0;    ///< Times that a submission had to wait for room.
  std::uint64_t wakes = 0;         ///< Times that another thread woke the loop.
  std::uint64_t buffer_waits = 0;  ///< Times that a receive_many had to wait for a buffer.

  std::uint64_t cancels_pending = 0;  ///< Operations told to end that have not yet, now.
  std::uint64_t buffers_lent = 0;     ///< Of detail::pooled_buffers, now.
};

/// The one door between a loop and the outside: I/O, time, randomness and being woken.
///
/// Everything that could differ between two runs of the same program passes through here, so that a
/// simulation can take the place of the kernel. All but wake() belong to the loop's thread.
class driver : public socket_calls {
 public:
  ~driver() override;

  /// "uring" or "epoll".
  virtual std::string_view name() const noexcept = 0;
  /// What it found in the kernel, in words; may be empty.
  virtual std::string details() const { return {}; }

  /// Takes an operation; its completions come later or at once, the last one exactly once.
  virtual void start(io_work& operation) noexcept = 0;
  /// Asks for a started operation to end early; its last completion still comes.
  virtual void cancel(io_work& operation) noexcept = 0;

  /// Submits what was started, sleeps until a completion, a wake or `until`, delivers completions.
  /// With `until` in the past it does not sleep, and costs no system call where nothing is due.
  virtual void wait(time_point until) = 0;
  /// Ends the present or the next sleep of the loop. From any thread.
  virtual void wake() noexcept = 0;

  virtual time_point now() const noexcept;
  /// The time of day; it may jump.
  virtual std::chrono::system_clock::time_point wall_clock() const noexcept;
  virtual std::uint64_t random() noexcept;
  /// Makes `call` off the loop, for blocking(): here on a helper thread. Gives its name. Throws
  /// where there is no room or no thread.
  virtual std::uint64_t offload(std::function<void()> call);
  /// Takes back a call that offload() took; false when it has begun.
  virtual bool take_back(std::uint64_t offloaded) noexcept;
  /// The order in which ready tasks go on; null: first in, first out.
  virtual detail::ready_order* order() noexcept { return nullptr; }

  driver_counters counters() const noexcept;

  /// The buffer of a receive_many that has completed with it.
  std::span<const std::byte> buffer(int index) const noexcept;
  /// Gives it back; a receive_many that found none goes on then.
  void return_buffer(int index) noexcept;
  /// Starts `operation` once a buffer is there; take it out by stop_waiting_for_buffer().
  void wait_for_buffer(io_work& operation) noexcept;
  /// True where it was waiting.
  bool stop_waiting_for_buffer(io_work& operation) noexcept;

  /// Told of each start and each last completion, for the ledger of what is in flight.
  void note_start(const io_work& operation) {
    if (ledger_ != nullptr) enter_ledger(operation);
  }
  void note_end(const io_work& operation) {
    if (ledger_ != nullptr) leave_ledger(operation);
  }
  void close_descriptor(int descriptor) noexcept override;
  /// Keeps that ledger from here on; what it finds wrong ends the program. Nothing may be in
  /// flight.
  void keep_ledger();

  /// An operation whose owner is gone has not ended yet: the loop does not end before it has.
  void expect_orphan() noexcept { ++orphans_; }
  void orphan_ended() noexcept { --orphans_; }
  bool has_orphans() const noexcept { return orphans_ != 0; }

 protected:
  /// The kernel gives the seed of random().
  driver();
  explicit driver(std::uint64_t seed);

  /// The buffers, made when they are first asked for; null where there is no memory for them.
  detail::buffer_pool* buffers() noexcept;
  /// Puts a buffer that is lent no longer to where receive_many takes it.
  virtual void put_buffer(int index) noexcept;

  driver_counters counters_;

 private:
  void enter_ledger(const io_work& operation);
  void leave_ledger(const io_work& operation);

  std::unique_ptr<detail::buffer_pool> buffers_;
  detail::intrusive_list<io_work, detail::driver_hook> without_buffer_;
  std::size_t orphans_ = 0;
  std::unique_ptr<detail::operation_ledger> ledger_;
  detail::split_mix random_;
};

/// Which driver a loop takes.
enum class driver_choice : std::uint8_t {
  automatic,  ///< WEIR_DRIVER (`uring` or `epoll`) if set, else uring, else epoll.
  uring,
  epoll,
};

/// Makes the driver for the calling thread.
///
/// Where io_uring is refused (container profile, sysctl, old kernel, locked memory), `automatic`
/// gives epoll, and `*reason` says why. Throws weir::error when the chosen one cannot be had.
std::unique_ptr<driver> make_driver(driver_choice choice, std::string* reason);

}  // namespace weir
