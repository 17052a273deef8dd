// SPDX-License-Identifier: Apache-2.0
// How a consumer takes requests for messages.
#include "consumer_state.hpp"

namespace weir::nats::detail::model {

std::optional<refusal> consumer_state::refusal_of(const next_request& wanted) {
  const std::int64_t expires = wanted.expires.value_or(0);
  if (wanted.idle_heartbeat.value_or(0) * 2 > expires)
    return refusal{400, "Bad Request - heartbeat value too large"};
  if (settings_.max_batch && *wanted.batch > *settings_.max_batch)
    return refusal{409, "Exceeded MaxRequestBatch of " + std::to_string(*settings_.max_batch)};
  if (settings_.max_expires && expires > *settings_.max_expires) {
    return refusal{409,
                   "Exceeded MaxRequestExpires of " + span_text(duration(*settings_.max_expires))};
  }
  if (settings_.max_bytes && wanted.max_bytes.value_or(0) > *settings_.max_bytes)
    return refusal{409, "Exceeded MaxRequestMaxBytes of " + std::to_string(*settings_.max_bytes)};
  if (pulls_.is_full()) pulls_.look_after(host_.now(), false, delivered());
  if (wanted.no_wait.value_or(false)) {
    active_at_ = host_.now();
    const auto there = static_cast<std::int64_t>(pending() + ledger_.redeliveries());
    if (there == 0 && expires == 0) return refusal{404, "No Messages"};
    if (there > 0) {
      pulls_.look_after(host_.now(), false, delivered());
      if (there < pulls_.wanted()) return refusal{408, "Requests Pending"};
    }
  }
  if (pulls_.is_full()) return refusal{409, "Exceeded MaxWaiting"};
  return std::nullopt;
}

void consumer_state::pull(const std::string& reply, std::string_view body) {
  if (reply.empty()) return;
  const std::optional<next_request> wanted = read_next_request(body);
  if (!wanted) return host_.status(reply, 400, "Bad Request - invalid JSON");
  if (const auto refused = refusal_of(*wanted))
    return host_.status(reply, refused->code, refused->text);
  const time_point now = host_.now();
  waiting_pull made{.reply = reply,
                    .left = *wanted->batch,
                    .bytes_left = wanted->max_bytes.value_or(0),
                    .no_wait = wanted->no_wait.value_or(false),
                    .heartbeat = duration(wanted->idle_heartbeat.value_or(0))};
  if (wanted->expires.value_or(0) > 0)
    made.expires = saturating_add(now, duration(*wanted->expires));
  if (made.heartbeat > duration::zero()) made.next_heartbeat = now + made.heartbeat;
  pulls_.add(std::move(made));
  active_at_ = now;
  deliver();
}

}  // namespace weir::nats::detail::model
