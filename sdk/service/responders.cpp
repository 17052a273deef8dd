// SPDX-License-Identifier: Apache-2.0
#include "responders.hpp"

#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// A request that finds no place is refused at once, for which it needs a handler all the same.
constexpr std::size_t refusals_at_once = 1;

}  // namespace

task<> responders::open() {
  service_.emplace(on_.over,
                   nats::service_config{.name = which_.name(), .version = which_.version()});
  for (const auto& one : which_.responders()) {
    endpoints_.push_back(std::make_unique<responder>(one, on_));
    responder& answering = *endpoints_.back();
    nats::endpoint_config config{.name = one.policy.name(),
                                 .subject = std::string(one.entry.subject)};
    config.concurrency = one.policy.workers() + endpoint::waiting_max + refusals_at_once;
    service_->add(std::move(config),
                  [&answering](nats::message asked) { return answering.answer(std::move(asked)); });
  }
  // The server says before it answers this what it does not permit. Without a connection it says so
  // later.
  const auto flushed = co_await on_.over.flush().as_result();
  if (!flushed && flushed.error().is_cancelled()) throw flushed.error();
  if (service_->has_ended()) co_await service_->ended();
}

task<> responders::drain(duration limit) {
  const time_point until = saturating_add(loop::current().now(), limit);
  const auto answered = co_await with_deadline(until, service_->stop(limit)).as_result();
  if (!answered) {
    if (answered.error().is_cancelled()) throw answered.error();
    log_warning(which_.name() + ": requests were not done in time; they are cancelled");
    co_await service_->close();
  }
  const auto sent = co_await with_deadline(until, finish_sending()).as_result();
  if (sent) co_return;
  if (sent.error().is_cancelled()) throw sent.error();
  log_warning("events stay in weir_outbox: " + sent.error().message());
}

task<> responders::finish_sending() {
  for (const auto& one : endpoints_) co_await one->finish_sending();
}

task<> responders::close() {
  if (service_) co_await service_->close();
  for (const auto& one : endpoints_) co_await one->close();
}

}  // namespace weir::detail
