// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/migrations.hpp"

#include "migration_files.hpp"
#include "session.hpp"
#include "weir/blocking.hpp"

namespace weir::postgres {
namespace {

using detail::migration_file;

/// The key of the lock that programs which migrate one database hold: "weirmigr" in ASCII.
constexpr std::int64_t lock_key = 0x776569726d696772;

constexpr auto take_lock = stmt<"select pg_advisory_xact_lock($1)">;
constexpr auto table_exists = stmt<"select to_regclass('weir_migrations') is not null">;
constexpr auto create_table = stmt<
    "create table weir_migrations (version bigint primary key, name text not null, "
    "checksum text not null, applied_at timestamptz not null default now())">;
constexpr auto find_applied = stmt<
    "select name, checksum = encode(sha256($2), 'hex') as is_same from weir_migrations "
    "where version = $1">;
constexpr auto newest_applied = stmt<"select max(version) from weir_migrations">;
constexpr auto note_applied = stmt<
    "insert into weir_migrations (version, name, checksum) "
    "values ($1, $2, encode(sha256($3), 'hex'))">;

struct applied {
  std::string name;
  bool is_same = false;
};

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

[[noreturn]] void conflict(std::string text) {
  throw weir::error(errc::conflict, disposition::permanent, std::move(text));
}

/// The line of the character at `position`, which counts characters of UTF-8 from 1.
std::size_t line_of(const std::string& sql, std::size_t position) {
  std::size_t line = 1;
  std::size_t characters = 0;
  for (const char c : sql) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!continues && ++characters >= position) break;
    if (c == '\n') ++line;
  }
  return line;
}

weir::error failed_migration(const migration_file& file, const error& why) {
  std::string text = "the migration " + file.name + " failed, and nothing of it was applied";
  const std::size_t position = why.fields().position;
  if (position > 0) text += "; at line " + std::to_string(line_of(file.sql, position));
  text += ": " + why.fields().message + " (SQLSTATE " + why.sqlstate() + ")";
  if (!why.detail().empty()) text += "; " + why.detail();
  return {why.code(), why.disposition(), std::move(text)};
}

task<> make_table(tx& db) {
  db.enqueue(take_lock, lock_key);
  const bool exists = co_await db.one<bool>(table_exists);
  if (!exists) co_await db.exec(create_table);
}

/// True when the file was applied now, false when it had been before.
task<bool> apply(tx& db, const migration_file& file) {
  const std::vector<std::byte> text = bytes_of(file.sql);
  db.enqueue(take_lock, lock_key);
  const auto known = co_await db.maybe<applied>(find_applied, file.version, text);
  if (known && !known->is_same) {
    conflict("the migration " + file.name + " was changed after it had been applied (as " +
             known->name + "): restore it, and put the change into a new file");
  }
  if (known) co_return false;
  const auto newest = co_await db.one<std::optional<std::int64_t>>(newest_applied);
  if (newest.value_or(0) > file.version) {
    conflict("the migration " + file.name + " comes before number " + std::to_string(*newest) +
             ", which has been applied already: give it a higher number");
  }
  std::optional<weir::error> failed;
  try {
    co_await detail::session_access::of(db).run_script(file.sql);
  } catch (const error& why) {
    failed = failed_migration(file, why);
  }
  if (failed) throw *failed;
  co_await db.exec(note_applied, file.version, file.name, text);
  co_return true;
}

}  // namespace

task<std::vector<std::string>> migrate(pool& on, std::filesystem::path directory) {
  const auto files = co_await blocking(
      [directory = std::move(directory)] { return detail::read_migrations(directory); });
  co_await on.transaction(make_table);
  std::vector<std::string> applied_now;
  for (const migration_file& file : files) {
    const auto body = [&file](tx& db) { return apply(db, file); };
    const bool is_new = co_await on.transaction(body);
    if (is_new) applied_now.push_back(file.name);
  }
  co_return applied_now;
}

}  // namespace weir::postgres
