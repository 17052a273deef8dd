// SPDX-License-Identifier: Apache-2.0
#include "stream_store.hpp"

#include "weir/event/subject.hpp"

namespace weir::nats::detail::model {
namespace {

// What a message takes in the server's file: its header, the length of the message's headers, and
// a checksum. In memory the server reckons with less.
constexpr std::uint64_t record_bytes = 22;
constexpr std::uint64_t header_length_bytes = 4;
constexpr std::uint64_t checksum_bytes = 8;
constexpr std::uint64_t memory_record_bytes = 16;

bool is_over(std::uint64_t amount, const std::optional<std::int64_t>& limit) {
  return *limit > 0 && amount > static_cast<std::uint64_t>(*limit);
}

bool is_reached(std::uint64_t amount, const std::optional<std::int64_t>& limit) {
  return *limit > 0 && amount >= static_cast<std::uint64_t>(*limit);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view subject) noexcept {
  return pattern.empty() || pattern == ">" || subject_covers(pattern, subject);
}

std::uint64_t stream_store::size_of(const envelope& message) const noexcept {
  const std::uint64_t content = message.subject.size() + message.size();
  if (limits_->storage == "memory") return content + memory_record_bytes;
  return content + record_bytes + checksum_bytes +
         (message.headers.empty() ? 0 : header_length_bytes);
}

std::optional<std::string> stream_store::refusal(const envelope& message) const {
  if (limits_->discard != "new") return std::nullopt;
  const auto of_subject = per_subject_.find(message.subject);
  const bool subject_is_full = of_subject != per_subject_.end() &&
                               is_reached(of_subject->second, limits_->max_msgs_per_subject);
  if (subject_is_full && limits_->discard_new_per_subject.value_or(false))
    return "maximum messages per subject exceeded";
  // One that takes the place of an older one with the same subject adds none.
  if (is_reached(messages_.size(), limits_->max_msgs) && !subject_is_full)
    return "maximum messages exceeded";
  if (!is_reached(bytes_ + message.size(), limits_->max_bytes)) return std::nullopt;
  const stored* const replaced = subject_is_full ? next(message.subject, 0) : nullptr;
  if (replaced == nullptr || size_of(*replaced->message) < message.size())
    return "maximum bytes exceeded";
  return std::nullopt;
}

std::uint64_t stream_store::append(shared_envelope message, std::int64_t time) {
  const std::uint64_t sequence = ++last_;
  last_time_ = time;
  if (messages_.empty()) first_ = sequence;
  bytes_ += size_of(*message);
  const std::string& subject = message->subject;
  const std::uint64_t of_subject = ++per_subject_[subject];
  messages_.emplace(sequence, stored{sequence, time, message});
  if (is_over(of_subject, limits_->max_msgs_per_subject)) {
    const stored* const oldest = next(subject, 0);
    take_out(messages_.find(oldest->sequence), true);
  }
  enforce_totals();
  return sequence;
}

std::uint64_t stream_store::skip() noexcept {
  ++last_;
  if (messages_.empty()) first_ = last_ + 1;
  return last_;
}

void stream_store::take_out(message_map::iterator at, bool tell) {
  const stored gone = std::move(at->second);
  messages_.erase(at);
  bytes_ -= size_of(*gone.message);
  const auto counted = per_subject_.find(gone.message->subject);
  if (--counted->second == 0) per_subject_.erase(counted);
  first_ = messages_.empty() ? last_ + 1 : messages_.begin()->first;
  if (tell && on_removed) on_removed(gone);
}

bool stream_store::remove(std::uint64_t sequence) {
  const auto found = messages_.find(sequence);
  if (found == messages_.end()) return false;
  take_out(found, true);
  return true;
}

bool stream_store::is_beyond_totals() const noexcept {
  return is_over(messages_.size(), limits_->max_msgs) || is_over(bytes_, limits_->max_bytes);
}

void stream_store::enforce_totals() {
  while (!messages_.empty() && is_beyond_totals()) take_out(messages_.begin(), true);
}

void stream_store::enforce_limits() {
  enforce_totals();
  if (*limits_->max_msgs_per_subject <= 0) return;
  for (auto at = messages_.begin(); at != messages_.end();) {
    const auto following = std::next(at);
    if (is_over(per_subject_.at(at->second.message->subject), limits_->max_msgs_per_subject))
      take_out(at, true);
    at = following;
  }
}

std::int64_t stream_store::expire(std::int64_t now) {
  const std::int64_t age = *limits_->max_age;
  if (age <= 0) return 0;
  while (!messages_.empty() && messages_.begin()->second.time + age <= now)
    take_out(messages_.begin(), true);
  return messages_.empty() ? 0 : messages_.begin()->second.time + age;
}

std::uint64_t stream_store::purge(const purge_request& wanted) {
  purge_request limits = wanted;
  const std::string pattern = limits.filter.value_or("");
  const bool all = pattern.empty() || pattern == ">";
  // As the server has it: a purge up to the first sequence is one of everything.
  if (all && limits.seq.value_or(0) <= 1) limits.seq.reset();
  const std::uint64_t purged = purge_matching(pattern, limits);
  if (messages_.empty()) first_ = last_ + 1;
  return purged;
}

std::uint64_t stream_store::purge_matching(std::string_view pattern, const purge_request& wanted) {
  const found_messages found = count(pattern, 0);
  const std::uint64_t keep = std::min(wanted.keep.value_or(0), found.count);
  std::uint64_t left = found.count - keep;
  std::uint64_t purged = 0;
  for (auto at = messages_.begin(); at != messages_.end() && left > 0;) {
    const auto following = std::next(at);
    if (wanted.seq.value_or(0) > 1 && at->first >= *wanted.seq) break;
    if (matches(pattern, at->second.message->subject)) {
      take_out(at, false);
      ++purged;
      --left;
    }
    at = following;
  }
  return purged;
}

const stored* stream_store::find(std::uint64_t sequence) const noexcept {
  const auto found = messages_.find(sequence);
  return found == messages_.end() ? nullptr : &found->second;
}

const stored* stream_store::next(std::string_view pattern, std::uint64_t from) const noexcept {
  for (auto at = messages_.lower_bound(from); at != messages_.end(); ++at) {
    if (matches(pattern, at->second.message->subject)) return &at->second;
  }
  return nullptr;
}

const stored* stream_store::last(std::string_view pattern) const noexcept {
  for (auto at = messages_.rbegin(); at != messages_.rend(); ++at) {
    if (matches(pattern, at->second.message->subject)) return &at->second;
  }
  return nullptr;
}

found_messages stream_store::count(std::string_view pattern, std::uint64_t from) const noexcept {
  found_messages found;
  for (auto at = messages_.lower_bound(from); at != messages_.end(); ++at) {
    if (!matches(pattern, at->second.message->subject)) continue;
    if (found.count++ == 0) found.first = at->first;
    found.last = at->first;
  }
  return found;
}

std::uint64_t stream_store::sequence_at(std::int64_t time) const noexcept {
  for (const auto& [sequence, one] : messages_) {
    if (one.time >= time) return sequence;
  }
  return last_ + 1;
}

std::map<std::string, std::uint64_t> stream_store::subjects(std::string_view pattern) const {
  std::map<std::string, std::uint64_t> found;
  for (const auto& [subject, count] : per_subject_) {
    if (matches(pattern, subject)) found.emplace(subject, count);
  }
  return found;
}

}  // namespace weir::nats::detail::model
