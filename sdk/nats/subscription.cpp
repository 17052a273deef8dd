// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/subscription.hpp"

#include "connection_core.hpp"
#include "quoted_text.hpp"
#include "subscription_state.hpp"

namespace weir::nats {
namespace {

void check(const subject_pattern& pattern, const subscription_options& options) {
  if (!options.queue_group.empty()) check_queue_group(options.queue_group);
  if (options.max_waiting_messages > 0 && options.max_waiting_bytes > 0 &&
      options.max_messages <= detail::subscription_messages_max)
    return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the options of a subscription to " + detail::quoted_text(pattern.text()) +
                  " cannot be used: max_waiting_messages and max_waiting_bytes must be above 0, "
                  "and max_messages at most " +
                  std::to_string(detail::subscription_messages_max));
}

stream<message> read_all(subscription from) {
  for (;;) {
    result<std::optional<message>> next = co_await from.next().as_result();
    if (!next.has_value()) {
      if (next.error().disposition() == disposition::permanent) throw next.error();
      co_yield failed(next.error());
      continue;
    }
    if (!next->has_value()) co_return;
    co_yield std::move(**next);
  }
}

}  // namespace

subscription::subscription(connection& over, subject_pattern pattern,
                           subscription_options options) {
  check(pattern, options);
  if (over.core().is_closed())
    throw over.core().not_connected("a subscription to " + detail::quoted_text(pattern.text()));
  state_ =
      std::make_shared<detail::subscription_state>(over.core(), pattern.text(), std::move(options));
}

subscription::subscription(subscription&&) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

subscription::~subscription() {
  if (state_ != nullptr) state_->unsubscribe();
}

task<std::optional<message>> subscription::next() { return state_->next(state_); }

task<std::vector<message>> subscription::next_batch(std::size_t max) {
  WEIR_ASSERT(max > 0);
  return state_->next_batch(state_, max);
}

stream<message> subscription::messages() && { return read_all(std::move(*this)); }

void subscription::unsubscribe() noexcept { state_->unsubscribe(); }

task<> subscription::drain(duration limit) { return state_->drain(state_, limit); }

bool subscription::has_ended() const noexcept { return state_->has_ended(); }

std::size_t subscription::waiting_messages() const noexcept { return state_->waiting().size(); }

std::size_t subscription::waiting_bytes() const noexcept { return state_->waiting().bytes(); }

std::uint64_t subscription::dropped() const noexcept { return state_->waiting().dropped(); }

}  // namespace weir::nats
