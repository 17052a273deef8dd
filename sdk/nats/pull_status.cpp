// SPDX-License-Identifier: Apache-2.0
#include "pull_status.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "quoted_text.hpp"

namespace weir::nats::detail {
namespace {

using enum fetch_end;
using enum status_action;

constexpr std::array rules{
    status_rule{100, "Idle Heartbeat", complete, none},
    status_rule{100, "FlowControl Request", complete, none},
    status_rule{400, "Bad Request", refused, fail},
    status_rule{404, "No Messages", no_messages, pull_again},
    status_rule{408, "Request Timeout", timeout, pull_again},
    status_rule{408, "Requests Pending", busy, pull_later},
    status_rule{408, "Interest Expired", moved, pull_later},
    status_rule{409, "Message Size Exceeds MaxBytes", max_bytes, need_bytes},
    status_rule{409, "Batch Completed", max_bytes, pull_again},
    status_rule{409, "Exceeded MaxWaiting", busy, pull_later},
    status_rule{409, "Exceeded MaxRequestBatch", refused, ask_less},
    status_rule{409, "Exceeded MaxRequestExpires", refused, ask_less},
    status_rule{409, "Exceeded MaxRequestMaxBytes", refused, ask_less},
    // Without a back-off: where there is no leader yet, a pull is answered with 503.
    status_rule{409, "Leadership Change", moved, pull_again},
    status_rule{409, "Server Shutdown", moved, pull_later},
    status_rule{409, "Consumer Deleted", consumer_deleted, fail},
    status_rule{409, "Consumer is push based", consumer_deleted, fail},
    status_rule{412, "", refused, fail},
    status_rule{423, "", pin_lost, clear_pin},
    status_rule{503, "", no_responders, pull_later},
};

constexpr status_rule unknown{0, "", refused, pull_later};

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.begin(), text.end(), value);
  if (read.ec != std::errc() || read.ptr != text.end()) return std::nullopt;
  return value;
}

/// What a user can do about it.
std::string_view remedy(const pull_status& status) {
  if (status.text.starts_with("Consumer Deleted")) return "it was deleted, perhaps as inactive";
  if (status.text.starts_with("Consumer is push")) return "use one without deliver_subject";
  return "the server takes no such pull; its log may say more";
}

}  // namespace

std::span<const status_rule> status_rules() noexcept { return rules; }

status_rule pull_status::rule() const noexcept {
  const auto fits = [this](const status_rule& one) {
    return one.code == code && text.starts_with(one.text);
  };
  const auto* const found = std::ranges::find_if(rules, fits);
  return found == rules.end() ? unknown : *found;
}

pull_status read_pull_status(const message& from) {
  pull_status status;
  status.code = number_of<int>(from.header("Status").value_or("")).value_or(0);
  status.text = from.header("Description").value_or("no description");
  status.pending = number_of<std::uint64_t>(from.header("Nats-Pending-Messages").value_or(""));
  status.pending_bytes = number_of<std::uint64_t>(from.header("Nats-Pending-Bytes").value_or(""));
  return status;
}

error status_failure(const pull_status& status, const std::string& stream,
                     const std::string& consumer) {
  const errc code = status.rule().end == fetch_end::consumer_deleted ? errc::not_found
                    : status.code == 412                             ? errc::unsupported
                                                                     : errc::invalid_argument;
  return {code, disposition::permanent,
          "consumer " + consumer + " of stream " + stream + " gives no more messages: " +
              quoted_text(status.shown()) + "; " + std::string(remedy(status))};
}

}  // namespace weir::nats::detail
