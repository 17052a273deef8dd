// SPDX-License-Identifier: Apache-2.0
#include "bench_database.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "postgres_process.hpp"

namespace weir::test {
namespace {

/// Where the databases' clocks are, in the server's directory: a file each, under its name.
constexpr const char* clock_directory = "weir_clock";

/// In the template of all databases. A function is found along the search path, in which this
/// schema stands before the server's own.
///
/// The limits that weir makes of deadlines are dropped: they would pass in real time, while the
/// deadline stands still as long as the statement runs.
constexpr const char* make_clock =
    "create schema weir_clock;"
    "create function weir_clock.now() returns timestamptz language sql stable security definer "
    "set search_path = pg_catalog as $$ select 'epoch'::timestamptz + interval '1 microsecond' * "
    "pg_read_file('weir_clock/' || current_database())::bigint $$;"
    "create function weir_clock.transaction_timestamp() returns timestamptz language sql stable "
    "as $$ select weir_clock.now() $$;"
    "create function weir_clock.statement_timestamp() returns timestamptz language sql stable "
    "as $$ select weir_clock.now() $$;"
    "create function weir_clock.clock_timestamp() returns timestamptz language sql volatile "
    "as $$ select weir_clock.now() $$;"
    "create function weir_clock.set_config(setting_name text, new_value text, is_local boolean) "
    "returns text language sql volatile as $$ select case when setting_name in "
    "('statement_timeout', 'idle_in_transaction_session_timeout') then new_value "
    "else pg_catalog.set_config(setting_name, new_value, is_local) end $$;"
    "grant usage on schema weir_clock to public";
constexpr const char* search_path =
    " options='-c search_path=\"$user\",public,weir_clock,pg_catalog'";

constexpr const char* count_lock_waits =
    "select count(*) from pg_stat_activity "
    "where datname = $1 and state = 'active' and wait_event_type = 'Lock'";

struct connection_end {
  void operator()(PGconn* ended) const noexcept { PQfinish(ended); }
};
using connection = std::unique_ptr<PGconn, connection_end>;

/// The server, and a connection that makes and drops databases.
///
/// Making one takes the server longer than most tests take, so the next one is made ahead.
class shared_server {
 public:
  static shared_server& instance() {
    static shared_server one;
    return one;
  }

  std::string take() {
    std::string name = next_;
    finish();
    next_ = "bench_" + std::to_string(++count_);
    // Faster than writing all of it into the log, and known since version 15.
    const bool knows_strategy = PQserverVersion(admin_.get()) >= 150000;
    send("create database " + next_ + (knows_strategy ? " strategy file_copy" : ""));
    return name;
  }

  void drop(const std::string& name) {
    finish();
    send("drop database if exists " + name + " with (force)");
  }

  std::size_t waits_for_locks(const std::string& name) {
    const char* const values[] = {name.c_str()};
    PGresult* const done =
        PQexecParams(watch_.get(), count_lock_waits, 1, nullptr, values, nullptr, nullptr, 0);
    const bool worked = PQresultStatus(done) == PGRES_TUPLES_OK;
    const std::size_t count = worked ? std::strtoul(PQgetvalue(done, 0, 0), nullptr, 10) : 0;
    PQclear(done);
    if (!worked) throw std::runtime_error(PQerrorMessage(watch_.get()));
    return count;
  }

  const postgres_process& process() const noexcept { return process_; }

 private:
  shared_server() {
    run(connect("template1"), make_clock);
    std::filesystem::create_directory(process_.data() / clock_directory);
    admin_ = connect("postgres");
    watch_ = connect("postgres");
    take();
  }

  connection connect(const std::string& database) const {
    connection made(PQconnectdb(process_.conninfo(database).c_str()));
    if (PQstatus(made.get()) == CONNECTION_OK) return made;
    throw std::runtime_error(std::string("the bench cannot connect to its PostgreSQL: ") +
                             PQerrorMessage(made.get()));
  }

  static void run(const connection& on, const char* sql) {
    PGresult* const done = PQexec(on.get(), sql);
    const bool worked = PQresultStatus(done) == PGRES_COMMAND_OK;
    PQclear(done);
    if (!worked) throw std::runtime_error(PQerrorMessage(on.get()));
  }

  void send(const std::string& sql) {
    if (PQsendQuery(admin_.get(), sql.c_str()) == 1) return;
    throw std::runtime_error(std::string("the bench's PostgreSQL: ") +
                             PQerrorMessage(admin_.get()));
  }

  /// Waits for the end of what was sent last.
  void finish() {
    std::string failure;
    while (PGresult* const done = PQgetResult(admin_.get())) {
      if (PQresultStatus(done) != PGRES_COMMAND_OK) failure = PQresultErrorMessage(done);
      PQclear(done);
    }
    if (!failure.empty()) throw std::runtime_error("the bench's PostgreSQL: " + failure);
  }

  postgres_process process_;
  connection admin_;
  connection watch_;  ///< The other one may be busy for a while.
  std::string next_;
  std::uint64_t count_ = 0;
};

}  // namespace

bench_database::bench_database() : name_(shared_server::instance().take()) {
  const auto& process = shared_server::instance().process();
  conninfo_ = process.conninfo(name_) + search_path;
  const auto file = process.data() / clock_directory / name_;
  clock_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (clock_ < 0) {
    throw std::runtime_error("the bench cannot write \"" + file.string() +
                             "\": " + std::strerror(errno));
  }
}

bench_database::~bench_database() {
  ::close(clock_);
  std::error_code none;
  std::filesystem::remove(shared_server::instance().process().data() / clock_directory / name_,
                          none);
  try {
    shared_server::instance().drop(name_);
  } catch (const std::runtime_error& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
}

std::size_t bench_database::waits_for_locks() const {
  return shared_server::instance().waits_for_locks(name_);
}

void bench_database::set_clock(std::chrono::system_clock::time_point now) {
  const auto since =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  // Of one length always, so that one write replaces the whole.
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%020" PRId64, std::int64_t{since});
  if (::pwrite(clock_, text.data(), static_cast<std::size_t>(size), 0) != size) {
    throw std::runtime_error(std::string("the bench cannot set its clock: ") +
                             std::strerror(errno));
  }
}

}  // namespace weir::test
