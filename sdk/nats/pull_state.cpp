// SPDX-License-Identifier: Apache-2.0
#include "pull_state.hpp"

#include <charconv>

#include "ack_subject.hpp"
#include "backoff.hpp"
#include "connection_core.hpp"
#include "pull_request.hpp"
#include "quoted_text.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "wire_size.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits trouble_backoff{.first = std::chrono::milliseconds(20),
                                         .longest = std::chrono::seconds(2)};
/// How long the end of a source waits for what the server still sends, and how often it looks.
constexpr auto intake_end_limit = std::chrono::seconds(2);
constexpr auto intake_end_interval = std::chrono::milliseconds(1);
/// A message beyond the slots, of a pull that was given up, goes back for so long: at once would
/// let the server send it here again and again, until it has used up its deliveries.
constexpr std::string_view beyond_slots_answer = "-NAK {\"delay\":1000000000}";

/// The number of the pull whose address ends with `token`; 0 for what is none.
std::uint64_t pull_number(std::string_view token) noexcept {
  std::uint64_t number = 0;
  std::from_chars(token.begin(), token.end(), number);
  return number;
}

/// The watch does not turn into a busy loop, however short ack_wait is.
constexpr auto watch_interval_min = std::chrono::milliseconds(1);

}  // namespace

pull_state::pull_state(connection_core& core, nats::consumer_info of, pull_options options)
    : core_(core),
      consumer_(std::move(of)),
      options_(std::move(options)),
      subject_(pull_subject(core, consumer_.stream, consumer_.name)),
      shown_("consumer " + consumer_.name + " of stream " + consumer_.stream),
      watch_interval_(std::max<duration>(std::min(options_.heartbeat, consumer_.ack_wait / 4),
                                         watch_interval_min)),
      acks_all_(consumer_.config.ack == ack_policy::all),
      limits_(consumer_.config),
      quiet_since_(loop::current().now()),
      quiet_limit_(options_.heartbeat) {}

pull_state::~pull_state() { WEIR_ASSERT(!is_linked()); }

void pull_state::start() {
  core_.add(*this);
  if (limits_.restricts(options_)) tell_limits();
  wants_pull_.set();
  background_.spawn(keep_pulling());
  background_.spawn(keep_watch());
}

/// Whoever has a permit of ready_count_ takes the first; nothing if that has expired.
std::optional<delivery> pull_state::take_ready(time_point now) {
  delivery first = std::move(ready_.front());
  ready_.pop_front();
  if (now - first.leased_at() < consumer_.ack_wait) return first;
  note_expired(1);
  return std::nullopt;
}

std::optional<delivery> pull_state::try_next(time_point now) {
  while (!stopped_ && !ready_.empty() && ready_count_.try_acquire()) {
    if (auto first = take_ready(now)) return first;
  }
  return std::nullopt;
}

task<std::optional<delivery>> pull_state::next() {
  for (;;) {
    if (auto first = try_next(loop::current().now())) co_return first;
    if (stopped_) co_return std::nullopt;
    if (failure_) throw *failure_;
    ++waiters_;
    const auto acquired = co_await ready_count_.acquire().as_result();
    --waiters_;
    acquired.value();
    if (stopped_ || ready_.empty()) continue;
    if (auto first = take_ready(loop::current().now())) co_return first;
  }
}

void pull_state::on_message(message received) noexcept {
  ++heard_;
  const std::string_view token = token_of(*this, received.subject());
  if (!token.empty()) return on_status(token, read_pull_status(received));
  const auto info = parse_ack_subject(received.reply());
  if (!info.has_value()) return;  // Not of a consumer: nobody waits for its acknowledgement.
  ++counters_.messages;
  troubles_ = 0;
  bytes_needed_ = 0;
  quiet_since_ = loop::current().recent_now();
  quiet_limit_ = options_.heartbeat;
  behind_last_ = info->pending;
  const std::size_t bytes = options_.max_bytes == 0 ? 0 : wire_size(received);
  ledger_.message_came(bytes);
  if (!options_.priority.group.empty()) {
    if (const auto pin = received.header(pin_id_header)) pin_ = *pin;
  }
  if (unfinished_ >= options_.slots) {
    ++counters_.beyond_slots;
    return core_.send_ack(received.reply(), beyond_slots_answer, time_point::max());
  }
  ++unfinished_;
  unfinished_bytes_ += bytes;
  if (acks_all_) held_.emplace(info->stream_sequence, bytes);
  ready_.emplace_back(std::move(received), *info, core_, consumer_.ack_wait, shared_from_this(),
                      bytes);
  ready_count_.release();
  if (ledger_.outstanding() == 0) wants_pull_.set();
}

void pull_state::on_status(std::string_view token, const pull_status& status) noexcept {
  const status_rule rule = status.rule();
  if (rule.action == status_action::none) return;
  ledger_.ended(pull_number(token), status.pending);
  switch (rule.action) {
    case status_action::fail:
      return fail(status_failure(status, consumer_.stream, consumer_.name));
    case status_action::pull_later:
      return on_trouble(status.shown());
    case status_action::need_bytes:
      if (options_.max_bytes == 0) return on_trouble(status.shown());
      on_too_large(status);
      break;
    case status_action::ask_less:
      on_limit(status);
      break;
    case status_action::clear_pin:
      pin_.clear();
      break;
    case status_action::pull_again:
    case status_action::none:
      break;
  }
  wants_pull_.set();
}

void pull_state::on_trouble(const std::string& why) noexcept {
  ++troubles_;
  ++counters_.troubles;
  tell(pull_event::kind::trouble,
       shown_ + ": a pull ended: " + quoted_text(why) + "; pulled again");
  wants_pull_.set();
}

void pull_state::on_too_large(const pull_status& status) noexcept {
  const std::uint64_t had = status.pending_bytes.value_or(max_bytes());
  bytes_needed_ = static_cast<std::size_t>(std::min(had, std::uint64_t{max_bytes()})) + 1;
  if (bytes_needed_ <= max_bytes()) return;  // It comes when others are finished.
  tell(pull_event::kind::exceeds_max_bytes,
       shown_ + ": a message is larger than max_bytes (" + std::to_string(max_bytes()) +
           ") of this source; it is taken by itself; raise max_bytes");
}

void pull_state::on_limit(const pull_status& status) noexcept {
  switch (limits_.learn(status.text)) {
    case pull_limits::lesson::learned:
      return tell_limits();
    case pull_limits::lesson::known:
      ++troubles_;  // Said of pulls that were under way; should it go on, it goes on slowly.
      return;
    case pull_limits::lesson::unreadable:
      return on_trouble(status.shown());
  }
}

void pull_state::tell_limits() noexcept {
  tell(pull_event::kind::limited,
       shown_ + ": it gives one pull " + limits_.shown() +
           "; no more is asked for; raise its max_batch, max_bytes or max_expires to have more");
}

void pull_state::tell(pull_event::kind what, const std::string& text) noexcept {
  if (options_.on_event) options_.on_event({what, text});
}

void pull_state::on_no_responders(std::string_view subject) noexcept {
  ledger_.ended(pull_number(token_of(*this, subject)), std::nullopt);
  on_trouble("503 no responders: no such consumer, or it has no leader");
}

void pull_state::on_disconnected(const error&) noexcept {
  ledger_.clear();
  silent_watches_ = 0;
  bytes_needed_ = 0;
  pin_.clear();
}

void pull_state::on_closed() noexcept {
  core_.background().spawn(close_abandoned(shared_from_this()));
}

void pull_state::finished(std::uint64_t stream_sequence, std::size_t charged,
                          bool acknowledged) noexcept {
  if (!acks_all_) {
    --unfinished_;
    unfinished_bytes_ -= charged;
  } else {
    // The server acknowledges all up to a place in the stream. Of one that a later acknowledgement
    // has finished already nothing is left here.
    const auto own = held_.find(stream_sequence);
    const auto first = acknowledged ? held_.begin() : own;
    const auto last = acknowledged         ? held_.upper_bound(stream_sequence)
                      : own == held_.end() ? own
                                           : std::next(own);
    for (auto at = first; at != last; at = held_.erase(at)) {
      --unfinished_;
      unfinished_bytes_ -= at->second;
    }
  }
  if (!stopped_) wants_pull_.set();
}

void pull_state::on_not_permitted(const refusal& refused) noexcept {
  const bool is_pull = !refused.is_subscription && refused.subject == subject_;
  if (is_pull || is_refused_by(refused)) fail(not_permitted(refused));
}

task<> pull_state::keep_pulling() {
  for (;;) {
    // Waking puts this task behind all that are ready: it sees all the slots that they free.
    co_await wants_pull_.wait();
    wants_pull_.reset();
    if (troubles_ > 0)
      co_await sleep(backoff(trouble_backoff, troubles_ - 1, loop::current().random()));
    if (troubles_ >= troubles_before_check) co_await check_consumer();
    co_await core_.wait_connected();
    pull_if_worth();
  }
}

task<> pull_state::check_consumer() {
  const auto info =
      co_await jetstream(core_).consumer_info(consumer_.stream, consumer_.name).as_result();
  if (!info.has_value() && info.error().is(errc::not_found)) fail(info.error());
}

void pull_state::pull_if_worth() {
  if (failure_ || stopped_) return;
  const std::size_t taken = unfinished_ + ledger_.outstanding();
  if (taken >= slots_) return;
  const std::size_t free = slots_ - taken;
  // A request has its cost: while messages are here or on their way, wait for half of the slots.
  const bool idle = ready_.empty() && ledger_.outstanding() == 0;
  if (!idle && free * 2 < slots_) return;
  if (options_.max_bytes == 0) {
    std::size_t left = free;
    for (int pulls = 0; left > 0 && pulls < pulls_at_once_max; ++pulls) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, limits_.batch()));
      pull(count, pull_ledger::no_limit);
      left -= count;
    }
    return;
  }
  const auto bytes = free_bytes();
  if (!bytes || (!idle && *bytes < max_bytes() / 2)) return;
  pull(*bytes == pull_ledger::no_limit ? 1 : free, *bytes);
}

std::size_t pull_state::max_bytes() const noexcept {
  // Where one pull may not ask for all of it, a message that needs more could not come.
  return static_cast<std::size_t>(std::min<std::uint64_t>(options_.max_bytes, limits_.bytes()));
}

/// The bytes that a pull may ask for now; nothing while it must wait.
std::optional<std::size_t> pull_state::free_bytes() const noexcept {
  if (ledger_.outstanding() > 0) return std::nullopt;
  // The next message is larger than the whole window: by itself, with the window all its own.
  if (unfinished_ == 0 && bytes_needed_ > max_bytes()) return pull_ledger::no_limit;
  const std::size_t free = max_bytes() - std::min(unfinished_bytes_, max_bytes());
  // Asked for less than the next message needs, the server would only say so again.
  if (free == 0 || free < bytes_needed_) return std::nullopt;
  return free;
}

void pull_state::pull(std::size_t count, std::size_t bytes) {
  pull_request request{.batch = count,
                       .expires = options_.expires.count(),
                       .idle_heartbeat = options_.heartbeat.count()};
  if (bytes != pull_ledger::no_limit) request.max_bytes = bytes;
  limits_.apply(request);
  request.set(options_.priority, pin_);
  const std::string body = json::encode(request);
  const std::string reply = address() + "." + std::to_string(++pulls_);
  ++counters_.pulls;
  const time_point deadline =
      loop::current().now() + std::min(options_.expires, limits_.expires()) + core_.patience();
  ledger_.add(pulls_, static_cast<std::size_t>(request.batch), deadline, bytes);
  core_.send({.subject = subject_, .reply = reply, .payload = body});
}

void pull_state::fail(error why) noexcept {
  if (!failure_) failure_.emplace(std::move(why));
  wake_all();
}

void pull_state::wake_all() noexcept { ready_count_.release(waiters_); }

void pull_state::stop() noexcept {
  if (stopped_) return;
  stopped_ = true;
  background_.spawn(end_intake());
  wake_all();
}

task<> pull_state::wait_for_pulls() {
  // The pulls that wait at the server cannot be taken back, so what it sends for them is awaited:
  // all that they asked for, or until it has nothing to send, and nothing came for as long as a
  // question and its answer take.
  while (ledger_.outstanding() > 0) {
    const std::uint64_t heard = heard_;
    co_await core_.ping(intake_end_limit);
    if (heard == heard_ && behind_last_ == 0) co_return;
    co_await sleep(intake_end_interval);
  }
}

task<> pull_state::end_intake() {
  // However that ends: what is on its way still then comes again after ack_wait.
  static_cast<void>(co_await shield(with_timeout(intake_end_limit, wait_for_pulls())).as_result());
  // First the subscription: without it the server sends nothing of what is given back to here.
  core_.remove(*this);
  ledger_.clear();
  for (delivery& waiting : std::exchange(ready_, {})) {
    if (on_left_) {
      on_left_(std::move(waiting));
    } else {
      waiting.nak();
    }
  }
  intake_ended_.set();
}

task<> pull_state::close() {
  stop();
  co_await shield(as_task(intake_ended_.wait()));
  if (std::exchange(ending_, true)) {
    co_await shield(as_task(ended_.wait()));
    co_return;
  }
  co_await background_.close();
  ended_.set();
}

task<> pull_state::close_abandoned(std::shared_ptr<pull_state> left) { co_await left->close(); }

}  // namespace weir::nats::detail
