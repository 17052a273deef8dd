// SPDX-License-Identifier: Apache-2.0
// What is told of a consumer to who looks at metrics.
#include <algorithm>

#include "consumer.hpp"
#include "service_families.hpp"
#include "weir/loop.hpp"

namespace weir::detail {
namespace {

double as_real(std::size_t count) { return static_cast<double>(count); }

}  // namespace

void consumer::offer_gauges() {
  const service_families& all = metrics_of_services();
  const std::string_view name = policy().name();
  const auto offer = [this](const gauge& one, std::function<double()> value) {
    gauges_.emplace_back(one, std::move(value));
  };
  offer(all.inflight.with({name}), [this] { return as_real(gate_.running()); });
  offer(all.inflight_limit.with({name}), [this] { return as_real(gate_.width()); });
  // What a delivery tells is old where none comes, so whoever looks has it looked at for the next
  // time: a question to the server for each look, none where nobody looks.
  offer(all.pending.with({entry().stream, name}), [this] {
    backlog_.is_asked.set();
    return backlog_.pending;
  });
  offer(all.ack_pending.with({entry().stream, name}), [this] { return backlog_.ack_pending; });
  if (gate_.breaker() == nullptr) return;
  offer(all.circuit_state.with({name}),
        [this] { return as_real(static_cast<std::size_t>(gate_.breaker()->state())); });
  counters_.emplace_back(all.circuit_transitions.with({name}),
                         [this] { return gate_.breaker_changes(); });
}

task<> consumer::look_when_asked() {
  for (;;) {
    co_await backlog_.is_asked.wait();
    backlog_.is_asked.reset();
    const auto now =
        co_await on_.jetstream.consumer_info(std::string(entry().stream), policy().name())
            .as_result();
    if (now) {
      backlog_.pending = static_cast<double>(now->pending);
      backlog_.ack_pending = static_cast<double>(now->ack_pending);
    } else if (now.error().is_cancelled()) {
      throw now.error();
    }
  }
}

void consumer::note_start(job& taken) {
  if (std::exchange(taken.was_met, true)) return;
  // The clocks of two machines differ, and a sum must not fall.
  const auto age = loop::current().driver().wall_clock() - taken.message.info().time;
  on_.statistics.age.record(std::max(std::chrono::duration_cast<duration>(age), duration::zero()));
}

void consumer::note_end(attempt_end::kind how, duration took) {
  const handler_durations& durations = on_.statistics.durations;
  switch (how) {
    case attempt_end::kind::done:
      return durations.success.record(took);
    case attempt_end::kind::failed:
      return durations.failure.record(took);
    case attempt_end::kind::outage:
      return durations.outage.record(took);
    case attempt_end::kind::duplicate:
    case attempt_end::kind::outdated:
      return durations.skipped.record(took);
    case attempt_end::kind::not_begun:
      return;
  }
}

}  // namespace weir::detail
