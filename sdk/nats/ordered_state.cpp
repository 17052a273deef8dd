// SPDX-License-Identifier: Apache-2.0
#include "ordered_state.hpp"

#include <charconv>

#include "ack_subject.hpp"
#include "api.hpp"
#include "backoff.hpp"
#include "ordered_request.hpp"
#include "pull_request.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits reset_backoff{.first = std::chrono::milliseconds(20),
                                       .longest = std::chrono::seconds(5)};
/// The server says so often in a row that there is no such stream, and then it is believed.
constexpr unsigned not_found_max = 6;
constexpr std::int64_t stream_not_found = 10059;
/// How long a closing waits for the server to remove the consumer, which it does itself in the end.
constexpr auto remove_limit = std::chrono::seconds(1);

struct place {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;
};

struct made_answer {
  std::optional<place> delivered;
  std::optional<std::uint64_t> num_pending;
  std::optional<api_error> error;
};

struct removed_answer {
  std::optional<api_error> error;
};

/// The number of the pull whose address ends with `token`; 0 for what is none.
std::uint64_t pull_number(std::string_view token) noexcept {
  std::uint64_t number = 0;
  std::from_chars(token.begin(), token.end(), number);
  return number;
}

std::string random_name() { return "weir-ordered-" + std::to_string(loop::current().random()); }

}  // namespace

ordered_state::ordered_state(connection_core& core, std::string stream, ordered_options options)
    : core_(core), stream_(std::move(stream)), options_(std::move(options)) {}

ordered_state::~ordered_state() { WEIR_ASSERT(!is_linked()); }

task<> ordered_state::start() {
  co_await make();
  core_.add(*this);
  wake_.set();
  background_.spawn(keep_reading());
  background_.spawn(keep_watch());
}

task<> ordered_state::make() {
  // Of last_per_subject those that have not come are asked for once more, as they are now.
  by_place_ = resets_ > 0 && last_ones_left_ == 0;
  name_ = random_name();
  consumer_seen_ = 0;
  needs_reset_ = false;
  ledger_.clear();
  pulls_before_ = pulls_;
  const auto from = by_place_ ? std::optional(stream_seen_ + 1) : std::nullopt;
  const ordered_request request = make_ordered_request(stream_, name_, options_, from);
  const auto made = co_await call_api<made_answer>(core_, request.operation, request.body);
  if (made.error) {
    error why = api_failure(*made.error, "ordered consumer of stream " + stream_);
    if (made.error->err_code != stream_not_found && why.is(errc::not_found))
      throw error(errc::unavailable, disposition::retry, why.message());
    throw why;
  }
  if (!made.delivered || !made.num_pending)
    throw no_description("ordered consumer of stream " + stream_);
  if (resets_ == 0) pending_at_start_ = *made.num_pending;
  if (!by_place_ && options_.start == ordered_start::last_per_subject)
    last_ones_left_ = *made.num_pending;
  // So that one which is made again before a message came begins at the same place.
  if (!by_place_ && last_ones_left_ == 0)
    stream_seen_ = std::max(stream_seen_, made.delivered->stream_seq);
  heard_at_ = loop::current().now();
}

void ordered_state::want_reset() noexcept {
  needs_reset_ = true;
  wake_.set();
}

task<> ordered_state::make_again() {
  for (unsigned not_found = 0;;) {
    background_.spawn(remove(name_));
    co_await sleep(backoff(reset_backoff, failures_, loop::current().random()));
    co_await core_.wait_connected();
    ++resets_;
    ++failures_;
    const auto made = co_await make().as_result();
    if (made.has_value()) {
      // What befell meanwhile is to be answered as always.
      if (!needs_reset_) co_return;
      continue;
    }
    if (made.error().is_cancelled()) throw made.error();
    not_found = made.error().is(errc::not_found) ? not_found + 1 : 0;
    if (not_found < not_found_max) continue;
    failure_.emplace(made.error());
    came_.set();
    co_return;
  }
}

/// However that ends: the server removes a consumer that nobody pulls from.
task<> ordered_state::remove(std::string name) {
  const std::string operation = "CONSUMER.DELETE." + stream_ + "." + name;
  static_cast<void>(
      co_await with_timeout(remove_limit, call_api<removed_answer>(core_, operation, ""))
          .as_result());
}

task<> ordered_state::keep_reading() {
  while (!failure_) {
    co_await wake_.wait();
    wake_.reset();
    if (needs_reset_) co_await make_again();
    co_await core_.wait_connected();
    if (!needs_reset_) pull_if_worth();
  }
}

void ordered_state::pull_if_worth() {
  if (failure_) return;
  const std::size_t taken = ready_.size() + ledger_.outstanding();
  if (taken >= options_.ahead) return;
  const std::size_t free = options_.ahead - taken;
  if (taken > 0 && free * 2 < options_.ahead) return;
  const std::string body = json::encode(pull_request{.batch = free,
                                                     .expires = options_.expires.count(),
                                                     .idle_heartbeat = options_.heartbeat.count()});
  const std::string reply = address() + "." + std::to_string(++pulls_);
  const std::string to = pull_subject(core_, stream_, name_);
  ledger_.add(pulls_, free, loop::current().now() + options_.expires + core_.patience());
  if (ledger_.outstanding() == free) heard_at_ = loop::current().now();
  core_.send({.subject = to, .reply = reply, .payload = body});
}

task<> ordered_state::keep_watch() {
  for (;;) {
    co_await sleep(options_.heartbeat);
    const time_point now = loop::current().now();
    ledger_.expire(now);
    const bool waits = core_.is_connected() && ledger_.outstanding() > 0;
    if (waits && now - heard_at_ >= 2 * options_.heartbeat) {
      heard_at_ = now;
      want_reset();
    }
    wake_.set();
  }
}

void ordered_state::on_message(message received) noexcept {
  const std::string_view token = token_of(*this, received.subject());
  if (!token.empty()) return on_status(token, received);
  const auto info = parse_ack_subject(received.reply());
  // What an older consumer still sends comes again from the present one.
  if (!info.has_value() || info->consumer != name_ || needs_reset_) return;
  heard_at_ = loop::current().now();
  ledger_.message_came();
  if (info->consumer_sequence != consumer_seen_ + 1) return want_reset();
  consumer_seen_ = info->consumer_sequence;
  failures_ = 0;
  if (last_ones_left_ > 0) --last_ones_left_;
  if (ledger_.outstanding() == 0) wake_.set();
  // Asked for by its place, one that is lower is of a stream that has lost its end, or was made
  // anew; of the last per subject, it came before the consumer was made again.
  if (info->stream_sequence <= stream_seen_ && !by_place_) return;
  stream_seen_ = info->stream_sequence;
  ready_.emplace_back(std::move(received), *info);
  came_.set();
}

void ordered_state::on_status(std::string_view token, const message& received) noexcept {
  const pull_status status = read_pull_status(received);
  if (!is_of_present(token)) return;
  switch (status.rule().action) {
    case status_action::none: {
      heard_at_ = loop::current().now();
      std::uint64_t sent = 0;
      const std::string_view last = received.header("Nats-Last-Consumer").value_or("");
      std::from_chars(last.begin(), last.end(), sent);
      if (sent > consumer_seen_) return want_reset();
      failures_ = 0;
      break;
    }
    case status_action::pull_again:
      heard_at_ = loop::current().now();
      ledger_.ended(pull_number(token), status.pending);
      failures_ = 0;
      wake_.set();
      break;
    default:
      want_reset();
  }
}

bool ordered_state::is_of_present(std::string_view token) const noexcept {
  return pull_number(token) > pulls_before_;
}

void ordered_state::on_no_responders(std::string_view subject) noexcept {
  if (is_of_present(token_of(*this, subject))) want_reset();
}

void ordered_state::on_disconnected(const error&) noexcept {
  ledger_.clear();
  want_reset();  // What was on its way is lost.
}

void ordered_state::on_not_permitted(const refusal& refused) noexcept {
  const bool is_pull =
      !refused.is_subscription && refused.subject == pull_subject(core_, stream_, name_);
  if (!is_pull && !is_refused_by(refused)) return;
  failure_.emplace(not_permitted(refused));
  came_.set();
}

void ordered_state::on_closed() noexcept {
  if (!failure_) failure_.emplace(core_.not_connected("ordered consumer of stream " + stream_));
  came_.set();
  core_.background().spawn(end_with_connection(shared_from_this()));
}

task<std::optional<stream_message>> ordered_state::next() {
  while (ready_.empty()) {
    if (failure_ && !closed_) throw *failure_;
    if (closed_) co_return std::nullopt;
    came_.reset();
    co_await came_.wait();
  }
  if (closed_) co_return std::nullopt;
  stream_message first = std::move(ready_.front());
  ready_.pop_front();
  const std::size_t taken = ready_.size() + ledger_.outstanding();
  if (taken * 2 <= options_.ahead) wake_.set();
  co_return first;
}

task<> ordered_state::close() {
  closed_ = true;
  came_.set();
  co_await end_reading();
  core_.remove(*this);
  if (core_.is_connected()) co_await shield(remove(name_));
}

task<> ordered_state::end_reading() {
  if (std::exchange(ending_, true)) {
    co_await shield(as_task(ended_.wait()));
    co_return;
  }
  co_await background_.close();
  ended_.set();
}

task<> ordered_state::end_with_connection(std::shared_ptr<ordered_state> state) {
  co_await state->end_reading();
  state->core_.remove(*state);
}

task<> ordered_state::close_abandoned(std::shared_ptr<ordered_state> left) {
  co_await left->close();
}

}  // namespace weir::nats::detail
