// SPDX-License-Identifier: Apache-2.0
#include "stream_state.hpp"

#include <algorithm>

#include "advisory.hpp"
#include "weir/event/subject.hpp"

namespace weir::nats::detail::model {
namespace {

constexpr const char* no_time = "0001-01-01T00:00:00Z";

std::string time_or_none(std::int64_t nanoseconds) {
  return nanoseconds == 0 ? no_time : time_text(nanoseconds);
}

}  // namespace

stream_state::stream_state(host& server, stream_settings settings)
    : host_(server),
      settings_(std::move(settings)),
      created_(time_text(server.wall_clock())),
      store_(settings_) {
  store_.on_removed = [this](const stored& gone) {
    for (const auto& [name, consumer] : consumers_) consumer->message_went(gone);
  };
}

bool stream_state::takes(std::string_view subject) const noexcept {
  return std::ranges::any_of(*settings_.subjects, [&](const std::string& pattern) {
    return subject_covers(pattern, subject);
  });
}

stream_description stream_state::describe() const {
  const auto& messages = store_.messages();
  holding_description state{
      .messages = messages.size(),
      .bytes = store_.bytes(),
      .first_seq = store_.first_sequence(),
      .first_ts = time_or_none(messages.empty() ? 0 : messages.begin()->second.time),
      .last_seq = store_.last_sequence(),
      .last_ts = time_or_none(store_.last_time()),
      .num_subjects = {},
      .subjects = {},
      .num_deleted = {},
      .deleted = {},
      .consumer_count = consumers_.size()};
  if (!messages.empty()) {
    state.num_subjects = store_.subjects("").size();
    const std::uint64_t gone = state.last_seq + 1 - state.first_seq - state.messages;
    if (gone > 0) state.num_deleted = gone;
  }
  return {settings_, created_, std::move(state)};
}

void stream_state::update(stream_settings settings) {
  settings_ = std::move(settings);
  store_.enforce_limits();
  next_expiry_ = store_.expire(host_.wall_clock());
}

std::uint64_t stream_state::purge(const purge_request& wanted) {
  const std::uint64_t purged = store_.purge(wanted);
  for (const auto& [name, consumer] : consumers_) consumer->purged(wanted);
  return purged;
}

consumer_state* stream_state::find(const std::string& consumer) noexcept {
  const auto found = consumers_.find(consumer);
  return found == consumers_.end() ? nullptr : found->second.get();
}

std::optional<api_fault> stream_state::refusal(const consumer_settings& wanted) const {
  const std::int64_t most = *settings_.max_consumers;
  if (most > 0 && consumers_.size() >= static_cast<std::size_t>(most))
    return api_fault{400, 10026, "maximum consumers limit reached"};
  if (settings_.retention != "workqueue") return std::nullopt;
  if (wanted.ack_policy != "explicit")
    return api_fault{400, 10098, "workqueue stream requires explicit ack"};
  if (!consumers_.empty() && !wanted.filter_subject) {
    return api_fault{400, 10099, "multiple non-filtered consumers not allowed on workqueue stream"};
  }
  const bool is_unique = std::ranges::none_of(consumers_, [&](const auto& one) {
    const auto& other = one.second->settings().filter_subject;
    return !other || subject_covers(*other, *wanted.filter_subject) ||
           subject_covers(*wanted.filter_subject, *other);
  });
  if (!is_unique) return api_fault{400, 10100, "filtered consumer not unique on workqueue stream"};
  if (wanted.deliver_policy != "all")
    return api_fault{400, 10101, "consumer must be deliver all on workqueue stream"};
  return std::nullopt;
}

consumer_state& stream_state::ensure(consumer_settings wanted) {
  wanted = with_defaults(std::move(wanted));
  if (const auto fault = check(wanted, settings_)) throw *fault;
  const std::string named = wanted.durable_name.value_or(wanted.name.value_or(""));
  if (consumer_state* const present = find(named)) {
    if (const auto why = check_update(present->settings(), wanted))
      throw api_fault{500, 10012, *why};
    present->update(std::move(wanted));
    return *present;
  }
  if (const auto fault = refusal(wanted)) throw *fault;
  const std::string name = named.empty() ? fresh_name() : named;
  auto made =
      std::make_unique<consumer_state>(host_, store_, this->name(), name, std::move(wanted));
  consumer_state& kept = *made;
  kept.on_done = [this, &kept](std::uint64_t sequence) { done(kept, sequence); };
  consumers_.emplace(name, std::move(made));
  host_.advise(advisory_subject("CONSUMER.CREATED", this->name(), name),
               advisory{.type = advisory_type("consumer_action"),
                        .stream = this->name(),
                        .consumer = name,
                        .action = "create"});
  return kept;
}

std::string stream_state::fresh_name() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t name_length = 8;
  std::string name;
  while (name.size() < name_length) name += letters[host_.random_below(letters.size())];
  return find(name) == nullptr ? name : fresh_name();
}

void stream_state::erase(std::string consumer) {
  const auto found = consumers_.find(consumer);
  const std::unique_ptr<consumer_state> gone = std::move(found->second);
  consumers_.erase(found);
  gone->end_pulls(409, "Consumer Deleted");
  host_.advise(advisory_subject("CONSUMER.DELETED", name(), consumer),
               advisory{.type = advisory_type("consumer_action"),
                        .stream = name(),
                        .consumer = consumer,
                        .action = "delete"});
  if (settings_.retention != "interest") return;
  std::vector<std::uint64_t> unwanted;
  for (const auto& [sequence, message] : store_.messages()) {
    if (sequence >= gone->ack_floor() && !is_needed(message, nullptr)) unwanted.push_back(sequence);
  }
  for (const std::uint64_t sequence : unwanted) store_.remove(sequence);
}

void stream_state::erase_consumers() {
  while (!consumers_.empty()) erase(consumers_.begin()->first);
}

bool stream_state::is_needed(const stored& message, const consumer_state* besides) const noexcept {
  return std::ranges::any_of(consumers_, [&](const auto& one) {
    return one.second.get() != besides && one.second->needs(message);
  });
}

void stream_state::done(const consumer_state& by, std::uint64_t sequence) {
  if (settings_.retention == "limits") return;
  const stored* const message = store_.find(sequence);
  if (message == nullptr) return;
  if (settings_.retention == "workqueue" || !is_needed(*message, &by)) store_.remove(sequence);
}

void stream_state::tick() {
  const std::int64_t now = host_.wall_clock();
  if (next_expiry_ != 0 && next_expiry_ <= now) next_expiry_ = store_.expire(now);
  std::vector<std::string> idle;
  for (const auto& [name, consumer] : consumers_) {
    if (consumer->due() <= host_.now() && consumer->tick()) idle.push_back(name);
  }
  for (const std::string& name : idle) erase(name);
}

time_point stream_state::due() const noexcept {
  time_point earliest = time_point::max();
  if (next_expiry_ != 0)
    earliest = host_.now() + std::max(duration(next_expiry_ - host_.wall_clock()), duration(1));
  for (const auto& [name, consumer] : consumers_) earliest = std::min(earliest, consumer->due());
  return earliest;
}

void stream_state::restart() noexcept {
  ids_.keep_if([this](std::uint64_t sequence) { return store_.find(sequence) != nullptr; });
  for (const auto& [name, consumer] : consumers_) consumer->forget_pulls();
}

void stream_state::end_pulls(int code, const std::string& text) {
  for (const auto& [name, consumer] : consumers_) consumer->end_pulls(code, text);
}

}  // namespace weir::nats::detail::model
