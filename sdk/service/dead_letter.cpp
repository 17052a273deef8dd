// SPDX-License-Identifier: Apache-2.0
#include "dead_letter.hpp"

#include <algorithm>

#include "consumer.hpp"
#include "event_headers.hpp"
#include "weir/observe/log.hpp"
#include "weir/postgres/error.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t cause_bytes_max = 2048;  // of an error's text in a header
constexpr std::size_t cut_body_bytes =
    std::size_t{64} * 1024;  // of a message too large for a letter
/// Less than a publication tries for: the worker has other messages to handle meanwhile.
constexpr duration letter_limit = std::chrono::seconds(5);

/// The message's own headers, as far as weir would write them.
void add_own_headers(nats::headers& with, const dead_message& dead) {
  for (const auto& [name, value] : dead.headers) {
    // The old id would make the stream take this for a repetition, and refuse it.
    if (name.starts_with("Nats-")) continue;
    if (dead.trace.is_valid() && is_trace_header(name)) continue;
    try {
      with.add(name, header_text(value));
    } catch (const error&) {
      continue;  // Another client's; the message's stream still has it.
    }
  }
  add_trace(with, dead.trace);
}

/// "weir:8"; of PostgreSQL "postgresql:23505", since nobody knows a SQLSTATE by its number.
std::string code_text(const std::error_code& code) {
  const bool is_sqlstate = code.category() == postgres::sqlstate_category();
  const std::string value = is_sqlstate ? code.message() : std::to_string(code.value());
  return std::string(code.category().name()) + ':' + value;
}

/// What an operator wants to know of a message's end.
void add_causes(nats::headers& with, const dead_message& dead, const error& why) {
  const meta& about = dead.about;
  with.add("Weir-Cause", header_text(why.message()));
  with.add("Weir-Error-Code", code_text(why.code()));
  with.add("Weir-Disposition", to_string(why.disposition()));
  with.add("Weir-Attempts", std::to_string(about.attempt));
  with.add("Weir-Subject", about.subject);
  with.add("Weir-Stream", about.stream);
  with.add("Weir-Stream-Sequence", std::to_string(about.stream_sequence));
  with.add("Weir-Message-Id", header_text(about.message_id));
  with.add("Weir-Consumer", about.consumer);
  with.add("Weir-Published-At", to_rfc3339(about.published_at));
  with.add("Weir-Failed-At", to_rfc3339(dead.failed_at));
}

}  // namespace

std::string letter_id(const std::string& identity) { return "dead:" + identity; }

std::string header_text(std::string_view text) {
  std::string clean(text.substr(0, cause_bytes_max));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return clean;
}

task<> store_dead_letter(nats::jetstream& on, std::string subject, dead_message dead, error why) {
  const nats::subject to(subject);
  const std::string id = letter_id(dead.identity);
  nats::headers with;
  add_own_headers(with, dead);
  add_causes(with, dead, why);
  const auto whole =
      co_await on.publish(to, dead.body, {.msg_id = id, .headers = &with}).as_result();
  if (whole.has_value()) co_return;
  // A full stream is no reason to cut it: that is tried again.
  const bool is_too_large = whole.error().is(errc::limit_exceeded) &&
                            whole.error().disposition() == disposition::permanent;
  if (!is_too_large) throw whole.error();
  // A message of the largest size leaves no room for the causes. Its stream still has all of it.
  nats::headers causes;
  add_causes(causes, dead, why);
  causes.add("Weir-Body-Bytes", std::to_string(dead.body.size()));
  co_await on.publish(to, dead.body.substr(0, cut_body_bytes), {.msg_id = id, .headers = &causes});
}

task<> consumer::give_up(job& failed, const error& why) {
  const meta about = failed.about();
  log_warning("a message is given up", {{"message", place_of(about)},
                                        {"message_subject", about.subject},
                                        {"attempt", about.attempt},
                                        {"error", why}});
  const auto stored =
      co_await with_timeout(letter_limit, store_dead_letter(failed, why)).as_result();
  if (stored.has_value()) {
    ++on_.statistics.dead_lettered;
    failed.message.term(header_text(why.message()));
    co_return;
  }
  // Nothing is lost: it comes again, and is given up again.
  log_error(
      "a dead letter could not be stored under its subject, which some stream must take; it will "
      "be tried again",
      {{"message", place_of(about)},
       {"dead_letter_subject", policy().dead_letter()},
       {"error", stored.error()}});
  retry_later(failed);
}

task<> consumer::store_dead_letter(job& failed, const error& why) {
  if (policy().dead_letter().empty()) co_return;
  const auto now = loop::current().driver().wall_clock();
  dead_message dead{.about = failed.about(),
                    .identity = failed.identity(),
                    .body = failed.message.payload(),
                    .headers = failed.message.headers(),
                    .failed_at = std::chrono::floor<timestamp::duration>(now),
                    .trace = failed.trace};
  co_await detail::store_dead_letter(on_.jetstream, policy().dead_letter(), std::move(dead), why);
}

}  // namespace weir::detail
