// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/clock.hpp"

namespace weir::postgres {

/// What other transactions a transaction sees.
enum class isolation : unsigned char {
  server_default,
  read_committed,
  repeatable_read,
  serializable,
};

/// How a transaction begins, how long its statements may run, and how it ends; what is not set is
/// as the server has it configured.
struct transaction_options {
  /// What of other transactions it sees; `server_default` sends no level with BEGIN.
  isolation level = isolation::server_default;
  /// The server refuses what writes.
  bool read_only = false;
  /// With `serializable` and `read_only`: begins only once it cannot fail, which may take a while.
  bool deferrable = false;
  /// How long the server lets each statement run; zero for as long as it is configured. In a
  /// pool::transaction() that has a deadline, what is left of it when it begins is the limit if
  /// that is shorter: so a statement ends on the server, too, when nobody is left who could cancel
  /// it. Such a transaction's session is ended, and its locks with it, when it is idle in the
  /// transaction five seconds past the deadline: its program stands still.
  duration statement_timeout = duration::zero();
  /// How often pool::transaction() runs its body at most; 1 at least.
  unsigned attempts_max = 5;
  /// Sends COMMIT only when the number of the transaction has arrived, by which its outcome can be
  /// found where the answer to COMMIT is lost. Without it the number travels just before COMMIT,
  /// which is known nearly always; with it, one round trip more. What even that does not tell is
  /// whether a commit was stored before the server crashed. See transaction::commit().
  bool always_know_outcome = false;
};

}  // namespace weir::postgres
