// SPDX-License-Identifier: Apache-2.0
#include "permission.hpp"

#include <algorithm>

#include "quoted_text.hpp"

namespace weir::nats::detail {
namespace {

/// The text between the first two quotes; empty where there are none.
std::string text_in_quotes(std::string_view words) {
  const std::size_t first = words.find('"');
  const std::size_t last = first == std::string_view::npos ? first : words.find('"', first + 1);
  if (last == std::string_view::npos) return {};
  return std::string(words.substr(first + 1, last - first - 1));
}

}  // namespace

refusal read_refusal(std::string_view words) {
  refusal read;
  read.is_subscription = words.find("Subscription to") != std::string_view::npos ||
                         words.find("subscription to") != std::string_view::npos;
  const std::size_t queue = std::min(words.find(" using queue "), words.size());
  read.subject = text_in_quotes(words.substr(0, queue));
  read.queue_group = text_in_quotes(words.substr(queue));
  return read;
}

error not_permitted(const refusal& refused) {
  const std::string what = refused.is_subscription ? "subscribe to " : "publish to ";
  return {errc::unavailable, disposition::permanent,
          "the server does not permit this user to " + what + quoted_text(refused.subject) +
              "; allow it in the user's permissions (JetStream needs publish to $JS.API.> and "
              "$JS.ACK.>, and subscribe to _INBOX.>), or log in as another user"};
}

}  // namespace weir::nats::detail
