// SPDX-License-Identifier: Apache-2.0
#include "weir/service/service.hpp"

#include <fmt/format.h>

#include <span>

#include "service_name.hpp"
#include "weir/service/detail/published_event.hpp"

namespace weir {
namespace {

/// A stream answers whatever is published to its subjects, requests as well.
void refuse_kept_request(std::string_view stream, std::span<const std::string_view> kept,
                         const detail::responder_entry& responder) {
  for (const std::string_view pattern : kept) {
    if (!subject_covers(pattern, responder.subject)) continue;
    throw error(
        errc::invalid_argument, disposition::permanent,
        fmt::format("stream {} keeps '{}', and would answer the requests at {} before their "
                    "responder does; give the request another subject",
                    stream, pattern, responder.subject));
  }
}

void refuse_kept_request(const detail::handler_entry& handler,
                         const detail::responder_entry& responder) {
  refuse_kept_request(handler.stream, {handler.stream_subjects, handler.stream_subject_count},
                      responder);
}

/// The same of all streams that the program publishes into.
void refuse_kept_request(const detail::responder_entry& responder) {
  for (const auto* one = detail::published_event::newest(); one != nullptr; one = one->next()) {
    refuse_kept_request(one->stream(), {one->subjects(), one->subject_count()}, responder);
  }
}

void require(bool holds, const durable& policy, std::string_view text) {
  if (holds) return;
  throw error(errc::invalid_argument, disposition::permanent,
              "consumer '" + policy.name() + "': " + std::string(text));
}

void require_field_of(const detail::handler_entry& handler, const durable& policy,
                      const detail::event_key& key, std::string_view setter) {
  require(key.of == nullptr || key.event_type == handler.event_type, policy,
          std::string(setter) + "() names a field of " + std::string(key.event_type) +
              ", its handler takes " + std::string(handler.event_type));
}

/// Throws for a policy that does not fit the handler.
void check(const detail::handler_entry& handler, const durable& policy) {
  require_field_of(handler, policy, policy.key(), "ordered_by");
  require_field_of(handler, policy, policy.id(), "identified_by");
  require_field_of(handler, policy, policy.version().key, "skip_older");
  const bool is_batch = handler.kind == handler_kind::batch;
  const bool has_inbox = handler.kind != handler_kind::plain && policy.is_once();
  require(!is_batch || policy.key().of == nullptr, policy,
          "a handler of many events gets them in the order of the stream; ordered_by() is for "
          "handlers of one");
  require(!is_batch || policy.is_once(), policy,
          "a handler of many events cannot be replayable(): the same message may come with others "
          "the next time");
  require(policy.version().number == nullptr || (has_inbox && !is_batch), policy,
          "skip_older() remembers the version in the handler's own commit; it is for handlers of "
          "one event with a database that are not replayable()");
  require(!policy.deduplicates() || !has_inbox, policy,
          "deduplicate() is for handlers without a database, and those that are replayable(); this "
          "one remembers in its own commit, see once()");
  require(policy.id().of == nullptr || has_inbox || policy.deduplicates(), policy,
          "identified_by() says what once() and deduplicate() remember, and this handler has "
          "neither");
}

}  // namespace

service& service::version(std::string number) {
  detail::check_service_version(name_, number);
  version_ = std::move(number);
  return *this;
}

void service::add(registration one) {
  check(one.entry, one.policy);
  for (const auto& other : responders_) refuse_kept_request(one.entry, other.entry);
  registrations_.push_back(std::move(one));
}

void service::add(answering one) {
  detail::check_service_name("service", name_);
  for (const auto& other : responders_) {
    const bool is_free =
        other.policy.name() != one.policy.name() && other.entry.subject != one.entry.subject;
    if (is_free) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                fmt::format("the endpoints '{}' of {} and '{}' of {} would take each other's "
                            "requests; give each a name and a subject of its own",
                            other.policy.name(), other.entry.subject, one.policy.name(),
                            one.entry.subject));
  }
  for (const auto& other : registrations_) refuse_kept_request(other.entry, one.entry);
  refuse_kept_request(one.entry);
  responders_.push_back(std::move(one));
}

void service::add(detail::scheduled_entry one) {
  one.when.next(timestamp());  // Throws where it does not say when.
  for (const auto& other : schedules_) {
    if (other.when.name() != one.when.name()) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "two handlers have the schedule '" + one.when.name() + "'; give each a name");
  }
  schedules_.push_back(std::move(one));
}

std::string service::describe() const {
  std::string text;
  for (const auto& one : registrations_) {
    text += fmt::format("{} from stream {}\n{}", one.entry.subject, one.entry.stream,
                        one.policy.describe(one.entry.kind != handler_kind::plain));
  }
  for (const auto& one : responders_) {
    text += fmt::format("{} answered with {}\n{}", one.entry.subject, one.entry.reply_type,
                        one.policy.describe(one.entry.has_transaction));
  }
  for (const auto& one : schedules_) text += "schedule " + one.when.describe() + '\n';
  return text;
}

}  // namespace weir
