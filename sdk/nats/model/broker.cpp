// SPDX-License-Identifier: Apache-2.0
#include "broker.hpp"

#include "weir/event/subject.hpp"

namespace weir::nats::detail::model {

broker::broker(std::uint64_t seed, std::size_t max_payload, duration latency) noexcept
    : random_(seed), max_payload_(max_payload), latency_(latency) {}

broker::~broker() {
  WEIR_ASSERT(links_.empty());  // The model outlives its connections.
}

task<> broker::admit(std::string server_shown) {
  while (paused_) {
    running_.reset();
    co_await running_.wait();
  }
  if (!refusing_) co_return;
  throw error(errc::unavailable, disposition::retry,
              "connect to nats-server at " + server_shown +
                  ": the model of it was told to refuse connections");
}

void broker::attach(link& made) noexcept { links_.push_back(made); }

void broker::detach(link& gone) noexcept { gone.unlink(); }

duration broker::next_delay() noexcept {
  if (latency_ <= duration::zero()) return duration::zero();
  return duration(
      static_cast<std::int64_t>(random_below(static_cast<std::size_t>(latency_.count()) + 1)));
}

void broker::read(link& from) {
  while (!paused_ && !from.is_over && !from.to_server.empty()) {
    sent next = std::move(from.to_server.front());
    from.to_server.pop_front();
    take(from, next);
  }
  if (from.to_server.empty()) from.bytes_to_server = 0;
}

void broker::take(link& from, sent& one) {
  switch (one.what) {
    case sent::kind::subscribe:
      from.interests[one.subscription] = std::move(one.wanted);
      return;
    case sent::kind::unsubscribe:
      from.interests.erase(one.subscription);
      return;
    case sent::kind::ping:
      from.to_client.push_back({.subscription = 0, .message = nullptr, .is_pong = true});
      return from.client_has_work.set();
    case sent::kind::message:
      break;
  }
  if (one.message->size() > max_payload_) return cut(from, "Maximum Payload Violation");
  take_message(from, one.message);
}

void broker::take_message(link& from, const shared_envelope& message) {
  const bool listened = listener_ != nullptr && listener_->hear(message);
  const bool delivered = deliver(message->subject, message, from.no_echo ? &from : nullptr);
  if (!listened && !delivered && !message->reply.empty()) tell_no_responders(from, message->reply);
}

void broker::tell_no_responders(link& to, const std::string& reply) {
  for (const auto& [subscription, wanted] : to.interests) {
    if (!wanted.is_over() && subject_covers(wanted.pattern, reply))
      return put(to, {subscription, nullptr, reply});
  }
}

void broker::publish(envelope made) {
  const shared_envelope message = make_envelope(std::move(made));
  if (listener_ != nullptr) listener_->hear(message);
  deliver(message->subject, message);
}

bool broker::deliver(const std::string& address, const shared_envelope& message,
                     const link* besides) {
  struct member {
    link* to;
    std::size_t subscription;
  };
  std::map<std::string, std::vector<member>> groups;
  bool found = false;
  links_.for_each([&](link& to) {
    if (to.is_over || &to == besides) return;
    for (const auto& [subscription, wanted] : to.interests) {
      if (wanted.is_over() || !subject_covers(wanted.pattern, address)) continue;
      found = true;
      if (wanted.queue.empty()) {
        put(to, {subscription, message});
      } else {
        groups[wanted.queue].push_back({&to, subscription});
      }
    }
  });
  for (const auto& [name, members] : groups) {
    const member& chosen = members[random_below(members.size())];
    put(*chosen.to, {chosen.subscription, message});
  }
  return found;
}

bool broker::has_interest(const std::string& address) const noexcept {
  bool found = false;
  links_.for_each([&](link& one) {
    for (const auto& [subscription, wanted] : one.interests)
      found =
          found || (!one.is_over && !wanted.is_over() && subject_covers(wanted.pattern, address));
  });
  return found;
}

void broker::put(link& to, arrival next) {
  ++to.interests[next.subscription].sent_messages;
  to.to_client.push_back(std::move(next));
  to.client_has_work.set();
}

void broker::resume() noexcept {
  paused_ = false;
  running_.set();
  links_.for_each([](link& one) { one.server_has_work.set(); });
}

void broker::cut_all(const std::string& reason) {
  links_.for_each([&](link& one) { cut(one, reason); });
}

void broker::cut(link& ended, const std::string& reason) {
  if (ended.is_over) return;
  const std::size_t arrives = random_below(ended.to_server.size() + 1);
  for (std::size_t i = 0; i < arrives && !paused_; ++i) {
    sent next = std::move(ended.to_server.front());
    ended.to_server.pop_front();
    // Too large a message would end the connection once more.
    if (next.message == nullptr || next.message->size() <= max_payload_) take(ended, next);
  }
  ended.to_server.clear();
  ended.bytes_to_server = 0;
  ended.to_client.resize(random_below(ended.to_client.size() + 1));
  ended.interests.clear();
  ended.is_over = true;
  ended.reason = reason;
  ended.client_has_work.set();
}

}  // namespace weir::nats::detail::model
