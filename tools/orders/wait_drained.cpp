// SPDX-License-Identifier: Apache-2.0
#include "wait_drained.hpp"

#include <optional>

#include "orders.hpp"
#include "weir/sleep.hpp"

namespace weir::orders {
namespace {

/// An answer, or nothing while the server is down or the thing is not there yet.
template <class T>
std::optional<T> answer_if_there(result<T> answer) {
  if (answer.has_value()) return std::move(*answer);
  const bool may_come =
      answer.error().disposition() == disposition::retry || answer.error().is(errc::not_found);
  if (!may_come) throw answer.error();
  return std::nullopt;
}

error too_late(std::chrono::seconds limit, const std::string& what) {
  return error(errc::deadline_exceeded, disposition::retry,
               "after " + std::to_string(limit.count()) + " s " + what);
}

}  // namespace

task<> wait_drained(nats::jetstream& jetstream, drained_goal goal) {
  const time_point limit = loop::current().now() + goal.limit;
  std::string last_state = "nothing is known of it";
  while (loop::current().now() < limit) {
    auto answer =
        co_await jetstream.consumer_info(std::string(Orders::name), goal.consumer).as_result();
    if (const auto state = answer_if_there(std::move(answer))) {
      const bool all_given =
          state->pending == 0 && state->delivered_stream_sequence >= goal.last_sequence;
      if (all_given && state->ack_pending == 0) co_return;
      if (goal.on_progress) goal.on_progress(state->pending + state->ack_pending);
      last_state = std::to_string(state->pending) + " messages are not delivered, " +
                   std::to_string(state->ack_pending) +
                   " not acknowledged, the last delivered is " +
                   std::to_string(state->delivered_stream_sequence) + " of " +
                   std::to_string(goal.last_sequence);
    }
    co_await sleep(goal.interval);
  }
  throw too_late(goal.limit, "consumer '" + goal.consumer + "' is not done: " + last_state);
}

task<> wait_processed(nats::jetstream& jetstream, std::uint64_t orders, std::uint64_t events) {
  const time_point limit = loop::current().now() + drained_limit;
  std::uint64_t seen = 0;
  while (loop::current().now() < limit) {
    auto answer = co_await jetstream.stream_info(std::string(Orders::name)).as_result();
    if (const auto state = answer_if_there(std::move(answer))) seen = state->messages;
    if (seen >= orders + events) co_return;
    co_await sleep(drained_interval);
  }
  throw too_late(drained_limit, "the stream holds " + std::to_string(seen) + " messages, not yet " +
                                    std::to_string(orders + events));
}

}  // namespace weir::orders
