// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/request.hpp"

#include "connection_core.hpp"
#include "quoted_text.hpp"
#include "subscription_state.hpp"
#include "weir/timeout.hpp"

namespace weir::nats {
namespace {

detail::outgoing question_of(const subject& to, std::string_view payload, const headers* with) {
  return {.subject = to.text(), .payload = payload, .headers = with};
}

std::string why_unanswered(const detail::connection_core& core, bool is_sent) {
  if (is_sent) {
    return "no answer came within its time: whoever is subscribed there is too slow, or does not "
           "answer; it may have been handled";
  }
  if (core.is_connected())
    return "it was not sent within its time: too many questions, or too many bytes, wait for "
           "others";
  return "it was not sent within its time: there is no connection: " + core.last_failure();
}

/// The answers to one question, which it stops listening for in the end.
class answers {
 public:
  explicit answers(detail::connection_core& core)
      : address(core.fresh_address()),
        state(std::make_shared<detail::subscription_state>(
            core, address, subscription_options{}, detail::subscription_state::purpose::answers)) {}
  ~answers() { state->unsubscribe(); }
  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  const std::string address;
  const std::shared_ptr<detail::subscription_state> state;
};

bool is_empty(const message& one) { return one.payload().empty() && one.headers().empty(); }

}  // namespace

task<message> request(connection& over, const subject& to, std::string_view payload,
                      request_options options) {
  detail::connection_core& core = over.core();
  const detail::outgoing question = question_of(to, payload, options.headers);
  bool is_sent = false;
  result<message> answer =
      co_await with_timeout(options.timeout, core.user_requests().ask_once(question, is_sent))
          .as_result();
  if (answer.has_value()) co_return std::move(*answer);
  if (!answer.error().is(errc::deadline_exceeded)) throw answer.error();
  throw error(errc::deadline_exceeded, disposition::retry,
              "request to " + to.text() + ": " + why_unanswered(core, is_sent));
}

stream<message> request_many(connection& over, subject to, std::string payload,
                             request_many_options options) {
  detail::connection_core& core = over.core();
  co_await core.wait_connected();
  const answers got(core);
  detail::outgoing question = question_of(to, payload, &options.headers);
  question.reply = got.address;
  co_await core.publish(question);
  const time_point last = saturating_add(loop::current().now(), options.timeout);
  time_point until = last;
  for (std::size_t count = 0; options.max_answers == 0 || count < options.max_answers;) {
    auto next =
        co_await with_deadline(until, detail::subscription_state::next(got.state)).as_result();
    if (!next.has_value()) {
      if (next.error().is(errc::deadline_exceeded)) co_return;
      if (next.error().disposition() == disposition::permanent) throw next.error();
      co_yield failed(next.error());
      continue;
    }
    if (!next->has_value()) {
      if (count == 0 && got.state->had_no_responders()) throw detail::no_responders(to.text());
      co_return;
    }
    if (options.ends_with_empty && is_empty(**next)) co_return;
    ++count;
    if (options.stall > duration::zero())
      until = std::min(last, saturating_add(loop::current().now(), options.stall));
    co_yield std::move(**next);
  }
}

task<> publish_request(connection& over, const subject& to, const subject& reply_to,
                       std::string_view payload) {
  return over.core().publish({.subject = to.text(), .reply = reply_to.text(), .payload = payload});
}

task<> publish_request(connection& over, const subject& to, const subject& reply_to,
                       std::string_view payload, const headers& with) {
  return over.core().publish(
      {.subject = to.text(), .reply = reply_to.text(), .payload = payload, .headers = &with});
}

task<> respond(connection& over, const message& to, std::string_view payload) {
  const subject target(to.reply());
  co_await over.core().publish({.subject = target.text(), .payload = payload});
}

task<> respond(connection& over, const message& to, std::string_view payload, const headers& with) {
  const subject target(to.reply());
  co_await over.core().publish({.subject = target.text(), .payload = payload, .headers = &with});
}

}  // namespace weir::nats
