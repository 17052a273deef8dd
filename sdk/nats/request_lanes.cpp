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

}  // namespace

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

void request_lane::on_no_responders() noexcept { end(outcome::no_responders); }

void request_lane::on_disconnected(const error&) noexcept { end(outcome::disconnected); }

request_lanes::request_lanes(connection_core& core, std::size_t lanes)
    : core_(core), free_(lanes) {}

request_lanes::~request_lanes() {
  for (auto& lane : lanes_) core_.remove(*lane);
}

request_lane& request_lanes::take() {
  for (auto& lane : lanes_) {
    if (lane->is_busy) continue;
    lane->is_busy = true;
    return *lane;
  }
  auto& made = *lanes_.emplace_back(std::make_unique<request_lane>());
  made.is_busy = true;
  core_.add(made);
  return made;
}

void request_lanes::give_back(request_lane& lane) noexcept {
  lane.came = request_lane::outcome::disconnected;
  lane.answer.reset();
  lane.is_busy = false;
  free_.release();
}

task<request_lane::outcome> request_lanes::ask_once(request_lane& lane, const std::string* subject,
                                                    std::string_view payload) {
  co_await core_.wait_connected();
  const std::string reply = lane.begin();
  const std::string& to = subject == nullptr ? reply : *subject;
  core_.send({.subject = to.c_str(),
              .subject_size = to.size(),
              .reply = subject == nullptr ? nullptr : reply.c_str(),
              .payload = payload});
  co_await lane.done.wait();
  co_return lane.came;
}

task<message> request_lanes::ask_until_answered(const std::string& subject,
                                                std::string_view payload) {
  co_await free_.acquire();
  request_lane& lane = take();
  const auto give_lane_back = [this](request_lane* used) { give_back(*used); };
  const std::unique_ptr<request_lane, decltype(give_lane_back)> guard(&lane, give_lane_back);
  for (unsigned attempt = 0;; ++attempt) {
    const request_lane::outcome came = co_await ask_once(lane, &subject, payload);
    if (came == request_lane::outcome::answered) co_return std::move(*lane.answer);
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

task<> request_lanes::echo_once() {
  if (!core_.is_connected()) throw core_.not_connected("flush");
  co_await free_.acquire();
  request_lane& lane = take();
  const auto give_lane_back = [this](request_lane* used) { give_back(*used); };
  const std::unique_ptr<request_lane, decltype(give_lane_back)> guard(&lane, give_lane_back);
  const request_lane::outcome came = co_await ask_once(lane, nullptr, {});
  if (came != request_lane::outcome::answered) throw core_.not_connected("flush");
}

task<> request_lanes::echo(duration limit) { return with_timeout(limit, echo_once()); }

}  // namespace weir::nats::detail
