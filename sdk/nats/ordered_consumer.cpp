// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/ordered_consumer.hpp"

#include "connection_core.hpp"
#include "ordered_state.hpp"

namespace weir::nats {
namespace {

constexpr detail::server_feature several_filters{"ordered_options::filter_subjects with several",
                                                 {2, 10, 0}};

void check(const ordered_options& options, const std::string& stream) {
  check_name("stream", stream);
  if (options.ahead > 0 && options.heartbeat > duration::zero() &&
      options.heartbeat * 2 <= options.expires && options.inactive_threshold > options.heartbeat)
    return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the options of an ordered consumer of stream " + stream +
                  " cannot be used: ahead and heartbeat must be above 0, heartbeat at most half of "
                  "expires, and inactive_threshold above heartbeat");
}

stream<stream_message> messages_of(std::shared_ptr<detail::ordered_state> state) {
  for (;;) {
    auto came = co_await state->next().as_result();
    if (!came.has_value()) {
      const error& why = came.error();
      if (why.disposition() == disposition::permanent || why.is(errc::closed)) throw error(why);
      co_yield failed(came.error());
    } else if (*came) {
      co_yield std::move(**came);
    } else {
      co_return;
    }
  }
}

}  // namespace

task<ordered_consumer> ordered_consumer::open(jetstream js, std::string stream,
                                              ordered_options options) {
  check(options, stream);
  if (options.filter_subjects.size() > 1) {
    co_await js.core().wait_connected();
    js.core().require_server(several_filters, "ordered consumer of stream " + stream);
  }
  auto state =
      std::make_shared<detail::ordered_state>(js.core(), std::move(stream), std::move(options));
  co_await state->start();
  co_return ordered_consumer(std::move(state));
}

ordered_consumer::ordered_consumer(std::shared_ptr<detail::ordered_state> state) noexcept
    : state_(std::move(state)) {}
ordered_consumer::ordered_consumer(ordered_consumer&&) noexcept = default;

ordered_consumer::~ordered_consumer() {
  if (state_ == nullptr || state_->is_closed()) return;
  detail::connection_core& core = state_->core();
  core.background().spawn(detail::ordered_state::close_abandoned(std::move(state_)));
}

task<std::optional<stream_message>> ordered_consumer::next() { return state_->next(); }
stream<stream_message> ordered_consumer::messages() { return messages_of(state_); }
std::uint64_t ordered_consumer::pending_at_start() const noexcept {
  return state_->pending_at_start();
}
std::uint64_t ordered_consumer::resets() const noexcept { return state_->resets(); }
task<> ordered_consumer::close() { return state_->close(); }

}  // namespace weir::nats
