// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/nats/headers.hpp"

namespace weir::nats {

/// What a message removes from its stream when it is stored (`Nats-Rollup`); the stream must allow
/// it (`allow_rollup_hdrs`).
enum class rollup : unsigned char {
  none,
  subject,  ///< the older messages of its subject
  stream,   ///< all older messages
};

/// A `ttl` that never passes, whatever the stream's max_age.
inline constexpr duration ttl_never = duration::max();

/// How one message is published. The texts must live until publish() or publish_later() is done.
///
/// Where an expectation is not met, the stream refuses the message with `conflict` (permanent) and
/// the text has the server's words and error code: 10071 or 10164 for a sequence, 10070 for an id,
/// 10060 for the stream. A message that was sent again because its confirmation was lost is not
/// taken for a conflict with itself: the stream recognises its id, and where it does not (a cluster
/// looks at the subject's sequence first, and the duplicate window ends), the stored message is
/// looked at. Where that cannot tell either, the error's text says so.
struct publish_options {
  /// The `Nats-Msg-Id`; empty makes a fresh one. Within the stream's duplicate window a second
  /// message with the same id is not stored, which is what makes retries safe.
  std::string_view msg_id = {};
  const nats::headers* headers = nullptr;
  /// How long to try before giving up; shorter than the stream's duplicate window, or else the last
  /// tries may be stored twice.
  duration timeout = std::chrono::seconds(30);

  /// The stream that must take it; empty: any.
  std::string_view expected_stream = {};
  /// The id of the last message in the stream; empty: any.
  std::string_view expected_last_msg_id = {};
  /// The sequence of the last message in the stream; 0: it never had one.
  std::optional<std::uint64_t> expected_last_sequence = {};
  /// The sequence of the last message on this subject; 0: there is none.
  std::optional<std::uint64_t> expected_last_subject_sequence = {};
  /// The subjects, wildcards allowed, that expected_last_subject_sequence is about, in place of the
  /// message's own. Needs nats-server 2.11.
  std::string_view expected_last_subject = {};

  nats::rollup rollup = nats::rollup::none;
  /// The stream removes the message after this: whole seconds, at least one, or ttl_never. The
  /// stream must allow it (`allow_msg_ttl`). Needs nats-server 2.11.
  std::optional<duration> ttl = {};

  /// When the stream publishes the message to `schedule_target`, in the server's words:
  /// "@at 2026-01-31T12:30:00Z". The stream must allow it (`allow_msg_schedules`), and take both
  /// subjects. Needs nats-server 2.12.
  std::string_view schedule = {};
  std::string_view schedule_target = {};
  /// The ttl of what is published then.
  std::optional<duration> schedule_ttl = {};
};

}  // namespace weir::nats
