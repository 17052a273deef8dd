// SPDX-License-Identifier: Apache-2.0
#include "try_message.hpp"

#include <memory>

#include "server_options.hpp"
#include "trial_report.hpp"
#include "weir/config/masked_url.hpp"
#include "weir/event/subject.hpp"
#include "weir/postgres/detail/read_only_conninfo.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr duration connect_limit = std::chrono::seconds(5);  // somebody waits for it
/// For the transaction, and for a look from outside at what it changes.
constexpr std::size_t connections_needed = 2;

bool handles(const service::registration& one, const tried_message& what) {
  if (one.entry.stream != what.stream) return false;
  if (!what.consumer.empty()) return one.policy.name() == what.consumer;
  return subject_covers(one.entry.subject, what.subject);
}

[[noreturn]] void refuse(const service& which, const tried_message& what) {
  std::string names;
  for (const auto& one : which.registrations()) {
    names += (names.empty() ? "" : ", ") + one.policy.name() + " (" +
             std::string(one.entry.subject) + " from " + std::string(one.entry.stream) + ")";
  }
  const std::string of = what.consumer.empty() ? "a message on " + what.subject
                                               : "a letter of consumer " + what.consumer;
  throw error(errc::invalid_argument, disposition::permanent,
              what.name.to_string() + " is " + of + " of stream " + what.stream + ", which " +
                  which.name() + " does not handle; it has: " + names);
}

task<> connected(nats::connection& link, const std::string& url, const std::string& last_failure) {
  const auto made = co_await with_timeout(connect_limit, link.wait_connected()).as_result();
  if (made.has_value()) co_return;
  if (!made.error().is(errc::deadline_exceeded)) throw made.error();
  throw error(errc::unavailable, disposition::retry,
              "no NATS server takes a connection at " + masked_url(url) + ": " +
                  (last_failure.empty() ? std::string("no answer") : last_failure));
}

task<trial> try_with(const service::registration& one, const tried_message& what,
                     const service_settings& settings, nats::connection& over) {
  if (one.entry.kind == handler_kind::plain) {
    co_return co_await try_handler(one, what, nullptr, over);
  }
  // A pool for each, since a connection's counts of changed rows outlive a transaction.
  auto pooled = to_database(settings.postgres);
  pooled.max_connections = connections_needed;
  postgres::pool work(pooled);
  // A unit reads outside of the transaction, so nothing would roll back what a read writes.
  pooled.conninfo = postgres::detail::read_only_conninfo(settings.postgres.url);
  pooled.max_connections = 1;
  postgres::pool reads(std::move(pooled));
  const trial_pools database{work, reads};
  auto tried = co_await try_handler(one, what, &database, over).as_result();
  co_await reads.close();
  co_await work.close();
  if (!tried) throw tried.error();
  co_return std::move(*tried);
}

task<try_outcome> try_connected(nats::connection& link, const service& which,
                                const service_settings& settings, try_request wanted) {
  const nats::jetstream jetstream(link);
  const auto what = co_await read_tried(jetstream, message_name::parse(wanted.name));
  std::vector<trial> trials;
  try_outcome made{.report = {}, .succeeds = true};
  for (const auto& one : which.registrations()) {
    if (!handles(one, what)) continue;
    trials.push_back(co_await try_with(one, what, settings, link));
    made.succeeds = made.succeeds && !trials.back().failure;
  }
  if (trials.empty()) refuse(which, what);
  made.report = wanted.json ? trial_json(what, trials) : trial_text(what, trials);
  co_return made;
}

}  // namespace

task<try_outcome> try_message(const service& which, const service_settings& settings,
                              try_request wanted) {
  const settings_hold own(settings.own, which.own_sections());
  std::string last_failure;
  auto options = to_nats(settings.nats, which.name());
  options.on_event = [&last_failure](const nats::connection_event& event) {
    if (!event.reason.empty()) last_failure = event.reason;
  };
  nats::connection link(std::move(options));
  std::exception_ptr failure;
  try_outcome made;
  try {
    co_await connected(link, settings.nats.url, last_failure);
    made = co_await try_connected(link, which, settings, std::move(wanted));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await link.close();
  if (failure) std::rethrow_exception(failure);
  co_return made;
}

}  // namespace weir::detail
