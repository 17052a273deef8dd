// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/version.hpp>
#include <atomic>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "weir/detail/all_signals_blocked.hpp"
#include "weir/scope.hpp"

namespace weir::detail {

static_assert(ASIO_VERSION >= 102200, "weir/asio.hpp needs Asio 1.22 or newer");

/// How long Asio's reactor must have had something to wait for until the lane starts.
inline constexpr auto asio_lane_delay = std::chrono::milliseconds(2);

/// The home of the services behind Asio's own objects (timers, sockets) on one loop.
///
/// An io_context rather than a plain execution_context: on that the first timer starts a thread,
/// and a TLS stream has two timers, which it uses as locks. Their operations end by a call on the
/// loop, so that here the loop polls as long as something is pending, and needs no thread. What is
/// still pending after `asio_lane_delay` waits for the kernel or the clock: a foreign socket or
/// timer. That starts the lane, one thread which runs the io_context from then on. Either way the
/// handlers are called where their executors say, on the loop.
class asio_services final : private timer {
 public:
  /// `tasks` owns what this runs on the loop.
  asio_services(loop& home, scope& tasks) : home_(home), tasks_(tasks), io_(std::in_place) {}

  /// For somebody who is about to use a service. From any thread.
  asio::execution_context& context() noexcept {
    used_.store(true, std::memory_order_relaxed);
    return *io_;
  }

  /// An operation begins, maybe one of a service. From any thread.
  void operation_begins() noexcept;
  /// A handler has been called, and may have ended an operation of a service.
  void handler_ran() noexcept {
    if (pending_) look();
  }

  /// Ends the lane. Nothing is polled any more.
  void stop() noexcept;
  /// Destroys the services, and the handlers of operations that still wait.
  void destroy() noexcept { io_.reset(); }

 private:
  static task<> first_look(asio_services& services) {
    services.look_planned_ = false;
    services.look();
    co_return;
  }
  static task<> last_look(asio_services& services) {
    services.look();
    if (services.pending_) services.start_lane();
    co_return;
  }

  void look() noexcept;
  void start_lane() noexcept;
  void on_timer() noexcept override { tasks_.spawn(last_look(*this)); }
  void disarm() noexcept {
    if (is_armed()) home_.timers().disarm(*this);
  }

  loop& home_;
  scope& tasks_;
  std::optional<asio::io_context> io_;
  std::thread lane_;
  std::atomic<bool> used_{false};
  std::atomic<bool> unattended_{true};  // Neither the lane runs nor has the end begun.
  bool look_planned_ = false;
  bool looking_ = false;
  bool pending_ = false;  // The last look left something behind.
};

inline void asio_services::operation_begins() noexcept {
  if (!used_.load(std::memory_order_relaxed) || !unattended_.load(std::memory_order_relaxed)) {
    return;
  }
  if (loop::current_or_null() != &home_) {
    home_.post([this] { operation_begins(); });
  } else if (!look_planned_) {
    look_planned_ = true;
    tasks_.spawn(first_look(*this));
  }
}

inline void asio_services::look() noexcept {
  if (looking_ || !unattended_.load(std::memory_order_relaxed)) return;
  looking_ = true;
  io_->restart();
  io_->poll();  // Calls handlers; with nothing left to wait for it stops.
  looking_ = false;
  pending_ = !io_->stopped();
  if (!pending_) {
    disarm();
  } else if (!is_armed()) {
    home_.timers().arm(*this, home_.now() + asio_lane_delay);
  }
}

inline void asio_services::start_lane() noexcept {
  io_->restart();
  try {
    const all_signals_blocked while_starting;
    lane_ = std::thread([io = &*io_] {
      const auto forever = asio::make_work_guard(*io);
      io->run();
    });
  } catch (const std::system_error&) {
    return;  // No thread can be had: the next look comes after the next delay, and tries again.
  }
  unattended_.store(false, std::memory_order_relaxed);
  pending_ = false;
  disarm();
}

inline void asio_services::stop() noexcept {
  unattended_.store(false, std::memory_order_relaxed);
  pending_ = false;
  disarm();
  if (!lane_.joinable()) return;
  io_->stop();
  lane_.join();
}

}  // namespace weir::detail
