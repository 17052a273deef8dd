// SPDX-License-Identifier: Apache-2.0
#include "event_feed.hpp"

#include <fmt/format.h>

#include <chrono>
#include <set>
#include <string_view>
#include <utility>

#include "event_line.hpp"
#include "weir/error.hpp"

namespace weir::dev {
namespace {

constexpr const char* stream_changes = "$JS.EVENT.ADVISORY.STREAM.>";

/// JetStream's own, and answers, which a stream of all subjects would keep, too.
bool is_internal(std::string_view subject) {
  return subject.starts_with('$') || subject.starts_with("_INBOX.");
}

timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

task<> event_feed::run() {
  co_await with_scope([this](scope& listening) { return follow_streams(listening); });
}

task<> event_feed::follow_streams(scope& listening) {
  nats::subscription changes(over_, nats::subject_pattern(stream_changes));
  for (;;) {
    co_await over_.wait_connected();
    const auto looked = co_await look_at_streams(listening).as_result();
    if (!looked.has_value() && looked.error().is_cancelled()) throw looked.error();
    if (!looked.has_value()) tell(looked.error());
    // A gap is a reason to look again, too.
    const auto change = co_await changes.next().as_result();
    if (!change.has_value() && change.error().disposition() != disposition::retry) {
      throw change.error();
    }
    if (change.has_value() && !change->has_value()) co_return;
  }
}

task<> event_feed::look_at_streams(scope& listening) {
  co_await over_.flush();  // We are told of what is made after this look.
  std::set<std::string> kept;
  auto all = js_.streams();
  while (const auto one = co_await all.next()) {
    std::string fresh;
    for (const std::string& subject : one->subjects) {
      if (is_internal(subject) || kept.size() >= subjects_max) continue;
      kept.insert(subject);
      if (heard_.contains(subject)) continue;
      heard_.emplace(subject, nats::subscription(over_, nats::subject_pattern(subject)));
      listening.spawn(show(subject));
      fresh += (fresh.empty() ? "" : ", ") + subject;
    }
    if (fresh.empty()) continue;
    co_await over_.flush();
    out_.say(fmt::format("shows the events of stream {}: {}; it has {} already", one->name, fresh,
                         one->messages));
  }
  std::erase_if(heard_, [&kept](const auto& one) { return !kept.contains(one.first); });
}

task<> event_feed::show(std::string subject) {
  for (;;) {
    // Looked for each time: it may have gone, with its stream, while we waited.
    const auto found = heard_.find(subject);
    if (found == heard_.end()) co_return;
    const auto next = co_await found->second.next().as_result();
    if (!next.has_value()) {
      if (next.error().disposition() != disposition::retry) throw next.error();
      tell(next.error());
      continue;
    }
    if (!next->has_value()) co_return;
    const nats::message& one = **next;
    if (is_internal(one.subject())) continue;
    out_.line("event", event_line({.time = now(),
                                   .subject = std::string(one.subject()),
                                   .headers = one.headers(),
                                   .body = std::string(one.payload())}));
  }
}

void event_feed::tell(const error& gap) {
  out_.say("some events may not be shown: " + gap.message());
}

}  // namespace weir::dev
