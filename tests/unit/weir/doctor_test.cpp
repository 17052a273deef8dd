// SPDX-License-Identifier: Apache-2.0
// What `weir doctor` makes of what it sees.
#include <doctest/doctest.h>

#include <sstream>

#include "doctor/nats.hpp"
#include "doctor/postgres.hpp"
#include "doctor/system.hpp"
#include "http_get.hpp"

TEST_SUITE_BEGIN("weir.doctor");

using namespace weir;
using namespace std::chrono_literals;
using doctor::findings;
using doctor::severity;

namespace {

/// How bad the finding with these words is; nothing where there is none.
std::optional<severity> severity_of(const findings& all, std::string_view words) {
  for (const auto& one : all) {
    if (one.what.find(words) != one.what.npos) return one.is;
  }
  return std::nullopt;
}

/// Everything that is not good says what to do about it.
bool have_remedies(const findings& all) {
  for (const auto& one : all) {
    if (one.is >= severity::warning && one.remedy.empty()) return false;
  }
  return true;
}

doctor::system_facts good_system() {
  return {.kernel = "6.1.0", .has_uring = true, .memlock_bytes = {}, .clock_is_kept = true};
}

doctor::nats_facts good_nats() {
  doctor::nats_facts seen;
  seen.url = "tls://nats.example.com:4222";
  seen.server.version = {2, 12, 0};
  seen.server.jetstream = seen.server.auth_required = seen.server.tls = true;
  seen.account.emplace();
  seen.monitor = {.sync_interval = 1s, .sync_always = false, .clock_ahead = -5ms};
  doctor::stream_facts one;
  one.info.name = "ORDERS";
  one.info.config.replicas = 3;
  one.info.config.max_age = 24h;
  one.info.config.duplicate_window = 120s;
  nats::consumer_info reader;
  reader.stream = "ORDERS";
  reader.name = "billing";
  reader.ack_wait = 10s;
  reader.max_deliver = 5;
  one.consumers.push_back(reader);
  seen.streams.push_back(one);
  return seen;
}

doctor::postgres_facts good_postgres() {
  doctor::postgres_facts seen;
  seen.settings = {{"server_version", "15.2"},
                   {"server_version_num", "150002"},
                   {"fsync", "on"},
                   {"full_page_writes", "on"},
                   {"synchronous_commit", "on"},
                   {"synchronous_standby_names", "one"},
                   {"wal_level", "replica"},
                   {"max_wal_size", "4096"},
                   {"max_connections", "100"},
                   {"superuser_reserved_connections", "3"},
                   {"autovacuum", "on"}};
  seen.is_encrypted = true;
  return seen;
}

}  // namespace

TEST_CASE("a good system, server and database have nothing to find") {
  for (const findings& all : {judge(good_system()), judge(good_nats()), judge(good_postgres())}) {
    CHECK_FALSE(all.empty());
    CHECK_FALSE(doctor::is_ill(all));
    for (const auto& one : all) {
      INFO(one.what);
      CHECK(one.is == severity::good);
    }
  }
}

TEST_CASE("a refused io_uring names what refuses it") {
  auto seen = good_system();
  seen.has_uring = false;
  seen.seccomp_mode = 2;
  CHECK(judge(seen)[1].remedy.find("seccomp") != std::string::npos);
  CHECK(doctor::is_ill(judge(seen)));
  seen.uring_disabled = 2;
  CHECK(judge(seen)[1].remedy.find("kernel.io_uring_disabled is 2") != std::string::npos);
  seen.seccomp_mode = seen.uring_disabled = 0;
  CHECK(judge(seen)[1].remedy.find("6.0 or newer") != std::string::npos);
  seen.open_files = 256;
  seen.memlock_bytes = 0;
  seen.clock_is_kept = false;
  seen.kernel = "5.10";
  const auto all = judge(seen);
  CHECK(severity_of(all, "at most 256 files") == severity::warning);
  CHECK(severity_of(all, "locked memory is limited to 0 B") == severity::note);
  CHECK(severity_of(all, "time service") == severity::note);
  CHECK(severity_of(all, "kernel 5.10") == severity::note);
}

TEST_CASE("a server without JetStream, encryption or login is told so") {
  auto seen = good_nats();
  seen.server.jetstream = seen.server.tls = seen.server.auth_required = false;
  seen.server.version = {2, 8, 4};
  seen.monitor.reset();
  seen.monitor_failure = "nobody answers";
  const auto all = judge(seen);
  CHECK(severity_of(all, "JetStream is not enabled") == severity::problem);
  CHECK(severity_of(all, "not encrypted") == severity::warning);
  CHECK(severity_of(all, "asks for no login") == severity::warning);
  CHECK(severity_of(all, "older than weir knows") == severity::problem);
  CHECK(severity_of(all, "cannot be read: nobody answers") == severity::note);
  CHECK(have_remedies(all));
  seen.url = "nats://127.0.0.1:4222";
  CHECK(severity_of(judge(seen), "not encrypted") == severity::note);
}

TEST_CASE("an account that is refused or nearly full is found") {
  auto seen = good_nats();
  seen.account->limits.storage_bytes = 100;
  seen.account->storage_bytes = 80;
  CHECK(severity_of(judge(seen), "bytes in files: 80 of 100, 80 %") == severity::warning);
  seen.account.reset();
  seen.account_failure = "not enabled for account";
  CHECK(severity_of(judge(seen), "not enabled for account") == severity::problem);
}

TEST_CASE("what a power cut would take is found, and a clock that is off") {
  auto seen = good_nats();
  seen.monitor->sync_interval = 2min;
  seen.monitor->clock_ahead = -3s;
  const auto all = judge(seen);
  CHECK(severity_of(all, "sync_interval is 2.0 m") == severity::warning);
  CHECK(severity_of(all, "differ by 3.0 s") == severity::warning);
  CHECK(have_remedies(all));
  seen.monitor->sync_always = true;
  CHECK(severity_of(judge(seen), "synced before it is confirmed") == severity::good);
  seen.monitor = doctor::monitor_facts();
  CHECK(severity_of(judge(seen), "does not tell its sync_interval") == severity::note);
}

TEST_CASE("a stream without copies, bounds or a duplicate window is found") {
  auto seen = good_nats();
  auto& info = seen.streams[0].info;
  info.config.replicas = 1;
  info.config.max_age.reset();
  info.config.duplicate_window = 10s;
  info.config.storage = nats::storage_type::memory;
  info.cluster.name = "c";
  info.cluster.replicas.push_back({.name = "n2", .is_offline = true});
  auto all = judge(seen);
  CHECK(severity_of(all, "1 replica:") == severity::note);
  CHECK(severity_of(all, "nothing bounds it") == severity::warning);
  CHECK(severity_of(all, "shorter than a publisher tries") == severity::warning);
  CHECK(severity_of(all, "it is in memory") == severity::warning);
  CHECK(severity_of(all, "it has no leader") == severity::problem);
  CHECK(severity_of(all, "copy on n2 is offline") == severity::warning);
  CHECK(have_remedies(all));
  seen.server.cluster_servers = {"a:1", "b:1", "c:1"};
  CHECK(severity_of(judge(seen), "1 replica:") == severity::warning);
}

TEST_CASE("a retry horizon is the waits of a consumer added up") {
  nats::consumer_info of;
  of.ack_wait = 10s;
  CHECK_FALSE(doctor::retry_horizon(of).has_value());
  of.max_deliver = 4;
  CHECK(doctor::retry_horizon(of) == 30s);
  of.max_deliver = 1;
  CHECK(doctor::retry_horizon(of) == 0s);
  of.max_deliver = 4;
  of.config.backoff = {1s, 5s};
  CHECK(doctor::retry_horizon(of) == 11s);
  of.max_deliver = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(doctor::retry_horizon(of).has_value());
  auto seen = good_nats();
  seen.streams[0].consumers[0].max_deliver = 121;
  CHECK(severity_of(judge(seen), "may deliver a message again for 20 m") == severity::note);
}

TEST_CASE("a consumer that nobody reads, that is full or paused is found") {
  auto seen = good_nats();
  auto& reader = seen.streams[0].consumers[0];
  reader.pending = 7;
  CHECK(severity_of(judge(seen), "7 messages wait, and nobody pulls") == severity::warning);
  reader.ack_pending = 10;
  reader.max_ack_pending = 10;
  CHECK(severity_of(judge(seen), "10 messages are in hand") == severity::warning);
  reader.is_paused = true;
  CHECK(severity_of(judge(seen), "it is paused") == severity::note);
}

TEST_CASE("a monitoring page is read for what it has, whatever else it is") {
  const auto now = *parse_rfc3339("2026-01-31T12:00:00Z");
  const auto page = doctor::read_varz(
      R"({"now":"2026-01-31T12:00:02.5Z","jetstream":{"config":{"sync_interval":120000000000,)"
      R"("sync_always":true,"max_memory":1}},"mem":5})",
      now);
  CHECK(page.clock_ahead == 2500ms);
  CHECK(page.sync_interval == 120s);
  CHECK(page.sync_always == true);
  for (const char* const other : {"", "{}", "[]", "<html>", R"({"now":"noon","jetstream":{}})",
                                  R"({"jetstream":{"config":{"sync_interval":"soon"}}})"}) {
    INFO(std::string(other));
    const auto nothing = doctor::read_varz(other, now);
    CHECK_FALSE(nothing.clock_ahead.has_value());
    CHECK_FALSE(nothing.sync_interval.has_value());
  }
}

TEST_CASE("settings of PostgreSQL that lose data are problems") {
  auto seen = good_postgres();
  for (const char* const name : {"fsync", "full_page_writes", "synchronous_commit", "autovacuum"}) {
    INFO(std::string(name));
    auto off = seen;
    off.settings[name] = "off";
    CHECK(severity_of(judge(off), std::string(name) + " is off") == severity::problem);
    CHECK(have_remedies(judge(off)));
  }
  seen.settings["server_version_num"] = "90600";
  seen.settings["wal_level"] = "minimal";
  seen.settings["max_wal_size"] = "64";
  seen.settings["synchronous_standby_names"] = "";
  seen.is_encrypted = false;
  seen.is_superuser = seen.is_standby = true;
  seen.clock_ahead = 90s;
  const auto all = judge(seen);
  CHECK(severity_of(all, "no longer repaired") == severity::warning);
  CHECK(severity_of(all, "wal_level is minimal") == severity::warning);
  CHECK(severity_of(all, "max_wal_size is 64 MB") == severity::note);
  CHECK(severity_of(all, "no standby is waited for") == severity::note);
  CHECK(severity_of(all, "not encrypted") == severity::warning);
  CHECK(severity_of(all, "superuser:") == severity::warning);
  CHECK(severity_of(all, "this is a standby") == severity::problem);
  CHECK(severity_of(all, "differ by 1.5 m") == severity::warning);
  CHECK(have_remedies(all));
}

TEST_CASE("a pool that has no room is found, also where the server tells nothing") {
  auto seen = good_postgres();
  seen.connections = 90;
  CHECK(severity_of(judge(seen), "a service takes 10") == severity::warning);
  seen.connections = 87;
  CHECK(severity_of(judge(seen), "a service takes 10") == severity::good);
  const auto nothing = judge(doctor::postgres_facts());
  CHECK(severity_of(nothing, "a service takes 10") == severity::warning);
}

TEST_CASE("findings are lines for people, or for programs, that no terminal obeys") {
  const findings all = {{severity::good, "nats", "fine"},
                        {severity::problem, "stream \x1b[2J", "bad", "repair it"}};
  std::ostringstream text;
  doctor::print(all, text);
  CHECK(text.str() ==
        "ok       nats: fine\nproblem  stream ?[2J: bad\n         -> repair it\n\n"
        "1 good, 0 notes, 0 warnings, 1 problems\n");
  std::ostringstream lines;
  doctor::print_json(all, lines);
  CHECK(lines.str() ==
        R"({"severity":"good","subject":"nats","what":"fine","remedy":""})"
        "\n"
        R"({"severity":"problem","subject":"stream ?[2J","what":"bad","remedy":"repair it"})"
        "\n");
}

TEST_CASE("an address of HTTP is taken apart, and nothing else is one") {
  for (const char* const wrong :
       {"", "http://", "https://a/", "http://:80/", "http://a:0/", "http://a:70000", "http://a:x/",
        "http://a/ b", "http://a\r\nX: y", "127.0.0.1:8080"}) {
    INFO(std::string(wrong));
    CHECK_FALSE(tools::parse_http_address(wrong).has_value());
  }
  CHECK(tools::parse_http_address("http://a")->path == "/");
  CHECK(tools::parse_http_address("http://a:8080/metrics")->port == 8080);
  CHECK(tools::parse_http_address("http://[::1]:8080/m")->host == "::1");
  CHECK(tools::parse_http_address("http://[::1]/m")->port == 80);
}

TEST_CASE("an answer of HTTP is its body, or an error that says what came instead") {
  CHECK(tools::body_of_answer("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", "u") == "body");
  for (const char* const wrong : {"", "HTTP/1.1 200 OK", "HTTP/1.1 503 No\r\n\r\n",
                                  "-ERR 'unknown'\r\n\r\n", "HTTP/1.\r\n\r\n"}) {
    INFO(std::string(wrong));
    CHECK_THROWS_AS(tools::body_of_answer(wrong, "u"), error);
  }
}

TEST_SUITE_END();
