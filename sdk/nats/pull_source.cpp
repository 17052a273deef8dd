// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/pull_source.hpp"

#include "connection_core.hpp"
#include "priority.hpp"
#include "pull_state.hpp"

namespace weir::nats {

namespace {

void check(const pull_options& options, const std::string& consumer) {
  if (options.slots > 0 && options.heartbeat > duration::zero() &&
      options.heartbeat * 2 <= options.expires)
    return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the options of a pull source on consumer " + consumer +
                  " cannot be used: slots must be above 0, and heartbeat above 0 and at most "
                  "half of expires");
}

}  // namespace

task<pull_source> pull_source::open(jetstream js, std::string stream, std::string consumer,
                                    pull_options options) {
  check(options, consumer);
  nats::consumer_info info = co_await js.consumer_info(std::move(stream), consumer);
  detail::check(options.priority, js.core(), "pull from consumer " + consumer);
  auto state = std::make_shared<detail::pull_state>(js.core(), std::move(info), std::move(options));
  state->start();
  co_return pull_source(std::move(state));
}

pull_source::pull_source(std::shared_ptr<detail::pull_state> state) noexcept
    : state_(std::move(state)) {}
pull_source::pull_source(pull_source&&) noexcept = default;

pull_source::~pull_source() {
  if (state_ == nullptr || state_->is_closed()) return;
  state_->forget_who_takes();
  state_->stop();
  detail::connection_core& core = state_->core();
  core.background().spawn(detail::pull_state::close_abandoned(std::move(state_)));
}

task<std::optional<delivery>> pull_source::next() { return state_->next(); }

task<std::vector<delivery>> pull_source::next_batch(std::size_t max) {
  WEIR_ASSERT(max > 0);
  std::vector<delivery> batch;
  std::optional<delivery> first = co_await state_->next();
  if (!first) co_return batch;
  batch.reserve(std::min(max, 1 + state_->waiting()));
  batch.push_back(std::move(*first));
  const time_point now = weir::loop::current().now();
  while (batch.size() < max) {
    std::optional<delivery> more = state_->try_next(now);
    if (!more) break;
    batch.push_back(std::move(*more));
  }
  co_return batch;
}

void pull_source::limit(std::size_t slots) noexcept { state_->limit(slots); }
void pull_source::stop() noexcept { state_->stop(); }

task<> pull_source::close() { return state_->close(); }

std::size_t pull_source::unfinished() const noexcept { return state_->unfinished(); }

const pull_counters& pull_source::counters() const noexcept { return state_->counters(); }

const consumer_info& pull_source::consumer() const noexcept { return state_->consumer(); }

}  // namespace weir::nats
