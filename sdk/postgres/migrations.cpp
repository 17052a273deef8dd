// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/migrations.hpp"

#include <algorithm>

#include "migration_lock.hpp"
#include "migration_outside.hpp"
#include "migration_records.hpp"
#include "migration_script.hpp"
#include "weir/blocking.hpp"

namespace weir::postgres {
namespace {

using detail::migration_file;
using migration_files = std::vector<migration_file>;

constexpr transaction_options one_moment{.level = isolation::repeatable_read, .read_only = true};

task<migration_files> read(std::filesystem::path directory) {
  co_return co_await blocking(
      [directory = std::move(directory)] { return detail::read_migrations(directory); });
}

/// The versions to apply.
task<std::vector<std::int64_t>> find_pending(tx& db, const migration_files& files) {
  co_await detail::take_migration_lock(db);
  co_await detail::make_migration_table(db);
  const auto found = co_await detail::compare_migrations(db, files);
  std::vector<std::int64_t> pending;
  for (const migration_status& one : found) {
    detail::refuse_conflict(one);
    if (one.state == migration_state::pending) pending.push_back(one.version);
  }
  co_return pending;
}

/// True when nobody has applied the file yet.
task<bool> is_pending(tx& db, const migration_file& file) {
  const std::span<const migration_file> alone(&file, 1);
  const auto found = co_await detail::compare_migrations(db, alone);
  bool pending = false;
  for (const migration_status& one : found) {
    detail::refuse_conflict(one);
    if (one.version == file.version) pending = one.state == migration_state::pending;
  }
  co_return pending;
}

task<bool> apply_inside(tx& db, const migration_file& file) {
  co_await detail::take_migration_lock(db);
  const bool pending = co_await is_pending(db, file);
  if (!pending) co_return false;
  co_await detail::run_migration_script(db, file, detail::script_end::final);
  co_await detail::note_applied(db, file);
  co_return true;
}

/// `holder` has the lock and nothing else, so that the file's statements need not wait for it.
/// `was_run` stays true when the holder's connection is lost after all was done, and the body runs
/// again.
task<bool> apply_outside(pool& on, tx& holder, const migration_file& file, bool& was_run) {
  co_await detail::take_migration_lock(holder);
  const auto look = [&file](tx& db) { return is_pending(db, file); };
  const bool pending = co_await on.transaction(look, detail::locked_transaction);
  if (pending) {
    co_await detail::migrate_outside(on, file);
    was_run = true;
  }
  co_return was_run;
}

/// True when the file was applied now, false when another program has done so meanwhile.
task<bool> apply(pool& on, const migration_file& file, duration patience) {
  detail::refuse_transaction_control(file);
  if (!file.is_transactional) detail::refuse_small_pool(on, file);
  bool was_run = false;
  const auto body = [&](tx& db) {
    return file.is_transactional ? apply_inside(db, file) : apply_outside(on, db, file, was_run);
  };
  const auto attempt = [&] { return on.transaction(body, detail::locked_transaction); };
  co_return co_await detail::wait_while_held(on, patience, attempt);
}

}  // namespace

task<std::vector<std::string>> migrate(pool& on, std::filesystem::path directory,
                                       migration_options options) {
  const auto files = co_await read(std::move(directory));
  const auto look = [&files](tx& db) { return find_pending(db, files); };
  const auto attempt = [&] { return on.transaction(look, detail::locked_transaction); };
  const auto pending = co_await detail::wait_while_held(on, options.lock_timeout, attempt);
  std::vector<std::string> applied_now;
  for (const migration_file& file : files) {
    if (!std::ranges::binary_search(pending, file.version)) continue;
    const bool is_new = co_await apply(on, file, options.lock_timeout);
    if (is_new) applied_now.push_back(file.name);
  }
  co_return applied_now;
}

task<std::vector<migration_status>> status_of_migrations(pool& on,
                                                         std::filesystem::path directory) {
  const auto files = co_await read(std::move(directory));
  const auto look = [&files](tx& db) { return detail::compare_migrations(db, files); };
  co_return co_await on.transaction(look, one_moment);
}

}  // namespace weir::postgres
