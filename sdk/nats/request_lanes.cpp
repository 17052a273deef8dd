// SPDX-License-Identifier: Apache-2.0
#include "request_lanes.hpp"

#include "backoff.hpp"
#include "connection_core.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits no_responders_backoff{.first = std::chrono::milliseconds(20),
                                               .longest = std::chrono::seconds(1)};
/// Lanes kept for later; the server keeps a subscription for each.
constexpr std::size_t idle_lanes_max = 64;

}  // namespace

error no_responders(const char* subject) {
  return {errc::unavailable, disposition::retry,
          "request to " + std::string(subject) +
              ": no responders: nobody is subscribed there, so nobody has got it; is the service " +
              "that answers it running, on this account?"};
}

request_lane::request_lane(connection_core& core) : core_(core) { core_.add(*this); }

request_lane::~request_lane() { core_.remove(*this); }

std::string request_lane::begin() {
  token_ = std::to_string(++question_);
  came = outcome::waiting;
  answer.reset();
  done.reset();
  return address() + "." + token_;
}

void request_lane::end(outcome how) noexcept {
  if (came != outcome::waiting) return;
  came = how;
  done.set();
}

void request_lane::on_message(message received) noexcept {
  if (token_of(*this, received.subject()) != token_) return;  // Answers a question given up.
  if (came == outcome::waiting) answer.emplace(std::move(received));
  end(outcome::answered);
}

void request_lane::on_no_responders(std::string_view subject) noexcept {
  if (token_of(*this, subject) == token_) end(outcome::no_responders);
}

void request_lane::on_disconnected(const error&) noexcept { end(outcome::disconnected); }

/// The use of one lane, after one permit was acquired.
class request_lanes::lease {
 public:
  explicit lease(request_lanes& from) : from_(from) {
    if (from_.idle_.empty()) {
      lane_ = std::make_unique<request_lane>(from_.core_);
    } else {
      lane_ = std::move(from_.idle_.back());
      from_.idle_.pop_back();
    }
  }
  ~lease() {
    const bool given_up = lane_->came == request_lane::outcome::waiting;
    lane_->answer.reset();
    if (!given_up && from_.idle_.size() < idle_lanes_max) from_.idle_.push_back(std::move(lane_));
    from_.free_.release();
  }
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;

  request_lane& lane() const noexcept { return *lane_; }

 private:
  request_lanes& from_;
  std::unique_ptr<request_lane> lane_;
};

request_lanes::request_lanes(connection_core& core, std::size_t lanes) : core_(core), free_(lanes) {
  idle_.reserve(idle_lanes_max);
}

task<request_lane::outcome> request_lanes::put(request_lane& lane, const outgoing* question) {
  co_await core_.wait_connected();
  const std::string reply = lane.begin();
  outgoing out{.subject = reply.c_str(), .subject_size = reply.size()};
  if (question != nullptr) {
    out = *question;
    out.reply = reply.c_str();
  }
  core_.send(out);
  co_await lane.done.wait();
  co_return lane.came;
}

task<message> request_lanes::ask_until_answered(const std::string& subject,
                                                std::string_view payload) {
  const outgoing question{
      .subject = subject.c_str(), .subject_size = subject.size(), .payload = payload};
  co_await free_.acquire();
  const lease held(*this);
  for (unsigned attempt = 0;; ++attempt) {
    const request_lane::outcome came = co_await put(held.lane(), &question);
    if (came == request_lane::outcome::answered) co_return std::move(*held.lane().answer);
    if (came != request_lane::outcome::no_responders) continue;
    co_await sleep(backoff(no_responders_backoff, attempt, loop::current().random()));
  }
}

task<message> request_lanes::ask(const std::string& subject, std::string_view payload,
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

task<message> request_lanes::ask_once(const outgoing& question, bool& is_sent) {
  co_await free_.acquire();
  const lease held(*this);
  do {
    co_await core_.wait_connected();
    co_await core_.wait_writable();
  } while (!core_.is_connected());
  const auto refused = core_.size_problem(question);
  if (refused) throw *refused;
  is_sent = true;
  const request_lane::outcome came = co_await put(held.lane(), &question);
  if (came == request_lane::outcome::answered) co_return std::move(*held.lane().answer);
  if (came == request_lane::outcome::no_responders) throw no_responders(question.subject);
  throw error(errc::unavailable, disposition::retry,
              "request to " + std::string(question.subject) +
                  ": the connection was lost before an answer came, so it may have been handled " +
                  "or not: " + core_.last_failure());
}

task<> request_lanes::echo_once() {
  if (!core_.is_connected()) throw core_.not_connected("flush");
  co_await free_.acquire();
  const lease held(*this);
  const request_lane::outcome came = co_await put(held.lane(), nullptr);
  if (came != request_lane::outcome::answered) throw core_.not_connected("flush");
}

task<> request_lanes::echo(duration limit) { return with_timeout(limit, echo_once()); }

}  // namespace weir::nats::detail
