// SPDX-License-Identifier: Apache-2.0
#include "weir/service/service.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <span>

#include "running_service.hpp"
#include "service_name.hpp"
#include "try_message.hpp"
#include "weir/loop.hpp"
#include "weir/observe/log.hpp"
#include "weir/service/detail/published_event.hpp"

namespace weir {
namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

// Of --try: apart from "failed", which is what the handler would do.
constexpr int exit_would_fail = 1;
constexpr int exit_not_tried = 3;

constexpr const char* environment_help =
    "Environment:\n"
    "  NATS_URL                   servers, commas between them (nats://127.0.0.1:4222)\n"
    "  DATABASE_URL, PG*          the database, as libpq reads them\n"
    "  WEIR_DATABASE_CONNECTIONS  how many connections at most (10)\n"
    "  WEIR_MIGRATIONS            the directory of the .sql files to apply at start\n"
    "  WEIR_DRIVER                uring or epoll; else what the kernel allows\n"
    "  NOTIFY_SOCKET              where READY=1 is told (sd_notify)\n"
    "\n"
    "With --try the handler of a dead letter, or each handler of a stored message, runs once in a\n"
    "transaction that is rolled back: the rows and events that it would make are printed, nothing\n"
    "is stored, published, acknowledged, made or migrated. What it does elsewhere (a call, a "
    "mail)\n"
    "is done, and numbers drawn from sequences stay drawn. Exits 0 when the handler succeeds, 1 "
    "when\n"
    "it fails, 2 for a wrong command line or a message of others, 3 when it could not be tried.\n";

/// Two handlers on one durable consumer would take each other's messages.
void refuse_shared_consumers(const service& which) {
  std::set<std::pair<std::string_view, std::string_view>> taken;
  for (const auto& one : which.registrations()) {
    if (taken.emplace(one.entry.stream, one.policy.name()).second) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "two handlers have the durable consumer '" + one.policy.name() + "' of stream " +
                    std::string(one.entry.stream) + "; give each a name of its own");
  }
}

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

int service::run(bool once) {
  environment settings;
  try {
    settings = read_environment();
  } catch (const error& failure) {
    log_error(failure.message());
    return exit_usage;
  }
  if (const char* directory = std::getenv("WEIR_MIGRATIONS")) migrations_ = directory;
  try {
    refuse_shared_consumers(*this);
    loop home;
    const auto until = once ? detail::run_until::backlog_done : detail::run_until::signal;
    const std::string summary = home.run(detail::run_service(*this, settings, until));
    std::printf("%s\n", summary.c_str());
    return 0;
  } catch (const error& failure) {
    log_error(name_ + " failed: " + failure.message());
    return failure.is(errc::invalid_argument) ? exit_usage : exit_failed;
  } catch (const std::exception& failure) {
    log_error(name_ + " failed: " + failure.what());
    return exit_failed;
  }
}

int service::try_one(const std::string& name, bool json) const {
  try {
    const environment settings = read_environment();
    loop home;
    const auto tried = home.run(detail::try_message(*this, settings, {name, json}));
    std::fputs(tried.report.c_str(), stdout);
    return tried.succeeds ? 0 : exit_would_fail;
  } catch (const error& failure) {
    log_error(name_ + " cannot try " + name + ": " + failure.message());
    return failure.is(errc::invalid_argument) ? exit_usage : exit_not_tried;
  } catch (const std::exception& failure) {
    log_error(name_ + " cannot try " + name + ": " + failure.what());
    return exit_not_tried;
  }
}

int service::main(int argc, char** argv) {
  CLI::App options("Handles events and requests until SIGTERM.", name_);
  options.footer(environment_help);
  options.set_version_flag("--version", name_ + ' ' + version_);
  bool once = false;
  bool describes = false;
  std::string tried;
  bool json = false;
  auto* const to_end = options.add_flag(
      "--once", once, "Handle what the streams hold, answer no requests, then end");
  auto* const to_describe =
      options.add_flag("--describe", describes, "Print the handlers and their policies, and end");
  auto* const to_try =
      options.add_option("--try", tried, "Run the handler on a dead letter, and undo it")
          ->type_name("STREAM:SEQUENCE")
          ->excludes(to_end, to_describe);
  options.add_flag("--json", json, "With --try: a line of JSON for each handler")->needs(to_try);
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& ending) {
    const bool is_help = ending.get_exit_code() == 0;
    options.exit(ending);
    return is_help ? 0 : exit_usage;
  }
  if (to_try->count() > 0) return try_one(tried, json);
  if (!describes) return run(once);
  std::fputs(describe().c_str(), stdout);
  return 0;
}

}  // namespace weir
