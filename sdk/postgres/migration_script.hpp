// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "migration_files.hpp"
#include "weir/postgres/transaction.hpp"

namespace weir::postgres::detail {

/// How a file's part of a transaction ends.
enum class script_end : unsigned char {
  final,      ///< The commit follows.
  temporary,  ///< Another file follows in the same transaction, as if this one were committed.
};

/// Throws, before the first statement is sent, for a file that begins or ends a transaction itself.
void refuse_transaction_control(const migration_file& file);

/// Runs a file within the transaction, checks the constraints that it deferred, and takes back what
/// it set for the session. Throws weir::error that names the file and the line.
task<> run_migration_script(tx& db, const migration_file& file, script_end how);

}  // namespace weir::postgres::detail
