// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "consumer.hpp"
#include "weir/observe/log.hpp"
#include "weir/postgres/error.hpp"
#include "weir/sleep.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t cause_bytes_max = 2048;                   // of an error's text in a header
constexpr std::size_t cut_body_bytes = std::size_t{64} * 1024;  // of a body too large for a letter
const exponential outage_backoff =
    exponential(std::chrono::milliseconds(50), std::chrono::seconds(2)).full_jitter();

/// The text without what could end a header, and not longer than a header should be.
std::string header_text(std::string_view text) {
  std::string clean(text.substr(0, cause_bytes_max));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return clean;
}

std::string place_of(const meta& about) {
  return std::string(about.stream) + ":" + std::to_string(about.stream_sequence);
}

}  // namespace

namespace {

/// The headers of the message itself, and what an operator wants to know of its end.
nats::headers dead_letter_headers(const job& failed, const error& why) {
  const meta about = failed.about();
  nats::headers with;
  for (const auto& [name, value] : failed.message.headers()) {
    // The old id would make the stream take this for a repetition, and refuse it.
    if (name.starts_with("Nats-")) continue;
    try {
      with.add(name, header_text(value));
    } catch (const error&) {
      continue;  // Another client's header that weir would not write; the stream still has it.
    }
  }
  with.add("Weir-Cause", header_text(why.message()));
  with.add("Weir-Error-Code",
           std::string(why.code().category().name()) + ":" + std::to_string(why.code().value()));
  with.add("Weir-Disposition", to_string(why.disposition()));
  with.add("Weir-Attempts", std::to_string(about.attempt));
  with.add("Weir-Subject", about.subject);
  with.add("Weir-Stream", about.stream);
  with.add("Weir-Stream-Sequence", std::to_string(about.stream_sequence));
  with.add("Weir-Consumer", about.consumer);
  with.add("Weir-Published-At", to_rfc3339(about.published_at));
  return with;
}

}  // namespace

bool is_outage(const error& failure) noexcept {
  if (failure.is(errc::unavailable)) return true;
  if (failure.code().category() != postgres::sqlstate_category()) return false;
  // Connection exceptions, shutdowns and restarts, too many connections.
  const std::string state = failure.code().message();
  return state.starts_with("08") || state.starts_with("57P") || state == "53300";
}

task<> consumer::publish_and_acknowledge(batch done) {
  struct sent_event {
    std::size_t job;
    nats::publication publication;
  };
  std::vector<sent_event> sent;
  std::vector<std::optional<error>> failures(done.size());
  for (std::size_t index = 0; index < done.size(); ++index) {
    const meta about = done[index]->about();
    std::size_t count = 0;
    for (const auto& event : done[index]->events.entries()) {
      // The same message makes the same id: handled again, it is published once.
      const std::string id =
          std::string(about.consumer) + ":" + place_of(about) + ":" + std::to_string(count++);
      const nats::subject to(event.subject);
      auto publication =
          co_await on_.jetstream.publish_later(to, event.body, {.msg_id = id}).as_result();
      if (publication.has_value()) {
        sent.push_back({index, std::move(*publication)});
      } else {
        failures[index] = publication.error();
      }
    }
  }
  for (auto& one : sent) {
    const auto confirmation = co_await one.publication.confirmed().as_result();
    if (!confirmation.has_value()) {
      failures[one.job] = confirmation.error();
      continue;
    }
    ++on_.statistics.published;
    if (confirmation->duplicate) ++on_.statistics.duplicates_refused;
  }
  for (std::size_t index = 0; index < done.size(); ++index) {
    if (failures[index].has_value()) {
      co_await settle_failure(std::move(done[index]), *failures[index]);
    } else {
      acknowledge(*done[index]);
    }
  }
}

void consumer::acknowledge(job& done) {
  done.message.ack();
  outage_told_ = false;
  ++on_.statistics.processed;
  if (done.about().attempt > 1) ++on_.statistics.redelivered;
  const auto now = loop::current().driver().wall_clock();
  on_.statistics.latency.record(
      std::chrono::duration_cast<duration>(now - done.about().published_at));
}

task<> consumer::settle_failure(std::unique_ptr<job> failed, error why) {
  if (why.is_cancelled()) co_return give_back(*failed);
  const meta about = failed->about();
  const bool hopeless =
      why.disposition() == disposition::poison || why.disposition() == disposition::permanent;
  if (!hopeless && about.attempt < policy().attempts()) {
    ++on_.statistics.retried;
    failed->message.nak(policy().backoff().delay(about.attempt, loop::current().random()));
    co_return;
  }
  log_warning("message " + place_of(about) + " on " + std::string(about.subject) +
              " is given up after attempt " + std::to_string(about.attempt) + ": " + why.message());
  if (co_await dead_letter(*failed, why)) {
    ++on_.statistics.dead_lettered;
    failed->message.term(header_text(why.message()));
  } else {
    // Nothing is lost: it comes again, and is given up again.
    failed->message.nak(policy().backoff().delay(about.attempt, loop::current().random()));
  }
}

task<bool> consumer::dead_letter(job& failed, const error& why) {
  if (policy().dead_letter().empty()) co_return true;
  const meta about = failed.about();
  const nats::subject to(policy().dead_letter());
  const std::string id = "dead:" + std::string(about.consumer) + ":" + place_of(about);
  nats::headers with = dead_letter_headers(failed, why);
  auto stored =
      co_await on_.jetstream.publish(to, failed.message.payload(), {.msg_id = id, .headers = &with})
          .as_result();
  if (!stored.has_value() && stored.error().is(errc::limit_exceeded)) {
    // A body of the largest size leaves no room for the headers. Its stream still has all of it.
    const std::string_view body = failed.message.payload();
    with.add("Weir-Body-Bytes", std::to_string(body.size()));
    stored = co_await on_.jetstream
                 .publish(to, body.substr(0, cut_body_bytes), {.msg_id = id, .headers = &with})
                 .as_result();
  }
  if (stored.has_value()) co_return true;
  log_error("the dead letter of message " + place_of(about) +
            " could not be stored, it will be tried again: " + stored.error().message());
  co_return false;
}

void consumer::give_back(job& waiting) {
  ++on_.statistics.given_back;
  waiting.message.nak(duration::zero());
}

task<bool> consumer::wait_out(const error& outage, std::uint64_t failures) {
  if (draining_) co_return false;
  if (!outage_told_) {
    outage_told_ = true;
    log_warning("handling waits, messages are kept: " + outage.message());
  }
  const auto slept =
      co_await sleep(outage_backoff.delay(failures, loop::current().random())).as_result();
  co_return slept.has_value() && !draining_;
}

}  // namespace weir::detail
