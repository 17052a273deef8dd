// SPDX-License-Identifier: Apache-2.0
#include "ping_line.hpp"

#include <algorithm>

#include "connection_core.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {

/// One task that asks, after one permit was acquired: the permit goes to the place in the line,
/// which stays until its PONG comes, whether somebody waits for that or not.
class ping_line::place {
 public:
  explicit place(ping_line& in) noexcept : in_(in) {}
  ~place() {
    if (is_sent_) {
      std::ranges::replace(in_.line_, this, nullptr);
    } else {
      in_.free_.release();
    }
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  /// Takes the last place in the line; false where there is no connection.
  bool enter() {
    if (!in_.core_.send_ping()) return false;
    in_.line_.push_back(this);
    return is_sent_ = true;
  }
  void end(bool answered) noexcept {
    answered_ = answered;
    done_.set();
  }
  bool was_answered() const noexcept { return answered_; }
  manual_reset_event::wait_operation wait() noexcept { return done_.wait(); }

 private:
  ping_line& in_;
  bool is_sent_ = false;
  bool answered_ = false;
  manual_reset_event done_;
};

error ping_line::left_unread() {
  return {errc::unavailable, disposition::retry,
          "the connection moved to another server, and the one that was left did not say in time "
          "that it had read all that was sent to it, nor that it had sent all: either may be lost. "
          "Publish again what must arrive, or use a stream"};
}

task<duration> ping_line::ask_once(bool is_after_move) {
  const std::uint64_t unread_before = core_.unread_moves();
  for (;;) {
    // Without a permit: the move itself asks, too.
    while (is_after_move && core_.is_moving()) co_await core_.wait_connected();
    co_await free_.acquire();
    if (!is_after_move || !core_.is_moving()) break;
    free_.release();
  }
  place mine(*this);
  // What was sent to a server that was left unread, this one cannot have.
  if (core_.unread_moves() != unread_before) throw error(left_unread());
  // Not of the next connection: that knows nothing of what was sent over this one.
  const bool stands = core_.is_connected() || core_.is_moving();
  const time_point asked = loop::current().now();
  if (!stands || !mine.enter()) throw core_.not_connected("flush");
  co_await mine.wait();
  if (!mine.was_answered()) throw core_.not_connected("flush");
  co_return loop::current().now() - asked;
}

task<duration> ping_line::ask(duration limit) { return with_timeout(limit, ask_once(true)); }

task<duration> ping_line::ask_present(duration limit) {
  return with_timeout(limit, ask_once(false));
}

void ping_line::on_pong() noexcept {
  if (line_.empty()) return;  // Nobody has asked.
  if (line_.front() != nullptr) line_.front()->end(true);
  line_.pop_front();
  free_.release();
}

void ping_line::on_disconnected() noexcept {
  const std::size_t count = line_.size();
  for (place* const one : std::exchange(line_, {})) {
    if (one != nullptr) one->end(false);
  }
  free_.release(count);
}

}  // namespace weir::nats::detail
