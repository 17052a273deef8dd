// SPDX-License-Identifier: Apache-2.0
#include "model_transport.hpp"

#include "weir/loop.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail::model {
namespace {

shared_envelope envelope_of(const outgoing& out) {
  envelope made{.subject = std::string(out.subject),
                .reply = std::string(out.reply),
                .payload = std::string(out.payload),
                .headers = {}};
  if (!out.msg_id.empty()) made.headers.emplace_back("Nats-Msg-Id", out.msg_id);
  if (out.headers != nullptr)
    for (const auto& one : *out.headers) made.headers.emplace_back(one.first, one.second);
  return make_envelope(std::move(made));
}

}  // namespace

model_transport::~model_transport() { broker_.detach(link_); }

task<server_info> model_transport::connect(const server_address& server,
                                           const connection_options& options,
                                           transport_listener& listener) {
  server_ = server.shown();
  const time_point asked = loop::current().now();
  listener_ = &listener;
  const auto admitted =
      co_await with_timeout(options.connect_timeout, broker_.admit(server_)).as_result();
  if (!admitted.has_value()) {
    if (!admitted.error().is(errc::deadline_exceeded)) throw admitted.error();
    throw error(errc::unavailable, disposition::retry,
                "connect to nats-server at " + server_ + ": the model of it is paused");
  }
  link_.no_echo = options.no_echo;
  broker_.attach(link_);
  first_rtt_ = loop::current().now() - asked;
  server_info info;
  info.id = info.name = "model";
  info.version = {2, 9, 10};
  info.max_payload = broker_.max_payload();
  info.headers = info.jetstream = true;
  co_return info;
}

task<> model_transport::run() {
  return with_scope([this](scope& children) { return move_messages(children); });
}

task<> model_transport::move_messages(scope& children) {
  children.spawn(send_for_ever());
  co_await receive_for_ever();
}

task<> model_transport::send_for_ever() {
  for (;;) {
    // The event puts this task behind all that are ready now, as a write of their bytes would be.
    co_await link_.server_has_work.wait();
    link_.server_has_work.reset();
    const duration delay = broker_.next_delay();
    if (delay > duration::zero()) co_await sleep(delay);
    broker_.read(link_);
    listener_->on_written();
  }
}

task<> model_transport::receive_for_ever() {
  for (;;) {
    co_await link_.client_has_work.wait();
    link_.client_has_work.reset();
    const duration delay = broker_.next_delay();
    if (delay > duration::zero()) co_await sleep(delay);
    receive();
    if (!link_.is_over || !link_.to_client.empty()) continue;
    throw error(errc::unavailable, disposition::retry,
                "the connection to nats-server at " + server_ + " ended: " + link_.reason);
  }
}

void model_transport::receive() {
  // What the sinks cause to come in is delivered in the next turn.
  for (std::size_t left = link_.to_client.size(); left > 0; --left) {
    const arrival next = std::move(link_.to_client.front());
    link_.to_client.pop_front();
    ++signs_of_life_;
    if (next.is_pong) {
      listener_->on_pong();
      continue;
    }
    message_sink* const sink = sinks_[next.subscription];
    if (sink == nullptr) continue;
    if (next.message == nullptr) {
      sink->on_no_responders(next.unanswered);
    } else {
      ++received_.messages;
      received_.bytes += next.message->payload.size();
      sink->on_message(adopt(next.message));
    }
  }
}

void model_transport::send(sent one) {
  link_.to_server.push_back(std::move(one));
  link_.server_has_work.set();
}

transport::subscription model_transport::subscribe(const subscription_request& wanted,
                                                   message_sink& sink) {
  sinks_.push_back(&sink);
  const subscription made = sinks_.size() - 1;
  send({.what = sent::kind::subscribe,
        .subscription = made,
        .wanted = {.pattern = wanted.pattern,
                   .queue = wanted.queue_group,
                   .max_messages = wanted.max_messages}});
  return made;
}

void model_transport::stop(subscription made) noexcept {
  send({.what = sent::kind::unsubscribe, .subscription = made});
}

void model_transport::unsubscribe(subscription made) noexcept {
  sinks_[made] = nullptr;
  send({.what = sent::kind::unsubscribe, .subscription = made});
}

bool model_transport::publish(const outgoing& out) noexcept {
  if (link_.is_over) return false;
  const shared_envelope made = envelope_of(out);
  link_.bytes_to_server += made->subject.size() + made->size();
  send({.what = sent::kind::message, .message = made});
  return true;
}

bool model_transport::ping() noexcept {
  if (link_.is_over) return false;
  send({.what = sent::kind::ping});
  return true;
}

}  // namespace weir::nats::detail::model
