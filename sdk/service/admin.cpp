// SPDX-License-Identifier: Apache-2.0
#include "admin.hpp"

#include <algorithm>

#include "running_service.hpp"
#include "weir/observe/log.hpp"
#include "weir/observe/metrics.hpp"
#include "weir/observe/supervisor.hpp"
#include "weir/sleep.hpp"

namespace weir::detail {
namespace {

/// Between two questions to the database whether it answers. The pool tells at once of one that is
/// away, if anybody has asked it for anything.
constexpr duration database_look_interval = std::chrono::seconds(5);

std::string check_name(const service::registration& of) {
  return "consumer:" + std::string(of.entry.stream) + '/' + of.policy.name();
}

std::vector<std::string> known_checks(const service& which) {
  std::vector<std::string> names{"nats"};
  if (wants_database(which)) names.emplace_back("postgres");
  for (const auto& one : which.registrations()) names.push_back(check_name(one));
  for (const auto& one : which.checks()) names.push_back(one.name);
  return names;
}

/// The names of checks are known to the service alone.
void check_optional(const admin_settings& settings, const service& which) {
  const auto known = known_checks(which);
  for (const auto& name : settings.optional) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string all;
    for (const auto& one : known) all += (all.empty() ? "" : ", ") + one;
    throw error(errc::invalid_argument, disposition::permanent,
                "the health check '" + name +
                    "' shall be optional, and there is none of that name; "
                    "there are: " +
                    all);
  }
}

http_response show_metrics(const http_request& asked) {
  const metrics_format format = choose_metrics_format(asked.accept);
  return {.body = write_metrics(format, asked.parameter("name")),
          .content_type = std::string(content_type(format))};
}

std::string show_log_level() { return std::string(to_string(current_log_level())); }

bool change_log_level(std::string_view name) {
  const auto level = log_level_of(name);
  if (level) set_log_level(*level);
  return level.has_value();
}

}  // namespace

admin::admin(const service& which, const service_settings& settings)
    : which_(which), settings_(settings), address_(parse_admin_address(settings.admin.listen)) {
  check_optional(settings.admin, which);
  for (const auto& one : which_.checks()) add(one);
}

void admin::add(health_check check) {
  const bool is_named =
      std::ranges::find(settings_.admin.optional, check.name) != settings_.admin.optional.end();
  check.is_optional = check.is_optional || is_named;
  state_.add(std::move(check));
}

void admin::open(std::function<void()> drain) {
  if (address_) listen(*address_, std::move(drain));
  if (pages_) serving_.spawn(pages_->run());
  if (pages_ || has_supervisor()) serving_.spawn(keep_watch());
  serving_.spawn(feed_supervisor());
}

void admin::listen(const admin_address& where, std::function<void()> drain) {
  http_server_options options{
      .ip = where.ip,
      .port = where.port,
      .name = which_.name(),
      .pages = admin_pages({.service = which_.name(),
                            .state = &state_,
                            .metrics = show_metrics,
                            .config = [this] { return to_toml(settings_); },
                            .log_level = show_log_level,
                            .set_log_level = change_log_level,
                            .drain = std::move(drain)}),
      .report = [](const error& failure) { log_warning("the pages: " + failure.message()); }};
  try {
    pages_.emplace(std::move(options));
  } catch (const error& failure) {
    const bool is_taken = failure.code() == std::errc::address_in_use;
    const std::string remedy = "; set admin.listen to another address, or to off";
    // Nobody has asked for this one; of several services on a host the first has it.
    if (!is_taken || settings_.admin.listen != default_admin_listen) {
      throw error(failure.code(), disposition::permanent,
                  "the pages of " + which_.name() + ": " + failure.message() + remedy);
    }
    log_warning(which_.name() + " has no pages: " + failure.message() + remedy);
    return;
  }
  log_info(which_.name() + " tells how it is at http://" + pages_->address().text() + "/readyz");
}

void admin::look_at(const nats::connection& connection) {
  add({.name = "nats", .trouble = [this, &connection]() -> std::optional<std::string> {
         if (connection.is_connected()) return std::nullopt;
         return nats_lost_.empty() ? "there is no connection yet" : nats_lost_;
       }});
}

void admin::note(const nats::connection_event& event) {
  using kind = nats::connection_event::kind;
  if (event.what != kind::disconnected && event.what != kind::connect_failed) return;
  nats_lost_ = "no connection to " + event.server + ": " + event.reason;
}

void admin::look_at(const postgres::pool& database, database_probe& probe) {
  add({.name = "postgres", .trouble = [this, &database]() -> std::optional<std::string> {
         if (is_away(database)) return database.stats().last_connect_error;
         if (database_answers_) return std::nullopt;
         return "it does not answer within a second";
       }});
  if (pages_) looking_.spawn(keep_asking(probe));
}

void admin::look_at(const consumer& one) {
  // The service works on, and starting it anew would help nobody: hence optional.
  add({.name = check_name(one.registered()),
       .trouble = [&one] { return one.trouble(); },
       .is_optional = true});
}

task<> admin::let_go() {
  state_.draining();
  state_.forget_checks();
  co_await looking_.close();
}

task<> admin::close() { co_await serving_.close(); }

task<> admin::keep_watch() {
  for (;;) {
    state_.turned();
    tell_supervisor();
    co_await sleep(health::turn_interval);
  }
}

task<> admin::keep_asking(database_probe& probe) {
  for (;;) {
    database_answers_ = co_await probe.answers();
    co_await sleep(database_look_interval);
  }
}

/// What is in trouble, once it has changed; the start and the drain are told by who does them.
void admin::tell_supervisor() {
  if (!state_.startup().is_well()) return;
  const health_report now = state_.ready();
  std::string troubles;
  for (const auto& fact : now.facts) {
    if (fact.name == "drain" && !fact.is_well()) return;
    if (!fact.is_well()) troubles += "; " + fact.name + ": " + *fact.trouble;
  }
  if (troubles == std::exchange(told_, troubles)) return;
  std::ranges::replace(troubles, '\n', ' ');
  notify_supervisor("STATUS=" + (troubles.empty() ? "handling messages" : "in trouble" + troubles));
}

}  // namespace weir::detail
