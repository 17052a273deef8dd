// SPDX-License-Identifier: Apache-2.0
#include "publisher.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "backoff.hpp"
#include "connection_core.hpp"
#include "lost_confirmation.hpp"
#include "publish_answer.hpp"
#include "publish_headers.hpp"
#include "random_text.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::size_t window_bytes_max = 64U << 20;
/// A slot keeps its payload's memory for the next message up to this size.
constexpr std::size_t kept_payload_bytes = 16U << 10;
/// A stream answers in a millisecond or so; after this long, the answer is taken for lost.
constexpr auto answer_limit = std::chrono::seconds(5);
constexpr backoff_limits refused_backoff{.first = std::chrono::milliseconds(50),
                                         .longest = std::chrono::seconds(2)};
/// The inbox's address, and the token of a publication behind it: ".<index>-<use>".
constexpr std::size_t reply_bytes = 128;
constexpr std::size_t token_bytes_max = 64;
/// An id that is not given by the user: "weir-", 60 random bits, and a number.
constexpr std::size_t id_digits = 12;
constexpr std::size_t id_bytes_max = 48;
/// "NATS/1.0", the line of the id, and their line ends.
constexpr std::size_t header_framing_bytes = 12 + sizeof("Nats-Msg-Id: ") + 1;

/// One message may be larger than the whole window; it then has it alone.
std::size_t window_share(std::size_t size) { return std::min(size, window_bytes_max); }

}  // namespace

publisher::publisher(connection_core& core, std::size_t window)
    : core_(core), window_(window), window_bytes_(window_bytes_max) {
  id_prefix_ = "weir-" + random_text(id_digits) + "-";
  core_.add(*this);
}

publisher::~publisher() {
  WEIR_ASSERT(waiting_.empty());
  core_.remove(*this);
}

std::string_view publisher::fresh_id(std::span<char> into) noexcept {
  char* const number = into.data() + id_prefix_.copy(into.data(), into.size());
  return {into.data(), std::to_chars(number, into.data() + into.size(), ++ids_).ptr};
}

publication_slot& publisher::free_slot() {
  if (free_.empty()) {
    slots_.push_back(std::make_unique<publication_slot>(*this, slots_.size()));
    free_.reserve(slots_.size());  // So that giving back never allocates.
    free_.push_back(slots_.back().get());
  }
  publication_slot& slot = *free_.back();
  free_.pop_back();
  return slot;
}

task<publication> publisher::begin(const nats::subject& to, std::string_view payload,
                                   publish_options options) {
  const time_point deadline = saturating_add(loop::current().now(), options.timeout);
  std::array<char, id_bytes_max> own_id;
  const std::string_view msg_id = options.msg_id.empty() ? fresh_id(own_id) : options.msg_id;
  if (!options.msg_id.empty()) check_header_value("Nats-Msg-Id", msg_id);
  publish_headers headers = make_publish_headers(to.text(), options);
  const std::size_t size =
      payload.size() + msg_id.size() + header_framing_bytes + headers.all.lines().size();
  if (const auto refused = core_.size_problem(to.text(), size)) throw *refused;
  if (headers.needs != nullptr) {
    if (const auto missing = core_.feature_problem("publish to " + to.text(), headers.needs))
      throw *missing;
  }
  if (refused_) throw not_permitted(*refused_);
  co_await window_.acquire();
  if (!window_bytes_.try_acquire(window_share(size))) {
    const auto acquired = co_await window_bytes_.acquire(window_share(size)).as_result();
    if (!acquired.has_value()) window_.release();
    acquired.value();
  }
  publication_slot& slot = free_slot();
  ++slot.use;
  slot.begun = ++begun_;
  slot.subject = to.text();
  slot.payload.assign(payload);
  slot.msg_id.assign(msg_id);
  slot.headers = std::move(headers.all);
  slot.needs = headers.needs;
  slot.id_is_given = !options.msg_id.empty();
  slot.wire_size = size;
  slot.deadline = deadline;
  slot.sends = 0;
  slot.sent_as = 0;
  slot.abandoned = false;
  slot.last_problem.clear();
  slot.failure.reset();
  slot.doubted_in.clear();
  slot.done.reset();
  if (closed_) {
    fail(slot, core_.not_connected("publish to " + slot.subject));
    co_return publication(slot);
  }
  if (refused_) {
    fail(slot, not_permitted(*refused_));
    co_return publication(slot);
  }
  send(slot, loop::current().recent_now());
  publication handle(slot);
  // A publication given up here may be stored; its publisher was cancelled and does not know.
  if (!core_.is_writable()) co_await core_.wait_writable();
  co_return handle;
}

void publisher::send(publication_slot& slot, time_point now) noexcept {
  move_to_back(slot, now);
  // Another server than the one before may have another limit.
  if (auto refused = core_.size_problem(slot.subject, slot.wire_size))
    return fail(slot, std::move(*refused));
  if (slot.needs != nullptr) {
    if (auto missing = core_.feature_problem("publish to " + slot.subject, slot.needs))
      return fail(slot, std::move(*missing));
  }
  std::array<char, reply_bytes> reply;
  const std::string& box = address();
  WEIR_ASSERT(box.size() + token_bytes_max <= reply.size());
  char* end = reply.data() + box.copy(reply.data(), reply.size());
  *end++ = '.';
  end = std::to_chars(end, reply.data() + reply.size(), slot.index).ptr;
  *end++ = '-';
  end = std::to_chars(end, reply.data() + reply.size(), slot.use).ptr;
  // Without a connection nothing is sent; the next one does it.
  if (core_.send({.subject = slot.subject,
                  .reply = {reply.data(), end},
                  .payload = slot.payload,
                  .headers = &slot.headers,
                  .msg_id = slot.msg_id})) {
    slot.sent_as = ++sent_;
    ++slot.sends;
  }
  await_next_look(slot);
}

publication_slot* publisher::slot_of(std::string_view token) noexcept {
  std::size_t index = 0;
  std::uint64_t use = 0;
  const auto first = std::from_chars(token.begin(), token.end(), index);
  if (first.ec != std::errc() || first.ptr == token.end() || *first.ptr != '-') return nullptr;
  const auto second = std::from_chars(first.ptr + 1, token.end(), use);
  if (second.ec != std::errc() || index >= slots_.size()) return nullptr;
  publication_slot& slot = *slots_[index];
  return slot.use == use && slot.is_linked() ? &slot : nullptr;
}

void publisher::take_answer(std::string_view subject, std::string_view answer) noexcept {
  if (publication_slot* slot = slot_of(token_of(*this, subject))) settle(*slot, answer);
}

void publisher::on_message(message received) noexcept {
  take_answer(received.subject(), received.payload());
}

void publisher::on_message_read(const message_parts& parts) noexcept {
  take_answer(parts.subject, parts.payload);
}

void publisher::on_no_responders(std::string_view subject) noexcept {
  publication_slot* slot = slot_of(token_of(*this, subject));
  if (slot == nullptr) return;
  slot->last_problem = "no stream listens on this subject, or it has no leader";
  await_next_look(*slot);
}

void publisher::settle(publication_slot& slot, std::string_view text) noexcept {
  if (const auto stored = parse_plain_publish_answer(text)) {
    slot.ack.stream.assign(stored->stream);
    slot.ack.sequence = stored->sequence;
    slot.ack.duplicate = false;
    return finish(slot);
  }
  result<publish_answer> answer = parse_publish_answer(text);
  if (!answer.has_value()) {
    return fail(slot, {answer.error().code(), answer.error().disposition(),
                       "publish to " + slot.subject + ": " + answer.error().message()});
  }
  if (answer->refusal) {
    slot.last_problem = describe(*answer->refusal);
    if (answer->is_temporary()) return await_next_look(slot);
    // An earlier copy may be what the stream has gone on by; confirmed() finds out.
    const bool is_doubtful = (answer->is_outdated() && (slot.sends > 1 || slot.id_is_given)) ||
                             (answer->is_full() && slot.sends > 1);
    error refused = answer->refused("publish to " + slot.subject);
    if (is_doubtful) slot.doubted_in = std::move(answer->ack.stream);
    return fail(slot, std::move(refused));
  }
  slot.ack = std::move(answer->ack);
  finish(slot);
}

void publisher::fail(publication_slot& slot, error why) noexcept {
  slot.failure.emplace(std::move(why));
  finish(slot);
}

void publisher::finish(publication_slot& slot) noexcept {
  slot.unlink();
  if (slot.is_armed()) loop::current().timers().disarm(slot);
  window_.release();
  window_bytes_.release(window_share(slot.wire_size));
  slot.done.set();
  if (slot.payload.capacity() > kept_payload_bytes) std::string().swap(slot.payload);
  if (slot.abandoned) free_.push_back(&slot);
}

void publisher::drop(publication_slot& slot) noexcept {
  slot.abandoned = true;
  if (!slot.is_linked()) free_.push_back(&slot);
}

void publisher::on_connected() noexcept {
  refused_.reset();
  // In the order in which they were begun; those that are waiting stand in that of their last look.
  std::vector<publication_slot*> again;
  waiting_.for_each([&again](publication_slot& slot) { again.push_back(&slot); });
  std::ranges::sort(again, {}, &publication_slot::begun);
  const time_point now = loop::current().now();
  for (publication_slot* const slot : again) {
    if (!slot->abandoned) {
      send(*slot, now);
    } else {
      move_to_back(*slot, now);
      await_next_look(*slot);
    }
  }
}

void publisher::on_disconnected(const error& why) noexcept {
  waiting_.for_each([&](publication_slot& slot) {
    slot.last_problem = why.message();
    await_next_look(slot);
  });
}

void publisher::on_not_permitted(const refusal& refused) noexcept {
  // Without this inbox no confirmation can come.
  const bool is_deaf = is_refused_by(refused);
  if (is_deaf) refused_ = refused;
  waiting_.for_each([&](publication_slot& slot) {
    if (is_deaf || (!refused.is_subscription && slot.subject == refused.subject))
      fail(slot, not_permitted(refused));
  });
}

void publication_slot::on_timer() noexcept { owner.look_after(*this); }

void publisher::look_after(publication_slot& slot) noexcept {
  const time_point now = loop::current().now();
  if (now >= slot.deadline) return fail(slot, deadline_error(slot));
  if (!slot.abandoned && core_.is_connected()) return send(slot, now);
  move_to_back(slot, now);
  await_next_look(slot);
}

void publisher::look_after_oldest() noexcept {
  const time_point now = loop::current().now();
  while (!waiting_.empty() && waiting_.front().sent_at + answer_limit <= now)
    look_after(waiting_.front());
  if (!waiting_.empty() && !watch_.is_armed())
    loop::current().timers().arm(watch_, waiting_.front().sent_at + answer_limit);
}

void publisher::move_to_back(publication_slot& slot, time_point now) noexcept {
  slot.sent_at = now;
  slot.unlink();
  waiting_.push_back(slot);
}

time_point publisher::next_look(const publication_slot& slot) const noexcept {
  if (slot.abandoned || !core_.is_connected()) return slot.deadline;
  const duration patience =
      slot.last_problem.empty()
          ? answer_limit
          : refused_backoff.first + backoff(refused_backoff, std::max(slot.sends, 1U) - 1,
                                            slot.sent_as * 0x9e3779b97f4a7c15U);
  return std::min(slot.deadline, slot.sent_at + patience);
}

void publisher::await_next_look(publication_slot& slot) noexcept {
  weir::detail::timer_queue& timers = loop::current().timers();
  if (slot.is_armed()) timers.disarm(slot);
  const time_point next = next_look(slot);
  if (next < slot.sent_at + answer_limit) return timers.arm(slot, next);
  if (!watch_.is_armed()) timers.arm(watch_, waiting_.front().sent_at + answer_limit);
}

error publisher::deadline_error(const publication_slot& slot) const {
  const std::string problem = !core_.is_connected()       ? core_.last_failure()
                              : slot.last_problem.empty() ? "the stream does not answer"
                                                          : slot.last_problem;
  return {errc::deadline_exceeded, disposition::retry,
          "publish to " + slot.subject + " (Nats-Msg-Id " + slot.msg_id +
              ") was not confirmed in time, sent " + std::to_string(slot.sends) +
              " times: " + problem +
              ". It may be stored or not; published again with this id it is stored once"};
}

task<> publisher::resolve(publication_slot& slot) {
  doubtful_publication about{.stream = slot.doubted_in,
                             .subject = slot.subject,
                             .msg_id = slot.msg_id,
                             .headers = slot.headers};
  const doubt_resolved resolved = co_await resolve_doubt(core_, std::move(about));
  slot.doubted_in.clear();
  if (resolved.is == doubt_resolved::outcome::stored) {
    slot.failure.reset();
    slot.ack = resolved.ack;
  } else if (resolved.is == doubt_resolved::outcome::unknown && slot.sends > 1) {
    slot.failure.emplace(slot.failure->code(), slot.failure->disposition(),
                         slot.failure->message() + ". It was sent " + std::to_string(slot.sends) +
                             " times (Nats-Msg-Id " + slot.msg_id +
                             "), and may be stored: the confirmation of an earlier copy may have "
                             "been lost, and what is in the stream now does not tell");
  }
}

void publisher::close() noexcept {
  closed_ = true;
  waiting_.for_each([this](publication_slot& slot) {
    fail(slot, core_.not_connected("publish to " + slot.subject));
  });
  loop::current().timers().disarm(watch_);
}

}  // namespace weir::nats::detail
namespace weir::nats {

publication::~publication() {
  if (slot_ != nullptr) slot_->owner.drop(*slot_);
}

task<publish_ack> publication::confirmed() {
  co_await slot_->done.wait();
  if (!slot_->doubted_in.empty()) co_await slot_->owner.resolve(*slot_);
  if (slot_->failure) throw *slot_->failure;
  co_return slot_->ack;
}

}  // namespace weir::nats
