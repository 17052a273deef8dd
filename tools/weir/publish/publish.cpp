// SPDX-License-Identifier: Apache-2.0
#include "publish.hpp"

#include <fmt/format.h>

#include <deque>
#include <optional>

#include "printable.hpp"
#include "progress_line.hpp"
#include "weir/event/json.hpp"
#include "weir/rate_limiter.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t unconfirmed_max = 1000;
constexpr std::size_t burst_max = 100;  // at most so many at once, however high the rate

/// The line of --json.
struct outcome_line {
  std::string subject;
  std::string stream;
  std::uint64_t published;
  std::uint64_t duplicates;
  std::uint64_t first_sequence;
  std::uint64_t last_sequence;
  std::uint64_t failed;
  std::string failure;
};

class publisher {
 public:
  publisher(nats::connection& over, publish_request wanted, interruption& stop, std::ostream& out)
      : over_(over),
        js_(over),
        wanted_(std::move(wanted)),
        subject_(wanted_.subject),
        id_(wanted_.id_template),
        random_(wanted_.seed),
        stop_(stop),
        out_(out) {}

  task<publish_outcome> run() {
    co_await find_stream();
    std::optional<rate_limiter> pace;
    if (wanted_.rate > 0) {
      const std::size_t burst = std::clamp<std::size_t>(wanted_.rate / 100, 1, burst_max);
      pace.emplace(wanted_.rate, std::chrono::seconds(1), burst);
    }
    for (std::uint64_t at = 1; at <= wanted_.count; ++at) {
      if (stop_.is_wanted() || outcome_.failed > 0) break;
      if (pace) co_await pace->acquire();
      co_await send(at);
      if (unconfirmed_.size() >= unconfirmed_max) co_await confirm_oldest();
      progress_.show("published", at, wanted_.count);
    }
    while (!unconfirmed_.empty()) co_await confirm_oldest();
    if (outcome_.stream.empty()) co_await over_.flush();
    progress_.clear();
    print();
    co_return outcome_;
  }

 private:
  task<> find_stream() {
    if (!over_.server().jetstream) co_return;
    auto names = js_.stream_names(wanted_.subject);
    const auto first = co_await names.next();
    if (first) outcome_.stream = *first;
  }

  task<> send(std::uint64_t sequence) {
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const std::string body = wanted_.body.fill(sequence, now, random_);
    nats::headers with;
    for (const auto& [name, value] : wanted_.headers) {
      with.add(name, value.fill(sequence, now, random_));
    }
    const std::string id = id_.fill(sequence, now, random_);
    if (outcome_.stream.empty()) {
      co_await over_.publish(subject_, body, with);
      ++outcome_.published;
      co_return;
    }
    nats::publish_options how;
    how.msg_id = id;
    how.headers = &with;
    unconfirmed_.push_back(co_await js_.publish_later(subject_, body, how));
  }

  task<> confirm_oldest() {
    const auto stored = co_await unconfirmed_.front().confirmed().as_result();
    unconfirmed_.pop_front();
    if (!stored.has_value()) {
      if (outcome_.failed++ == 0) outcome_.failure = stored.error().message();
      co_return;
    }
    ++outcome_.published;
    if (stored->duplicate) ++outcome_.duplicates;
    outcome_.stream = stored->stream;
    if (outcome_.first_sequence == 0) outcome_.first_sequence = stored->sequence;
    outcome_.last_sequence = std::max(outcome_.last_sequence, stored->sequence);
  }

  void print() {
    if (wanted_.json) {
      out_ << json::encode(outcome_line{.subject = wanted_.subject,
                                        .stream = outcome_.stream,
                                        .published = outcome_.published,
                                        .duplicates = outcome_.duplicates,
                                        .first_sequence = outcome_.first_sequence,
                                        .last_sequence = outcome_.last_sequence,
                                        .failed = outcome_.failed,
                                        .failure = printable(outcome_.failure)})
           << '\n';
      return;
    }
    const char* const plural = outcome_.published == 1 ? "" : "s";
    if (outcome_.stream.empty()) {
      out_ << fmt::format(
          "{} message{} sent on {}; no stream keeps that subject: who was "
          "subscribed has it, and nobody else will\n",
          outcome_.published, plural, wanted_.subject);
    } else if (outcome_.published == 1) {
      out_ << fmt::format("stored as {}:{}{}\n", outcome_.stream, outcome_.last_sequence,
                          outcome_.duplicates > 0 ? ", which it was already: its id is known" : "");
    } else {
      out_ << fmt::format("{} message{} stored in {}, {} to {}", outcome_.published, plural,
                          outcome_.stream, outcome_.first_sequence, outcome_.last_sequence);
      if (outcome_.duplicates > 0) out_ << fmt::format(", {} of them before", outcome_.duplicates);
      out_ << '\n';
    }
    if (outcome_.failed > 0) {
      out_ << fmt::format("{} failed, the rest was not sent: {}\n", outcome_.failed,
                          printable(outcome_.failure));
    }
  }

  nats::connection& over_;
  nats::jetstream js_;
  const publish_request wanted_;
  const nats::subject subject_;
  const body_template id_;
  detail::split_mix random_;
  interruption& stop_;
  std::ostream& out_;
  std::deque<nats::publication> unconfirmed_;
  progress_line progress_;
  publish_outcome outcome_;
};

}  // namespace

task<publish_outcome> publish(nats::connection& over, publish_request wanted, interruption& stop,
                              std::ostream& out) {
  publisher run(over, std::move(wanted), stop, out);
  co_return co_await run.run();
}

}  // namespace weir::tools
