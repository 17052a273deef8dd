// SPDX-License-Identifier: Apache-2.0
#include "consumer_state.hpp"

#include <algorithm>

#include "advisory.hpp"

namespace weir::nats::detail::model {
namespace {

/// An ephemeral consumer that says nothing of it may be idle for so long.
constexpr auto default_inactivity = std::chrono::seconds(5);
/// The server adds this much, and up to 900 ms more, before it deletes an idle consumer.
constexpr auto inactivity_slack = std::chrono::milliseconds(100);
constexpr std::size_t inactivity_jitter_ms = 900;

ack_rule ack_rule_of(const consumer_settings& settings) {
  if (settings.ack_policy == "none") return ack_rule::none;
  return settings.ack_policy == "all" ? ack_rule::all : ack_rule::one;
}

std::optional<std::string> optional_time(const std::optional<std::int64_t>& nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return time_text(*nanoseconds);
}

/// What `-NAK` is followed by.
struct nak_options {
  std::int64_t delay = 0;
};

}  // namespace

consumer_state::consumer_state(host& server, const stream_store& messages, std::string stream,
                               std::string name, consumer_settings settings)
    : host_(server),
      messages_(messages),
      stream_(std::move(stream)),
      name_(std::move(name)),
      created_(time_text(server.wall_clock())),
      settings_(std::move(settings)),
      ledger_(ack_rule_of(settings_)),
      pulls_(server, pulls_max()),
      active_at_(server.now()) {
  begin();
  set_inactivity();
}

std::size_t consumer_state::pulls_max() const noexcept {
  return static_cast<std::size_t>(*settings_.max_waiting);
}

void consumer_state::set_inactivity() {
  if (!settings_.is_durable() && !settings_.inactive_threshold)
    settings_.inactive_threshold = std::chrono::nanoseconds(default_inactivity).count();
  inactivity_limit_ = duration(settings_.inactive_threshold.value_or(0));
  if (inactivity_limit_ > duration::zero()) {
    inactivity_limit_ += inactivity_slack;
    inactivity_limit_ += std::chrono::milliseconds(host_.random_below(inactivity_jitter_ms));
  }
}

void consumer_state::begin() {
  const std::string& policy = *settings_.deliver_policy;
  const std::uint64_t first = messages_.first_sequence();
  const std::uint64_t last = messages_.last_sequence();
  std::uint64_t start = first;
  if (policy == "by_start_sequence") start = *settings_.opt_start_seq;
  if (policy == "by_start_time") {
    const std::chrono::nanoseconds since = settings_.opt_start_time->time_since_epoch();
    start = messages_.sequence_at(since.count());
  }
  if (policy == "new") start = last + 1;
  if (policy == "last") {
    const stored* const newest = messages_.last(settings_.filter());
    start = newest == nullptr ? last + 1 : newest->sequence;
  }
  ledger_.begin_at(std::clamp<std::uint64_t>(start, std::max<std::uint64_t>(first, 1), last + 1));
  if (policy == "last_per_subject") begin_with_last_of_subjects();
}

void consumer_state::begin_with_last_of_subjects() {
  for (const auto& [subject, count] : messages_.subjects(settings_.filter()))
    last_of_subjects_.push_back(messages_.last(subject)->sequence);
  std::ranges::sort(last_of_subjects_);
  resume_at_ = messages_.last_sequence();
  ledger_.begin_at(last_of_subjects_.empty() ? std::max<std::uint64_t>(resume_at_, 1)
                                             : last_of_subjects_.front());
}

redelivery_rule consumer_state::rule() const {
  redelivery_rule made{.ack_wait = duration(settings_.ack_wait.value_or(0)), .backoff = {}};
  for (const std::int64_t one : settings_.backoff.value_or(std::vector<std::int64_t>()))
    made.backoff.emplace_back(one);
  return made;
}

sequences consumer_state::delivered() const noexcept {
  return {ledger_.next_delivery() - 1, ledger_.next_in_stream() - 1};
}

std::uint64_t consumer_state::pending() {
  if (!pending_) {
    const std::uint64_t from = ledger_.next_in_stream();
    pending_ = last_of_subjects_.empty() ? messages_.count(settings_.filter(), from).count
                                         : last_of_subjects_.size();
  }
  return *pending_;
}

consumer_description consumer_state::describe() {
  pulls_.look_after(host_.now(), false, delivered());
  const sequences given = delivered();
  return {.stream_name = stream_,
          .name = name_,
          .created = created_,
          .config = settings_,
          .delivered = {given.consumer, given.stream, optional_time(delivered_at_)},
          .ack_floor = {ledger_.floor().consumer, ledger_.floor().stream,
                        optional_time(acknowledged_at_)},
          .num_ack_pending = ledger_.pending(),
          .num_redelivered = ledger_.redelivered(),
          .num_waiting = pulls_.size(),
          .num_pending = pending()};
}

void consumer_state::advise(const char* kind, const char* type, const delivery_info& about) {
  host_.advise(advisory_subject(kind, stream_, name_),
               advisory{.type = advisory_type(type),
                        .stream = stream_,
                        .consumer = name_,
                        .consumer_seq = about.consumer_sequence,
                        .stream_seq = about.stream_sequence,
                        .deliveries = about.delivered});
}

void consumer_state::ack(const sequences& of) {
  acknowledged_at_ = host_.wall_clock();
  for (const std::uint64_t sequence : ledger_.ack(of)) on_done(sequence);
}

void consumer_state::answer(const delivery_info& about, const std::string& reply,
                            std::string_view payload) {
  const sequences of{about.consumer_sequence, about.stream_sequence};
  active_at_ = host_.now();
  if (payload.starts_with("+NXT")) {
    ack(of);
    return pull(reply, payload.substr(4));
  }
  if (payload.empty() || payload == "+ACK" || payload == "+OK") {
    ack(of);
  } else if (payload.starts_with("-NAK")) {
    nak(about, payload.substr(4));
  } else if (payload == "+WPI") {
    ledger_.in_progress(of.stream, host_.now(), rule());
  } else if (payload == "+TERM") {
    ack(of);
    advise("CONSUMER.MSG_TERMINATED", "terminated", about);
  }
  host_.answer(reply, "");
  deliver();
}

void consumer_state::nak(const delivery_info& about, std::string_view argument) {
  const sequences of{about.consumer_sequence, about.stream_sequence};
  if (!ledger_.nak(of)) return;
  advise("CONSUMER.MSG_NAKED", "nak", about);
  const auto options = json::decode<nak_options>(argument);
  if (!options.has_value() || options->delay <= 0) return;
  ledger_.postpone(of.stream, saturating_add(host_.now(), duration(options->delay)));
}

void consumer_state::message_came(const stored& came) {
  if (!matches(settings_.filter(), came.message->subject)) return;
  if (pending_) ++*pending_;
  deliver();
}

void consumer_state::message_went(const stored& gone) {
  if (gone.sequence >= ledger_.next_in_stream()) pending_.reset();
  if (!ledger_.is_pending(gone.sequence)) return;
  const delivery_info about{.stream = stream_,
                            .consumer = name_,
                            .delivered = ledger_.attempt_of(gone.sequence),
                            .stream_sequence = gone.sequence,
                            .consumer_sequence = ledger_.delivery_of(gone.sequence),
                            .time = {}};
  ledger_.ack({about.consumer_sequence, gone.sequence});
  advise("CONSUMER.MSG_TERMINATED", "terminated", about);
}

void consumer_state::purged(const purge_request& how) {
  const std::string pattern = how.filter.value_or("");
  if (!pattern.empty() && !matches(settings_.filter(), pattern)) return;
  const std::uint64_t first =
      pattern.empty() ? messages_.first_sequence() : messages_.count(pattern, 0).first;
  ledger_.purged(first == 0 ? messages_.last_sequence() + 1 : first);
  pending_.reset();
}

void consumer_state::update(consumer_settings settings) {
  const bool is_idle_elsewhen = settings.inactive_threshold != settings_.inactive_threshold;
  const bool waits_elsewise = settings.ack_wait != settings_.ack_wait;
  settings_ = std::move(settings);
  if (is_idle_elsewhen) set_inactivity();
  if (waits_elsewise) ledger_.change(rule());
  pending_.reset();
  deliver();
}

bool consumer_state::tick() {
  const time_point now = host_.now();
  if (ledger_.due() <= now) ledger_.expire(now, rule(), messages_.first_sequence());
  deliver();
  if (inactivity_limit_ <= duration::zero() || !pulls_.empty()) return false;
  return now - active_at_ >= inactivity_limit_;
}

time_point consumer_state::due() const noexcept {
  const time_point idle_until = inactivity_limit_ > duration::zero() && pulls_.empty()
                                    ? saturating_add(active_at_, inactivity_limit_)
                                    : time_point::max();
  return std::min({ledger_.due(), pulls_.due(), idle_until});
}

bool consumer_state::needs(const stored& message) const noexcept {
  return matches(settings_.filter(), message.message->subject) && ledger_.needs(message.sequence);
}

}  // namespace weir::nats::detail::model
