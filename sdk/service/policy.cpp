// SPDX-License-Identifier: Apache-2.0
#include "weir/service/policy.hpp"

#include <fmt/format.h>

#include "weir/error.hpp"
#include "weir/event/subject.hpp"

namespace weir {
namespace {

constexpr duration ack_wait_min = std::chrono::seconds(1);
constexpr std::size_t rules_max = 64;
constexpr duration kept_min = std::chrono::minutes(1);

/// "20 s", "1.5 h".
std::string in_words(duration value) {
  const double seconds = std::chrono::duration<double>(value).count();
  if (seconds < 1) return fmt::format("{:g} ms", seconds * 1000);
  if (seconds < 60) return fmt::format("{:g} s", seconds);
  if (seconds < 3600) return fmt::format("{:g} min", seconds / 60);
  return fmt::format("{:g} h", seconds / 3600);
}

void require(bool holds, const std::string& text) {
  if (!holds) throw error(errc::invalid_argument, disposition::permanent, text);
}

}  // namespace

durable& durable::workers(std::size_t count) {
  require(count > 0 && count <= workers_max, "consumer '" + name_ + "': workers(" +
                                                 std::to_string(count) + ") must be from 1 to " +
                                                 std::to_string(workers_max));
  workers_ = count;
  return *this;
}

durable& durable::deliver(delivery_start from) {
  require(from.from != delivery_start::kind::sequence || from.sequence > 0,
          "consumer '" + name_ + "': sequences of a stream count from 1");
  start_ = from;
  return *this;
}

durable& durable::once(duration kept) {
  require(kept >= kept_min, "consumer '" + name_ +
                                "': once() must be a minute or more: a message that comes again "
                                "later than that would be handled again");
  kept_ = kept;
  return *this;
}

durable& durable::replayable() {
  kept_ = duration::zero();
  return *this;
}

durable& durable::deduplicate(deduplication how) {
  require(how.kept >= kept_min, "consumer '" + name_ +
                                    "': deduplicate() must remember for a minute or more: what "
                                    "fails comes again after that");
  deduplication_ = std::move(how);
  return *this;
}

durable& durable::expires(duration after) {
  require(after > duration::zero(), "consumer '" + name_ + "': expires() must be positive");
  expiry_ = after;
  return *this;
}

durable& durable::retry(std::size_t attempts, const weir::backoff& waits) {
  require(attempts > 0, "consumer '" + name_ + "': retry() needs at least one attempt");
  attempts_ = attempts;
  backoff_ = waits;
  return *this;
}

durable& durable::on_error(error_predicate which, error_action then) {
  require(rules_.size() < rules_max,
          "consumer '" + name_ + "': more rules than " + std::to_string(rules_max));
  rules_.emplace_back(std::move(which), then);
  return *this;
}

durable& durable::breaker(breaker_options options) {
  circuit_breaker(options).describe();  // Throws for what cannot work.
  breaker_ = std::move(options);
  return *this;
}

durable& durable::rate(std::size_t attempts, duration per) {
  require(attempts > 0 && per >= duration(attempts),
          "consumer '" + name_ + "': rate() needs an attempt or more, and time for each");
  rate_ = attempts;
  rate_per_ = per;
  return *this;
}

durable& durable::rate(weir::shared_rate rate) {
  detail::check(rate);
  shared_rate_ = std::move(rate);
  return *this;
}

durable& durable::in_flight(in_flight_limit limit) {
  in_flight_ = std::move(limit);
  return *this;
}

durable& durable::leader_only() {
  is_leader_only_ = true;
  return *this;
}

durable& durable::adapt(adaptive_limit_options options) {
  adaptive_limit(options).limit();  // Throws for what cannot work.
  adaptive_ = options;
  return *this;
}

const error_action* durable::rule_for(const error& failure) const {
  for (const auto& [fits, action] : rules_) {
    if (fits(failure)) return &action;
  }
  return nullptr;
}

durable& durable::deadline(duration limit) {
  require(limit > duration::zero(), "consumer '" + name_ + "': deadline() must be positive");
  deadline_ = limit;
  return *this;
}

durable& durable::ack_wait(duration wait) {
  require(wait >= ack_wait_min, "consumer '" + name_ +
                                    "': ack_wait() must be a second or more, or a message would be "
                                    "delivered again while it is still handled");
  ack_wait_ = wait;
  return *this;
}

durable& durable::dead_letter(std::string subject) {
  require(check_subject(subject) == subject_fault::none,
          "consumer '" + name_ + "': dead_letter(\"" + subject + "\") is not a valid subject");
  dead_letter_ = std::move(subject);
  return *this;
}

std::string durable::describe(bool has_database) const {
  std::string text =
      fmt::format("  consumer     {}, at most {} messages in hand\n", name_, workers_);
  if (key_.of != nullptr) text += fmt::format("  order        {}, by key\n", key_.event_type);
  if (has_database && is_once()) {
    text += fmt::format("  effects      once, remembered for {}\n", in_words(kept_));
  } else if (deduplicates()) {
    const std::string where =
        deduplication_.bucket.empty() ? "in memory" : "in bucket " + deduplication_.bucket;
    text += fmt::format("  effects      not repeated for {}, remembered {}\n",
                        in_words(deduplication_.kept), where);
  } else {
    text += "  effects      repeated with a repeated message\n";
  }
  if (id_.of != nullptr) text += "  identity     a field of the event\n";
  if (version_.number != nullptr) text += "  versions     older ones of a key are skipped\n";
  if (expiry_ < duration::max()) {
    text += fmt::format("  expiry       {} after it was stored\n", in_words(expiry_));
  }
  if (breaker_) text += fmt::format("  breaker      {}\n", circuit_breaker(*breaker_).describe());
  if (adaptive_) text += fmt::format("  concurrency  {}\n", adaptive_limit(*adaptive_).describe());
  if (rate_ > 0) text += fmt::format("  rate         {} in {}\n", rate_, in_words(rate_per_));
  if (shared_rate_) {
    text += fmt::format("  rate         {} in {}, shared as '{}'\n", shared_rate_->permits,
                        in_words(shared_rate_->per), shared_rate_->name);
  }
  if (in_flight_) text += "  in flight    as set while it runs\n";
  if (is_leader_only_) text += "  leader       one program handles at a time\n";
  if (!rules_.empty()) text += fmt::format("  rules        {} for errors\n", rules_.size());
  text += fmt::format("  deadline     {} an attempt\n", in_words(deadline_));
  text += fmt::format("  retry        {} attempts, {}\n", attempts_, backoff_.to_string());
  text += fmt::format("  lease        {}, renewed while it is handled\n", in_words(ack_wait_));
  text += fmt::format("  dead letter  {}\n",
                      dead_letter_.empty() ? "none: it stays in its stream" : dead_letter_);
  return text;
}

}  // namespace weir
