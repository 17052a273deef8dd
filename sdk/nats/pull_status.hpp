// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "weir/error.hpp"
#include "weir/nats/fetched.hpp"
#include "weir/nats/message.hpp"

namespace weir::nats::detail {

/// What a continuous consumer does about a status.
enum class status_action : unsigned char {
  none,        ///< A sign of life; the pull goes on.
  pull_again,  ///< The pull has run its course.
  pull_later,  ///< Something is not as it should be: after a back-off, and a look at the consumer.
  need_bytes,  ///< The next message is larger than what was left of the pull's bytes.
  ask_less,    ///< The consumer limits what one pull may ask for.
  clear_pin,   ///< Another client has the group's pin; without one's own id, again.
  fail,        ///< It would be the same for ever.
};

/// One kind of status: a code, how its text begins, and what it means.
struct status_rule {
  int code;
  std::string_view text;  ///< empty: any
  fetch_end end;          ///< how a fetch that gets it has ended
  status_action action;
};

/// All statuses that nats-server 2.9 to 2.12 send about pulls (consumer.go), the first that fits
/// counts.
std::span<const status_rule> status_rules() noexcept;

/// What a server says about a pull, in the headers of an empty message to the pull's own address.
struct pull_status {
  int code = 0;
  std::string text;
  /// How many messages, and bytes, of the pull did not come; absent in some endings.
  std::optional<std::uint64_t> pending;
  std::optional<std::uint64_t> pending_bytes;

  /// What is to be done about it; a status that nobody knows ends the pull, and is tried later.
  status_rule rule() const noexcept;
  /// "409 Leadership Change".
  std::string shown() const { return std::to_string(code) + " " + text; }
};

/// Reads the headers. What is no number is absent; a code that is none becomes 0.
pull_status read_pull_status(const message& from);

/// The error of a consumer that ends by a status whose action is `fail`.
error status_failure(const pull_status& status, const std::string& stream,
                     const std::string& consumer);

}  // namespace weir::nats::detail
