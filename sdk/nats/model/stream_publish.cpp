// SPDX-License-Identifier: Apache-2.0
// How a stream takes a message.
#include <charconv>

#include "stream_state.hpp"

namespace weir::nats::detail::model {
namespace {

constexpr std::size_t header_bytes_max = 65535;

struct publish_refusal {
  api_fault error;
  std::string stream;
  std::uint64_t seq = 0;
};

std::optional<std::uint64_t> number_in(const envelope& message, std::string_view header) {
  const auto text = message.header(header);
  std::uint64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

}  // namespace

bool stream_state::answer_duplicate(const envelope& message) {
  const auto id = message.header("Nats-Msg-Id");
  if (!id || id->empty()) return false;
  const duration window(*settings_.duplicate_window);
  const auto held = ids_.find(std::string(*id), host_.now(), window);
  if (!held) return false;
  host_.confirm(message.reply, "{\"stream\":\"" + name() + "\", \"seq\":" + std::to_string(*held) +
                                   ",\"duplicate\": true}");
  return true;
}

std::optional<api_fault> stream_state::refusal(const envelope& message) {
  if (const auto wanted = number_in(message, "Nats-Expected-Last-Subject-Sequence")) {
    const stored* const last = store_.last(message.subject);
    const std::uint64_t held = last == nullptr ? 0 : last->sequence;
    if (held != *wanted) return wrong_last_sequence(held);
  }
  if (const auto wanted = number_in(message, "Nats-Expected-Last-Sequence");
      wanted && *wanted != store_.last_sequence()) {
    return wrong_last_sequence(store_.last_sequence());
  }
  if (const auto wanted = message.header("Nats-Expected-Last-Msg-Id");
      wanted && !wanted->empty() && *wanted != last_id_) {
    return api_fault{400, 10070, "wrong last msg ID: " + last_id_};
  }
  if (message.header("Nats-Rollup") && (!*settings_.allow_rollup_hdrs || *settings_.deny_purge))
    return api_fault{500, 10111, "rollup not permitted"};
  if (*settings_.max_msg_size >= 0 &&
      message.size() > static_cast<std::size_t>(*settings_.max_msg_size)) {
    return api_fault{400, 10054, "message size exceeds maximum allowed"};
  }
  if (message.header_bytes() > header_bytes_max)
    return api_fault{400, 10097, "header size exceeds maximum allowed of 64k"};
  if (const auto full = store_.refusal(message)) return api_fault{503, 10077, *full};
  return std::nullopt;
}

bool stream_state::is_wanted(const envelope& message) const noexcept {
  if (settings_.retention != "interest") return true;
  for (const auto& [name, consumer] : consumers_) {
    if (matches(consumer->settings().filter(), message.subject)) return true;
  }
  return false;
}

void stream_state::roll_up(const envelope& message) {
  const auto how = message.header("Nats-Rollup");
  if (!how) return;
  purge_request rest{.filter = {}, .seq = {}, .keep = 1};
  if (*how == "sub") rest.filter = message.subject;
  purge(rest);
}

void stream_state::publish(const shared_envelope& message) {
  const std::string reply = settings_.no_ack.value_or(false) ? "" : message->reply;
  const auto refuse = [&](api_fault why) {
    host_.confirm(reply, json::encode(publish_refusal{std::move(why), name()}));
  };
  if (settings_.sealed.value_or(false)) return refuse(stream_sealed());
  const auto meant = message->header("Nats-Expected-Stream");
  if (meant && !meant->empty() && *meant != name())
    return refuse({400, 10060, "expected stream does not match"});
  if (answer_duplicate(*message)) return;
  if (auto refused = refusal(*message)) return refuse(std::move(*refused));
  last_id_ = message->header("Nats-Msg-Id").value_or("");
  const bool wanted = is_wanted(*message);
  const std::uint64_t sequence =
      wanted ? store_.append(message, host_.wall_clock()) : store_.skip();
  if (!last_id_.empty()) ids_.add(last_id_, sequence, host_.now());
  roll_up(*message);
  next_expiry_ = store_.expire(host_.wall_clock());
  host_.confirm(reply, "{\"stream\":\"" + name() + "\", \"seq\":" + std::to_string(sequence) + "}");
  const stored* const kept = store_.find(sequence);
  if (!wanted || kept == nullptr) return;
  const stored came = *kept;
  for (const auto& [name, consumer] : consumers_) consumer->message_came(came);
}

}  // namespace weir::nats::detail::model
