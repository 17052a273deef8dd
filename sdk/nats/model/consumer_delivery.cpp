// SPDX-License-Identifier: Apache-2.0
// How a consumer chooses messages and sends them.
#include "advisory.hpp"
#include "consumer_state.hpp"

namespace weir::nats::detail::model {

void consumer_state::deliver() {
  bool is_stalled = false;
  pulls_.look_after(host_.now(), false, delivered());
  while (!pulls_.empty()) {
    const candidate next = next_message();
    is_stalled = next.is_stalled;
    if (next.message == nullptr) break;
    // As it will be once this is noted: how often it was delivered, and what is behind it.
    const std::uint64_t attempt =
        next.is_redelivery ? ledger_.attempt_of(next.message->sequence) + 1 : 1;
    const std::uint64_t behind =
        next.is_redelivery ? pending() : std::max<std::uint64_t>(pending(), 1) - 1;
    const shared_envelope made = delivery_of(*next.message, attempt, behind);
    const auto address = pulls_.take(made->subject.size() + made->reply.size() + made->size());
    if (!address) break;
    const std::uint64_t sequence = next.message->sequence;
    note_delivery(next);
    host_.deliver(*address, made);
    if (!settings_.needs_ack()) on_done(sequence);
  }
  pulls_.look_after(host_.now(), !is_stalled, delivered());
}

const stored* consumer_state::next_redelivery() {
  while (ledger_.has_redeliveries()) {
    const std::uint64_t sequence = ledger_.next_redelivery();
    const auto attempt = static_cast<std::int64_t>(ledger_.attempt_of(sequence)) + 1;
    const stored* const message = messages_.find(sequence);
    const bool is_exhausted = *settings_.max_deliver > 0 && attempt > *settings_.max_deliver;
    if (message != nullptr && !is_exhausted) return message;
    ledger_.pop_redelivery();
    if (!is_exhausted) continue;  // The stream has it no more.
    ledger_.count_redelivery(sequence);
    ledger_.give_up(sequence);
    if (attempt != *settings_.max_deliver + 1) continue;  // It was told before.
    host_.advise(advisory_subject("CONSUMER.MAX_DELIVERIES", stream_, name_),
                 advisory{.type = advisory_type("max_deliver"),
                          .stream = stream_,
                          .consumer = name_,
                          .stream_seq = sequence,
                          .deliveries = static_cast<std::uint64_t>(attempt) - 1});
  }
  return nullptr;
}

consumer_state::candidate consumer_state::next_message() {
  if (const stored* const again = next_redelivery())
    return {.message = again, .is_redelivery = true};
  const std::int64_t limit = settings_.max_ack_pending.value_or(-1);
  if (limit > 0 && ledger_.pending() >= static_cast<std::size_t>(limit))
    return {.is_stalled = true};
  const std::uint64_t from =
      last_of_subjects_.empty() ? ledger_.next_in_stream() : last_of_subjects_.front();
  const stored* const next = messages_.next(settings_.filter(), from);
  if (next == nullptr) ledger_.pass(messages_.last_sequence() + 1);
  return {.message = next};
}

void consumer_state::note_delivery(const candidate& next) {
  const std::uint64_t sequence = next.message->sequence;
  if (next.is_redelivery) {
    ledger_.pop_redelivery();
    ledger_.count_redelivery(sequence);
  } else {
    ledger_.pass(sequence + 1);
    if (!last_of_subjects_.empty()) last_of_subjects_.pop_front();
    if (last_of_subjects_.empty()) ledger_.pass(std::exchange(resume_at_, 0));
    if (pending_ && *pending_ > 0) --*pending_;
  }
  ledger_.delivered(sequence, host_.now(), rule());
  delivered_at_ = host_.wall_clock();
  active_at_ = host_.now();
}

shared_envelope consumer_state::delivery_of(const stored& message, std::uint64_t attempt,
                                            std::uint64_t pending) const {
  envelope made = *message.message;
  made.reply = "$JS.ACK." + stream_ + "." + name_;
  for (const std::uint64_t number : {attempt, message.sequence, ledger_.next_delivery(),
                                     static_cast<std::uint64_t>(message.time), pending})
    made.reply += "." + std::to_string(number);
  if (settings_.headers_only.value_or(false)) {
    made.headers.emplace_back("Nats-Msg-Size", std::to_string(made.payload.size()));
    made.payload.clear();
  }
  return make_envelope(std::move(made));
}

}  // namespace weir::nats::detail::model
