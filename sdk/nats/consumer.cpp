// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/consumer.hpp"

#include "backoff.hpp"
#include "fetch_inbox.hpp"
#include "weir/sleep.hpp"

namespace weir::nats {
namespace {

/// Between the tries of next().
constexpr detail::backoff_limits next_backoff{.first = std::chrono::milliseconds(20),
                                              .longest = std::chrono::seconds(1)};

/// A pull of next() that waits so long has heartbeats: a server that forgot it is noticed. For a
/// shorter one the end of its time does, and a server that is slow for a moment is none that
/// forgot.
constexpr duration heartbeats_from = std::chrono::seconds(4);
constexpr duration heartbeat_max = std::chrono::seconds(5);

stream<delivery> pull_messages(jetstream js, std::string stream_name, std::string name,
                               pull_options options) {
  auto source = co_await pull_source::open(js, std::move(stream_name), std::move(name), options);
  while (auto came = co_await source.next()) co_yield std::move(*came);
}

}  // namespace

task<consumer> consumer::open(jetstream js, std::string stream, std::string name) {
  const nats::consumer_info info = co_await js.consumer_info(std::move(stream), std::move(name));
  co_return consumer(std::make_unique<detail::fetch_inbox>(js.core(), info));
}

consumer::consumer(std::unique_ptr<detail::fetch_inbox> pulls) noexcept
    : pulls_(std::move(pulls)) {}
consumer::consumer(consumer&&) noexcept = default;
consumer& consumer::operator=(consumer&&) noexcept = default;
consumer::~consumer() = default;

task<fetched> consumer::fetch(fetch_options wanted) { return pulls_->fetch(std::move(wanted)); }

task<std::optional<delivery>> consumer::next(duration limit) { return take_one(limit, nullptr); }

task<std::optional<delivery>> consumer::ack_and_next(delivery done, duration limit) {
  WEIR_ASSERT(!done.is_finished());
  WEIR_ASSERT(done.info().consumer == pulls_->name());
  result<std::optional<delivery>> came = co_await take_one(limit, &done).as_result();
  // There was no pull to send it with.
  if (!done.is_finished()) done.ack();
  co_return std::move(came).value();
}

task<std::optional<delivery>> consumer::take_one(duration limit, delivery* done) {
  const time_point deadline = saturating_add(loop::current().now(), limit);
  for (unsigned failures = 0;; ++failures) {
    const duration left = std::max(deadline - loop::current().now(), duration::zero());
    const bool is_part = left > pulls_->max_expires();
    fetch_options one{.count = 1, .expires = std::min(left, pulls_->max_expires())};
    if (one.expires >= heartbeats_from) one.heartbeat = std::min(one.expires / 4, heartbeat_max);
    fetched got = co_await pulls_->fetch(one, std::exchange(done, nullptr));
    if (!got.messages.empty()) co_return std::move(got.messages.front());
    if (got.end == fetch_end::timeout || got.end == fetch_end::no_messages) {
      if (is_part && loop::current().now() < deadline) continue;
      co_return std::nullopt;
    }
    const std::string what = "consumer " + pulls_->name() + " of stream " + pulls_->stream_name();
    if (got.end == fetch_end::consumer_deleted)
      throw error(errc::not_found, disposition::permanent, what + " was deleted: " + got.reason);
    if (got.end == fetch_end::refused)
      throw error(errc::invalid_argument, disposition::permanent,
                  what + " refuses to be pulled from: " + got.reason);
    const duration pause = detail::backoff(next_backoff, failures, loop::current().random());
    if (loop::current().now() + pause >= deadline)
      throw error(errc::unavailable, disposition::retry,
                  what + " could not be asked for a message in its time: " + got.reason);
    co_await sleep(pause);
  }
}

stream<delivery> consumer::messages(pull_options options) const {
  return pull_messages(jetstream(pulls_->core()), pulls_->stream_name(), pulls_->name(), options);
}

}  // namespace weir::nats
