// SPDX-License-Identifier: Apache-2.0
#include "pull_state.hpp"

#include <charconv>

#include "ack_subject.hpp"
#include "backoff.hpp"
#include "connection_core.hpp"
#include "pull_request.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits trouble_backoff{.first = std::chrono::milliseconds(20),
                                         .longest = std::chrono::seconds(2)};
/// So many troubles in a row, and the server is asked whether the consumer still exists.
constexpr unsigned troubles_before_check = 2;
/// A pull whose ending does not come is forgotten so long after its time.
constexpr auto lost_after = std::chrono::seconds(1);
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

}  // namespace

pull_state::pull_state(connection_core& core, nats::consumer_info of, pull_options options)
    : core_(core),
      consumer_(std::move(of)),
      options_(options),
      subject_(pull_subject(consumer_.stream, consumer_.name)),
      watch_interval_(std::min(options_.heartbeat, consumer_.ack_wait / 4)) {}

pull_state::~pull_state() { WEIR_ASSERT(!is_linked()); }

void pull_state::start() {
  core_.add(*this);
  wants_pull_.set();
  background_.spawn(keep_pulling());
  background_.spawn(keep_watch());
}

delivery pull_state::take_ready() {
  delivery first = std::move(ready_.front());
  ready_.pop_front();
  return first;
}

std::optional<delivery> pull_state::try_next() {
  if (stopped_ || ready_.empty() || !ready_count_.try_acquire()) return std::nullopt;
  return take_ready();
}

task<std::optional<delivery>> pull_state::next() {
  if (auto first = try_next()) co_return first;
  if (!stopped_ && !failure_) {
    ++waiters_;
    const auto acquired = co_await ready_count_.acquire().as_result();
    --waiters_;
    acquired.value();
    if (!stopped_ && !ready_.empty()) co_return take_ready();
  }
  if (failure_ && !stopped_) throw *failure_;
  co_return std::nullopt;
}

void pull_state::on_message(message received) noexcept {
  ++heard_;
  const std::string_view token = token_of(*this, received.subject());
  if (!token.empty()) return on_status(token, read_pull_status(received));
  const auto info = parse_ack_subject(received.reply());
  if (!info.has_value()) return;  // Not of a consumer: nobody waits for its acknowledgement.
  troubles_ = 0;
  behind_last_ = info->pending;
  ledger_.message_came();
  if (unfinished_ >= options_.slots)
    return core_.send_ack(received.reply(), beyond_slots_answer, time_point::max());
  ++unfinished_;
  ready_.emplace_back(std::move(received), *info, core_, consumer_.ack_wait, shared_from_this());
  ready_count_.release();
}

void pull_state::on_status(std::string_view token, const pull_status& status) noexcept {
  if (status.is_heartbeat()) return;
  ledger_.ended(pull_number(token), status.pending);
  const fetch_end end = status.end();
  if (end == fetch_end::consumer_deleted) {
    return fail({errc::not_found, disposition::permanent,
                 "consumer " + consumer_.name + " of stream " + consumer_.stream +
                     " gives no more messages: " + status.text});
  }
  // A leader that has changed, or a consumer that moves: the next pull is answered at once.
  const bool moved = status.text == "Leadership Change" || status.text == "Server Shutdown";
  if (end == fetch_end::refused && !moved) return on_trouble();
  wants_pull_.set();
}

void pull_state::on_trouble() noexcept {
  ++troubles_;
  wants_pull_.set();
}

void pull_state::on_no_responders(std::string_view subject) noexcept {
  ledger_.ended(pull_number(token_of(*this, subject)), std::nullopt);
  on_trouble();
}

void pull_state::on_disconnected(const error&) noexcept {
  ledger_.clear();
  silent_watches_ = 0;
}

void pull_state::finished() noexcept {
  --unfinished_;
  if (!stopped_) wants_pull_.set();
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
  if (taken >= options_.slots) return;
  const std::size_t free = options_.slots - taken;
  // A request has its cost: while messages are here or on their way, wait for half of the slots.
  const bool idle = ready_.empty() && ledger_.outstanding() == 0;
  if (idle || free * 2 >= options_.slots) pull(free);
}

void pull_state::pull(std::size_t count) {
  const std::string body = json::encode(pull_request{.batch = count,
                                                     .expires = options_.expires.count(),
                                                     .no_wait = {},
                                                     .idle_heartbeat = options_.heartbeat.count()});
  const std::string reply = address() + "." + std::to_string(++pulls_);
  ledger_.add(pulls_, count, loop::current().now() + options_.expires + lost_after);
  core_.send({.subject = subject_.c_str(),
              .subject_size = subject_.size(),
              .reply = reply.c_str(),
              .payload = body});
}

task<> pull_state::keep_watch() {
  for (;;) {
    co_await sleep(watch_interval_);
    const time_point now = loop::current().now();
    renew_leases(now);
    watch_pulls(now);
  }
}

void pull_state::watch_pulls(time_point now) {
  ledger_.expire(now);
  const bool silent = heard_ == heard_before_ && ledger_.outstanding() > 0;
  heard_before_ = heard_;
  silent_watches_ = silent && core_.is_connected() ? silent_watches_ + 1 : 0;
  if (silent_watches_ * watch_interval_ > 2 * options_.heartbeat) {
    silent_watches_ = 0;
    ledger_.clear();
    // A pull from a consumer that does not exist is not answered at all.
    troubles_ = std::max(troubles_, troubles_before_check);
    wants_pull_.set();
  }
  if (ledger_.outstanding() == 0) wants_pull_.set();
}

void pull_state::renew_leases(time_point now) {
  for (delivery& waiting : ready_) {
    if (now - waiting.leased_at() >= consumer_.ack_wait / 4) waiting.in_progress();
  }
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
    co_await core_.requests().echo(intake_end_limit);
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
  for (delivery& waiting : std::exchange(ready_, {})) waiting.nak();
  intake_ended_.set();
}

task<> pull_state::close() {
  stop();
  co_await shield(as_task(intake_ended_.wait()));
  co_await background_.close();
}

task<> pull_state::close_abandoned(std::shared_ptr<pull_state> left) { co_await left->close(); }

}  // namespace weir::nats::detail
