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
#include "wire_size.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits reset_backoff{.first = std::chrono::milliseconds(20),
                                       .longest = std::chrono::seconds(5)};
/// The server refuses so often in a row for good, or has no such stream, and then it is believed.
constexpr unsigned refusals_max = 6;
/// There is no such stream. Becomes: `not_found`, permanent.
/// Remedy: make the stream; correct its name, the account, or the domain (jetstream_api).
constexpr std::int64_t stream_not_found = 10059;
/// The stream or account has as many consumers as it may. Becomes: tried again by an ordered
/// consumer that had one, since others may leave, and those that it made before are removed; else
/// an error by the HTTP code of the answer.
/// Remedy: delete consumers that nobody uses, or raise max_consumers.
constexpr std::int64_t too_many_consumers = 10026;
/// How long a closing waits for the server to remove the consumer, which it does itself in the end.
constexpr auto remove_limit = std::chrono::seconds(1);
/// So many pulls wait at the same time where the server lets one ask for few messages only.
constexpr std::size_t pulls_at_once_max = 16;

struct place {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;
};

/// What the server lets one pull ask for: its own limits, which it makes those of the consumer.
struct made_config {
  std::optional<std::int64_t> max_batch;
  std::optional<std::int64_t> max_expires;
};

struct made_answer {
  std::optional<made_config> config;
  std::optional<place> delivered;
  std::optional<std::uint64_t> num_pending;
  std::optional<api_error> error;
};

struct removed_answer {
  std::optional<api_error> error;
};

pull_limits limits_of(const std::optional<made_config>& made) {
  consumer_config config;
  if (made) config.max_batch = made->max_batch;
  if (made && made->max_expires) config.max_expires = duration(*made->max_expires);
  return pull_limits(config);
}

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
  bytes_needed_ = 0;
  const auto from = by_place_ ? std::optional(stream_seen_ + 1) : std::nullopt;
  const ordered_request request = make_ordered_request(stream_, name_, options_, from);
  const auto made = co_await call_api<made_answer>(core_, request.operation, request.body);
  if (made.error) {
    error why = api_failure(*made.error, "ordered consumer of stream " + stream_);
    const bool is_passing = why.is(errc::not_found)
                                ? made.error->err_code != stream_not_found
                                : resets_ > 0 && made.error->err_code == too_many_consumers;
    if (is_passing) throw error(errc::unavailable, disposition::retry, why.message());
    throw why;
  }
  if (!made.delivered || !made.num_pending)
    throw no_description("ordered consumer of stream " + stream_);
  limits_ = limits_of(made.config);
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
  for (unsigned refusals = 0;;) {
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
    const bool is_refusal = made.error().disposition() == disposition::permanent;
    refusals = is_refusal ? refusals + 1 : 0;
    if (refusals < refusals_max) continue;
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
  if (options_.max_bytes > 0) {
    const auto bytes = free_bytes();
    if (bytes) pull(*bytes == pull_ledger::no_limit ? 1 : free, *bytes);
    return;
  }
  for (std::size_t left = free; left > 0 && ledger_.pulls() < pulls_at_once_max;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, limits_.batch()));
    pull(count, pull_ledger::no_limit);
    left -= count;
  }
}

std::optional<std::size_t> ordered_state::free_bytes() const noexcept {
  if (ledger_.outstanding() > 0) return std::nullopt;
  // The next message is larger than all of it: by itself.
  if (ready_.empty() && bytes_needed_ > options_.max_bytes) return pull_ledger::no_limit;
  const std::size_t free = options_.max_bytes - std::min(ready_bytes_, options_.max_bytes);
  // Asked for less than the next message needs, the server would only say so again.
  // And without any number it would send as many as it likes.
  if (free == 0 || free < bytes_needed_ || (!ready_.empty() && free < options_.max_bytes / 2))
    return std::nullopt;
  return free;
}

void ordered_state::pull(std::size_t count, std::size_t bytes) {
  pull_request request{.batch = count,
                       .expires = options_.expires.count(),
                       .idle_heartbeat = options_.heartbeat.count()};
  if (bytes != pull_ledger::no_limit) request.max_bytes = bytes;
  limits_.apply(request);
  const std::string body = json::encode(request);
  const std::string reply = address() + "." + std::to_string(++pulls_);
  const std::string to = pull_subject(core_, stream_, name_);
  const time_point now = loop::current().now();
  if (ledger_.outstanding() == 0) heard_at_ = now;
  const time_point deadline =
      now + std::min(options_.expires, limits_.expires()) + core_.patience();
  ledger_.add(pulls_, static_cast<std::size_t>(request.batch), deadline, bytes);
  core_.send({.subject = to, .reply = reply, .payload = body});
}

task<> ordered_state::keep_watch() {
  for (;;) {
    co_await sleep(options_.heartbeat);
    const time_point now = loop::current().now();
    ledger_.expire(now);
    const bool waits = core_.is_connected() && ledger_.outstanding() > 0;
    if (waits && now - heard_at_ >= std::max(2 * options_.heartbeat, core_.patience())) {
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
  const std::size_t bytes = options_.max_bytes == 0 ? 0 : wire_size(received);
  ledger_.message_came(bytes);
  bytes_needed_ = 0;
  if (info->consumer_sequence != consumer_seen_ + 1) return want_reset();
  consumer_seen_ = info->consumer_sequence;
  failures_ = 0;
  if (last_ones_left_ > 0) --last_ones_left_;
  if (ledger_.outstanding() == 0) wake_.set();
  // Asked for by its place, one that is lower is of a stream that has lost its end, or was made
  // anew; of the last per subject, it came before the consumer was made again.
  if (info->stream_sequence <= stream_seen_ && !by_place_) return;
  stream_seen_ = info->stream_sequence;
  ready_bytes_ += bytes;
  ready_.push_back({stream_message(std::move(received), *info), bytes});
  came_.set();
}

void ordered_state::on_status(std::string_view token, const message& received) noexcept {
  const pull_status status = read_pull_status(received);
  if (!is_of_present(token)) return;
  const status_rule rule = status.rule();
  if (rule.action == status_action::none) return on_heartbeat(received);
  const std::uint64_t number = pull_number(token);
  switch (rule.action) {
    case status_action::pull_again:
      failures_ = 0;
      break;
    case status_action::need_bytes: {
      if (options_.max_bytes == 0) return want_reset();
      const std::uint64_t had = status.pending_bytes.value_or(options_.max_bytes);
      bytes_needed_ =
          static_cast<std::size_t>(std::min<std::uint64_t>(had, options_.max_bytes)) + 1;
      break;
    }
    case status_action::ask_less:
      on_limit(number, status);
      break;
    case status_action::fail:
      // A consumer that is gone is made again; a request that is wrong stays so.
      if (rule.end == fetch_end::consumer_deleted) return want_reset();
      return on_refusal(status);
    default:
      return want_reset();
  }
  heard_at_ = loop::current().now();
  ledger_.ended(number, status.pending);
  wake_.set();
}

void ordered_state::on_heartbeat(const message& received) noexcept {
  heard_at_ = loop::current().now();
  std::uint64_t sent = 0;
  const std::string_view last = received.header("Nats-Last-Consumer").value_or("");
  std::from_chars(last.begin(), last.end(), sent);
  if (sent > consumer_seen_) return want_reset();
  failures_ = 0;
}

void ordered_state::on_limit(std::uint64_t number, const pull_status& status) noexcept {
  const auto lesson = limits_.learn(status.text);
  if (lesson == pull_limits::lesson::learned) {
    pulls_unlimited_ = pulls_;
  } else if (lesson == pull_limits::lesson::unreadable || number > pulls_unlimited_) {
    // No limit that could be kept to, or one that was kept to.
    on_refusal(status);
  }
}

void ordered_state::on_refusal(const pull_status& status) noexcept {
  if (!failure_) failure_.emplace(status_failure(status, stream_, name_));
  came_.set();
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
  waiting first = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= first.bytes;
  const std::size_t taken = ready_.size() + ledger_.outstanding();
  if (taken * 2 <= options_.ahead) wake_.set();
  co_return std::move(first.message);
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
