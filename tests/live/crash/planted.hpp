// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/config/service_settings.hpp"
#include "weir/task.hpp"
#include "weir/test/crash_sweep.hpp"

namespace weir::test {

/// A mistake that a program which handles messages can be written with.
enum class mistake : unsigned char {
  none,
  ack_first,                  ///< Acknowledges before it commits.
  no_inbox,                   ///< Takes every delivery for a new message.
  inbox_in_memory,            ///< Remembers what it has handled, until it dies.
  inbox_before,               ///< Commits that a message is handled, then handles it.
  inbox_after,                ///< The other way round.
  publish_after_ack,          ///< Publishes from memory alone, when all is done.
  publish_before_commit,      ///< Publishes what may be rolled back, under an id of its own.
  outbox_deleted_first,       ///< Deletes an event before it is confirmed.
  fresh_event_ids,            ///< Sends a stored event under another id each time.
  relay_newest_first,         ///< Sends what a crash has left in the wrong order.
  unknown_commit_is_success,  ///< Takes an error of COMMIT for a commit.
  errors_are_acknowledged,    ///< Acknowledges what it could not handle.
  term_before_dead_letter,    ///< Ends a message before its dead letter is stored.
};

std::string_view name_of(mistake which);

/// A program by hand, without handlers of weir's, that books amounts, tells of each in two events,
/// and keeps what it cannot read as a dead letter: sound but for the mistake.
crash_case planted(mistake which);

}  // namespace weir::test
