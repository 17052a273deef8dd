// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "migration_lock.hpp"
#include "migration_records.hpp"
#include "migration_script.hpp"
#include "weir/blocking.hpp"
#include "weir/postgres/migrations.hpp"

namespace weir::postgres {
namespace {

using detail::migration_file;
using trials = std::vector<migration_trial>;

/// Whether an error may come from nothing but the files before, which are not committed in a trial:
/// a new value of an enum is used, or a table altered for which checks are pending.
bool is_of_trial(const weir::error& why) {
  constexpr std::string_view unsafe_new_value = "55P04";
  constexpr std::string_view object_in_use = "55006";
  return why.code() == sqlstate_code(unsafe_new_value) ||
         why.code() == sqlstate_code(object_in_use);
}

task<> try_pending(tx& db, const std::vector<const migration_file*>& pending, trials& all) {
  std::string untried;
  bool has_ended = false;
  for (const migration_file* file : pending) {
    migration_trial& here = all.emplace_back();
    here.name = file->name;
    if (has_ended) {
      here.not_tried = "the trial ended before it";
      continue;
    }
    if (!file->is_transactional) {
      here.not_tried = "it runs without a transaction, and nothing could undo it";
      untried = file->name;
      continue;
    }
    detail::refuse_transaction_control(*file);
    const auto ran =
        co_await detail::run_migration_script(db, *file, detail::script_end::temporary).as_result();
    here.worked = ran.has_value();
    if (here.worked) continue;
    const bool may_be_of_trial = all.size() > 1 && is_of_trial(ran.error());
    if (ran.error().is_cancelled() || (untried.empty() && !may_be_of_trial)) throw ran.error();
    here.not_tried =
        "it fails here, and may do so only because " +
        (untried.empty() ? "the files before it are not committed" : untried + " was not tried") +
        ": " + ran.error().message();
    has_ended = true;
  }
}

task<> run_trial(tx& db, const std::vector<migration_file>& files, trials& all) {
  co_await detail::take_migration_lock(db);
  const auto found = co_await detail::compare_migrations(db, files);
  std::vector<const migration_file*> pending;
  for (const migration_status& one : found) {
    detail::refuse_conflict(one);
    if (one.state != migration_state::pending) continue;
    const auto here = std::ranges::find(files, one.version, &migration_file::version);
    pending.push_back(&*here);
  }
  co_await try_pending(db, pending, all);
}

task<trials> try_once(pool& on, const std::vector<migration_file>& files) {
  trials all;
  postgres::transaction work = co_await on.begin(detail::locked_transaction);
  std::exception_ptr failure;
  try {
    co_await run_trial(work, files, all);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await work.rollback();
  if (failure) std::rethrow_exception(failure);
  co_return all;
}

}  // namespace

task<std::vector<migration_trial>> try_migrations(pool& on, std::filesystem::path directory,
                                                  migration_options options) {
  const auto files = co_await blocking(
      [directory = std::move(directory)] { return detail::read_migrations(directory); });
  const auto attempt = [&] { return try_once(on, files); };
  co_return co_await detail::wait_while_held(on, options.lock_timeout, attempt);
}

}  // namespace weir::postgres
