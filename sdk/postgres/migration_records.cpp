// SPDX-License-Identifier: Apache-2.0
#include "migration_records.hpp"

#include <algorithm>

namespace weir::postgres {
namespace detail {
namespace {

/// Named as weir's own: a program is not checked for a table that it makes here.
template <fixed_string Sql>
constexpr auto own = stmt<Sql, statement_kind::write, "weir_migrations">;

constexpr auto table_exists = own<"select to_regclass('weir_migrations') is not null">;
constexpr auto create_table =
    own<"create table weir_migrations (version bigint primary key, name text not null, "
        "checksum text not null, applied_at timestamptz not null default now(), unfinished text)">;
constexpr auto column_exists =
    own<"select exists (select from pg_attribute where attrelid = to_regclass('weir_migrations') "
        "and attname = 'unfinished' and not attisdropped)">;
constexpr auto add_column = own<"alter table weir_migrations add column unfinished text">;

// By way of JSON, for a table of an earlier version of weir lacks the last column.
constexpr auto load_rows = own<
    "select version, name, checksum, applied_at, to_jsonb(noted) ->> 'unfinished' as unfinished "
    "from weir_migrations noted order by version">;
constexpr auto checksum = own<"select encode(sha256($1), 'hex')">;

constexpr auto insert_applied =
    own<"insert into weir_migrations (version, name, checksum) "
        "values ($1, $2, encode(sha256($3), 'hex'))">;
constexpr auto insert_begun =
    own<"insert into weir_migrations (version, name, checksum, unfinished) "
        "values ($1, $2, encode(sha256($3), 'hex'), 'it began, and nothing told of its end')">;
constexpr auto update_progress =
    own<"update weir_migrations set unfinished = $2 where version = $1">;
constexpr auto update_finished =
    own<"update weir_migrations set unfinished = null, applied_at = now() where version = $1">;
constexpr auto delete_begun =
    own<"delete from weir_migrations where version = $1 and unfinished is not null">;

struct noted_migration {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;
  timestamp applied_at;
  std::optional<std::string> unfinished;
};

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

task<std::vector<noted_migration>> load(tx& db) {
  const bool exists = co_await db.one<bool>(table_exists);
  if (!exists) co_return std::vector<noted_migration>();
  co_return co_await db.query<noted_migration>(load_rows);
}

migration_status status_of(const noted_migration& noted) {
  return {.version = noted.version,
          .name = noted.name,
          .state = noted.unfinished ? migration_state::unfinished : migration_state::missing,
          .applied_at = noted.applied_at,
          .unfinished = noted.unfinished};
}

task<migration_status> compare(tx& db, const migration_file& file, const noted_migration& noted) {
  migration_status found = status_of(noted);
  found.name = file.name;
  if (noted.unfinished) co_return found;
  const auto sum = co_await db.one<std::string>(checksum, bytes_of(file.sql));
  found.state = sum == noted.checksum ? migration_state::applied : migration_state::changed;
  co_return found;
}

[[noreturn]] void conflict(std::string text) {
  throw weir::error(errc::conflict, disposition::permanent, std::move(text));
}

}  // namespace

task<> make_migration_table(tx& db) {
  const bool exists = co_await db.one<bool>(table_exists);
  if (!exists) {
    co_await db.exec(create_table);
    co_return;
  }
  const bool is_new = co_await db.one<bool>(column_exists);
  if (!is_new) co_await db.exec(add_column);
}

task<std::vector<migration_status>> compare_migrations(tx& db,
                                                       std::span<const migration_file> files) {
  const auto noted = co_await load(db);
  const std::int64_t newest = noted.empty() ? 0 : noted.back().version;
  std::vector<migration_status> all;
  auto next = noted.begin();
  for (const migration_file& file : files) {
    for (; next != noted.end() && next->version < file.version; ++next) {
      all.push_back(status_of(*next));
    }
    if (next != noted.end() && next->version == file.version) {
      migration_status found = co_await compare(db, file, *next);
      all.push_back(std::move(found));
      ++next;
      continue;
    }
    migration_status found;
    found.version = file.version;
    found.name = file.name;
    found.state = newest > file.version ? migration_state::late : migration_state::pending;
    all.push_back(std::move(found));
  }
  for (; next != noted.end(); ++next) all.push_back(status_of(*next));
  co_return all;
}

void refuse_conflict(const migration_status& found) {
  const std::string number = std::to_string(found.version);
  switch (found.state) {
    case migration_state::late:
      conflict("the migration " + found.name +
               " comes before one that has been applied already: give it a higher number");
    case migration_state::changed:
      conflict("the migration " + found.name +
               " was changed after it had been applied: restore it, and put the change into a new "
               "file");
    case migration_state::unfinished:
      conflict(
          "the migration " + found.name + ", which runs without a transaction, is unfinished (" +
          found.unfinished.value_or("") +
          "), or still runs in another program. When nothing runs it any more, look at what "
          "of it was done, and either complete that by hand and run \"update weir_migrations "
          "set unfinished = null where version = " +
          number + "\", or undo it by hand and run \"delete from weir_migrations where version = " +
          number + "\", so that it is applied again");
    default:
      return;
  }
}

task<> note_applied(tx& db, const migration_file& file) {
  co_await db.exec(insert_applied, file.version, file.name, bytes_of(file.sql));
}

task<> note_begun(pool& on, const migration_file& file) {
  co_await on.exec(insert_begun, file.version, file.name, bytes_of(file.sql));
}

task<> note_progress(pool& on, const migration_file& file, std::string how_far) {
  co_await on.exec(update_progress, file.version, how_far);
}

task<> note_finished(pool& on, const migration_file& file) {
  // Said twice, it says the same: so it is said again when its connection was lost.
  const auto body = [&file](tx& db) {
    struct steps {
      static task<> run(tx& db, std::int64_t version) {
        co_await db.exec(update_finished, version);
      }
    };
    return steps::run(db, file.version);
  };
  co_await on.transaction(body);
}

task<> note_untouched(pool& on, const migration_file& file) {
  co_await on.exec(delete_begun, file.version);
}

}  // namespace detail

std::string_view to_string(migration_state state) noexcept {
  constexpr std::string_view names[] = {"applied", "pending",    "late",
                                        "changed", "unfinished", "missing"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace weir::postgres
