// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/delivery.hpp"

#include "connection_core.hpp"
#include "wire_size.hpp"

namespace weir::nats {
namespace {

constexpr detail::server_feature reason_of_term{"the reason of delivery::term", {2, 10, 4}};

}  // namespace

delivery::delivery(nats::message received, const delivery_info& info, detail::connection_core& core,
                   duration ack_wait, std::shared_ptr<detail::delivery_slots> slots,
                   std::size_t charged) noexcept
    : message_(std::move(received)),
      info_(info),
      core_(&core),
      ack_wait_(ack_wait),
      leased_at_(loop::current().recent_now()),
      slots_(std::move(slots)),
      charged_(charged) {}

delivery& delivery::operator=(delivery&& other) noexcept {
  if (this == &other) return *this;
  finish(false);
  message_ = std::move(other.message_);
  info_ = other.info_;
  core_ = other.core_;
  ack_wait_ = other.ack_wait_;
  leased_at_ = other.leased_at_;
  slots_ = std::move(other.slots_);
  charged_ = other.charged_;
  finished_ = other.finished_;
  return *this;
}

std::size_t delivery::wire_size() const { return detail::wire_size(message_); }

void delivery::finish(bool acknowledged) noexcept {
  finished_ = true;
  if (auto slots = std::move(slots_))
    slots->finished(info_.stream_sequence, charged_, acknowledged);
}

void delivery::answer(std::string_view text) {
  WEIR_ASSERT(!finished_);
  core_->send_ack(message_.reply(), text, saturating_add(leased_at_, ack_wait_));
}

void delivery::ack() {
  answer({});
  finish(true);
}

void delivery::nak(duration delay) {
  if (delay <= duration::zero()) {
    answer("-NAK");
  } else {
    answer("-NAK {\"delay\":" + std::to_string(delay.count()) + "}");
  }
  finish(false);
}

bool delivery::term(std::string_view reason) {
  // Older servers compare with "+TERM" exactly, and ignore one with a reason without a word: the
  // message would come again. Without a connection it is not known which server will get it.
  const bool takes_reason = !reason.empty() && core_->is_connected() &&
                            has_feature(core_->server().version, reason_of_term);
  answer(takes_reason ? "+TERM " + std::string(reason) : std::string("+TERM"));
  finish(false);
  return takes_reason;
}

bool delivery::ack_and_pull(const std::string& reply, std::string_view request) {
  const bool sent = core_->send({.subject = message_.reply(), .reply = reply, .payload = request});
  if (sent) finish(true);
  return sent;
}

void delivery::in_progress() {
  WEIR_ASSERT(!finished_);
  // Not kept for a later connection: acknowledgements wait there, which this must not push out.
  const std::string_view to = message_.reply();
  if (core_->send({.subject = to, .payload = "+WPI"})) leased_at_ = loop::current().now();
}

task<> delivery::ack_sync(duration limit) {
  WEIR_ASSERT(!finished_);
  const std::string to(message_.reply());
  const auto confirmed = co_await core_->requests().ask(to, {}, limit).as_result();
  finish(true);
  if (!confirmed.has_value()) throw confirmed.error();
}

}  // namespace weir::nats
