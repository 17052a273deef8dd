// SPDX-License-Identifier: Apache-2.0
#include "question_inbox.hpp"

#include <charconv>

#include "backoff.hpp"
#include "connection_core.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits no_responders_backoff{.first = std::chrono::milliseconds(20),
                                               .longest = std::chrono::seconds(1)};

}  // namespace

error no_responders(std::string_view subject) {
  return {errc::unavailable, disposition::retry,
          "request to " + std::string(subject) +
              ": no responders: nobody is subscribed there, so nobody has got it; is the service " +
              "that answers it running, on this account?"};
}

/// One question that is in flight, in the frame of the task that asks.
struct question_inbox::question {
  std::string subject;  ///< where it goes; for what the server refuses
  outcome came = outcome::waiting;
  std::optional<message> answer;
  manual_reset_event done;

  void begin() noexcept {
    came = outcome::waiting;
    answer.reset();
    done.reset();
  }
  void end(outcome how) noexcept {
    if (came != outcome::waiting) return;
    came = how;
    done.set();
  }
};

/// A question's permit, and its place among those that wait; after one permit was acquired.
class question_inbox::place {
 public:
  explicit place(question_inbox& in) noexcept : in_(in) {}
  ~place() {
    leave();
    in_.free_.release();
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  /// The token of `asked`, which is found by it from now on.
  std::uint64_t enter(question& asked) {
    leave();
    token_ = ++in_.asked_;
    in_.waiting_.emplace(token_, &asked);
    return token_;
  }

 private:
  void leave() noexcept { in_.waiting_.erase(token_); }

  question_inbox& in_;
  std::uint64_t token_ = 0;
};

question_inbox::question_inbox(connection_core& core, std::size_t in_flight_max)
    : core_(core), free_(in_flight_max) {
  core_.add(*this);
}

question_inbox::~question_inbox() {
  WEIR_ASSERT(waiting_.empty());
  core_.remove(*this);
}

question_inbox::question* question_inbox::find(std::string_view subject) noexcept {
  const std::string_view token = token_of(*this, subject);
  std::uint64_t number = 0;
  const auto read = std::from_chars(token.begin(), token.end(), number);
  if (token.empty() || read.ec != std::errc() || read.ptr != token.end()) return nullptr;
  const auto found = waiting_.find(number);
  return found == waiting_.end() ? nullptr : found->second;
}

void question_inbox::on_message(message received) noexcept {
  question* const asked = find(received.subject());
  if (asked == nullptr) return;  // Answers a question given up, or answered already.
  if (asked->came == outcome::waiting) asked->answer.emplace(std::move(received));
  asked->end(outcome::answered);
}

void question_inbox::on_no_responders(std::string_view subject) noexcept {
  question* const asked = find(subject);
  if (asked != nullptr) asked->end(outcome::no_responders);
}

void question_inbox::on_disconnected(const error&) noexcept {
  for (const auto& one : waiting_) one.second->end(outcome::disconnected);
}

void question_inbox::on_not_permitted(const refusal& refused) noexcept {
  const bool is_deaf = is_refused_by(refused);
  if (is_deaf) refused_ = refused;
  for (const auto& one : waiting_) {
    if (is_deaf || (!refused.is_subscription && one.second->subject == refused.subject))
      one.second->end(outcome::not_permitted);
  }
}

task<> question_inbox::put(place& at, question& asked, outgoing out) {
  co_await core_.wait_connected();
  if (refused_) throw not_permitted(*refused_);
  asked.begin();
  const std::string reply = address() + "." + std::to_string(at.enter(asked));
  out.reply = reply;
  asked.subject = out.subject;
  core_.send(out);
  co_await asked.done.wait();
  if (asked.came == outcome::not_permitted)
    throw not_permitted(refused_ ? *refused_ : refusal{.subject = asked.subject});
}

task<message> question_inbox::ask_until_answered(const std::string& subject,
                                                 std::string_view payload) {
  const outgoing what{.subject = subject, .payload = payload};
  co_await free_.acquire();
  question asked;
  place held(*this);
  for (unsigned attempt = 0;; ++attempt) {
    co_await put(held, asked, what);
    if (asked.came == outcome::answered) co_return std::move(*asked.answer);
    if (asked.came != outcome::no_responders) continue;
    co_await sleep(backoff(no_responders_backoff, attempt, loop::current().random()));
  }
}

task<message> question_inbox::ask(const std::string& subject, std::string_view payload,
                                  duration limit) {
  // with_timeout would throw an error that does not name the question.
  result<message> answer =
      co_await with_timeout(limit, ask_until_answered(subject, payload)).as_result();
  if (answer.has_value()) co_return std::move(*answer);
  if (!answer.error().is(errc::deadline_exceeded)) throw answer.error();
  throw error(errc::unavailable, disposition::retry,
              "no answer to a request to " + subject + " within its time: " +
                  (core_.is_connected()
                       ? "nobody answers there; is JetStream enabled (nats-server -js), and does "
                         "the stream or consumer have a leader?"
                       : "there is no connection: " + core_.last_failure()));
}

task<message> question_inbox::ask_once(const outgoing& what, bool& is_sent) {
  co_await free_.acquire();
  question asked;
  place held(*this);
  co_await core_.wait_ready_to_send();
  const auto refused = core_.size_problem(what);
  if (refused) throw *refused;
  is_sent = true;
  co_await put(held, asked, what);
  if (asked.came == outcome::answered) co_return std::move(*asked.answer);
  if (asked.came == outcome::no_responders) throw no_responders(what.subject);
  throw error(errc::unavailable, disposition::retry,
              "request to " + std::string(what.subject) +
                  ": the connection was lost before an answer came, so it may have been handled " +
                  "or not: " + core_.last_failure());
}

}  // namespace weir::nats::detail
