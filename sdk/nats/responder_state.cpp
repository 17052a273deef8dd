// SPDX-License-Identifier: Apache-2.0
#include "responder_state.hpp"

#include "connection_core.hpp"
#include "weir/event/subject.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr auto send_limit = std::chrono::seconds(5);

subscription_options bounds_of(const responder_options& options) {
  return {.queue_group = options.queue_group,
          .max_waiting_messages = options.max_waiting_messages,
          .max_waiting_bytes = options.max_waiting_bytes};
}

/// Gives back a permit at the end of its life.
struct permit {
  semaphore& from;
  ~permit() { from.release(); }
};

}  // namespace

responder_state::responder_state(connection& over, subject_pattern pattern, request_handler handler,
                                 const responder_options& options)
    : over_(over),
      handler_(std::move(handler)),
      handlers_(options.concurrency),
      subscription_(over, std::move(pattern), bounds_of(options)) {
  running_.spawn(answer_for_ever());
}

task<> responder_state::answer_for_ever() {
  for (;;) {
    co_await handlers_.acquire();
    auto asked = co_await subscription_.next().as_result();
    if (asked.has_value() && asked->has_value()) {
      running_.spawn(answer(std::move(**asked)));
      continue;
    }
    handlers_.release();
    if (!asked.has_value() && asked.error().is_cancelled()) throw asked.error();
    // One that is not permanent says that messages are missing, which the statistics tell.
    if (!asked.has_value() && asked.error().disposition() != disposition::permanent) continue;
    if (!asked.has_value()) failure_ = asked.error();
    co_return ended_.set();
  }
}

task<> responder_state::ended() {
  co_await ended_.wait();
  if (failure_) throw error(*failure_);
}

task<reply> responder_state::handle(message asked) {
  co_return co_await handler_(std::move(asked));
}

task<> responder_state::answer(message asked) {
  const permit held{handlers_};
  const std::string to(asked.reply());
  const time_point began = loop::current().now();
  result<reply> made = co_await handle(std::move(asked)).as_result();
  ++statistics_.requests;
  statistics_.processing_time += loop::current().now() - began;
  if (!made.has_value()) {
    const service_error why = to_service_error(made.error());
    count_error(why.description);
    if (made.error().is_cancelled()) co_return refuse(to, why);
    made = reply{.failure = why};
  } else if (made->failure) {
    count_error(made->failure->description);
  }
  if (to.empty()) co_return;
  const auto sent = co_await send(to, std::move(*made)).as_result();
  if (sent.has_value()) co_return;
  count_error(sent.error().message());
  if (!sent.error().is(errc::deadline_exceeded)) refuse(to, to_service_error(sent.error()));
}

task<> responder_state::send(std::string to, reply made) {
  const subject target(to);
  if (made.failure) add_to(made.headers, *made.failure);
  co_await with_timeout(send_limit, over_.publish(target, made.payload, made.headers));
}

void responder_state::refuse(const std::string& to, const service_error& why) noexcept {
  if (check_subject(to) != subject_fault::none) return;
  headers with;
  add_to(with, why);
  over_.core().send({.subject = to, .headers = &with});
}

void responder_state::count_error(std::string_view what) {
  ++statistics_.errors;
  statistics_.last_error = what;
}

const responder_statistics& responder_state::statistics() noexcept {
  statistics_.dropped = subscription_.dropped() - dropped_before_;
  return statistics_;
}

void responder_state::reset_statistics() noexcept {
  statistics_ = {};
  dropped_before_ = subscription_.dropped();
}

task<> responder_state::drain(duration limit) {
  const auto read = co_await subscription_.drain(limit).as_result();
  if (!read.has_value() && read.error().is_cancelled()) throw read.error();
  const auto held = co_await ending_.lock();
  co_await running_.join();
}

task<> responder_state::close() {
  subscription_.unsubscribe();
  ended_.set();
  running_.request_stop();  // A drain() that waits for the handlers ends with it.
  co_await shield(end_running());
}

task<> responder_state::end_running() {
  const auto held = co_await ending_.lock();
  co_await running_.close();
}

}  // namespace weir::nats::detail
