// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::bench {

// How much is done in one round; both sides do the same.
inline constexpr int yields = 2'000'000;
inline constexpr int children_at_a_time = 100;
inline constexpr int child_batches = 5'000;
inline constexpr int channel_capacity = 64;
inline constexpr int messages = 1'000'000;
inline constexpr int round_trips = 50'000;
inline constexpr int live_timers = 200'000;
inline constexpr int armed_timers = 300'000;
inline constexpr int waiting_tasks = 1'000'000;
inline constexpr int sleeping_tasks = 100'000;
inline constexpr int idle_connections = 5'000;
inline constexpr unsigned log_lines = 20'000;
inline constexpr unsigned quiet_lines = 10'000'000;

/// What one operation costs in processor time of its thread, in nanoseconds.
double weir_yield();
double bare_resume();

/// Children are spawned in batches and joined; the cost of one.
double weir_spawn_join();
double asio_spawn_join();

/// One task sends, another receives; the cost of one message.
double weir_channel();
double asio_channel();

/// A parked loop is called from another one, which parks until the answer; the cost of both.
double weir_call_on();
double eventfd_round_trip();
double message_round_trip();

/// A timer at a random moment is armed and cancelled among `live_timers` others.
double weir_timer();
double asio_timer();

/// A task that ends at once is awaited under a time limit, among `live_timers` other timers.
double weir_limited_task();
double asio_limited_task();

/// A server that sends back what comes; the cost of one request in its thread (see echo_load.hpp).
double weir_echo();
double epoll_echo();
double uring_echo();

/// Memory that a task takes while it waits, and a connection that nobody uses, in bytes.
double weir_waiting_task();
double weir_idle_connection();

/// A yield on a loop where many tasks sleep, and on one that has no other task.
double weir_yield_among_sleepers();
double weir_yield_alone();

/// A log line of two fields, made, kept and written by the loop; and one that its level leaves out.
double weir_log_line();
double spdlog_line();
double weir_log_line_below_level();

/// Allocations for a request that is received and answered.
double weir_allocations();

}  // namespace weir::bench
