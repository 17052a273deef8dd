// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>

#include "../nats/certificates.hpp"
#include "byte_cutter.hpp"
#include "clean_pool.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/yield.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::authority;
using weir::test::certificate_files;
using weir::test::check_clean;
using weir::test::says;
using weir::test::shared_postgres;

constexpr auto is_encrypted = stmt<"select ssl from pg_stat_ssl where pid = pg_backend_pid()">;

/// A server of its own that offers TLS, and the authority that its clients trust.
class tls_server {
 public:
  tls_server()
      : trusted_(authority_directory(), "trusted"), other_(authority_directory(), "other") {
    server_.start();
    std::ofstream(server_.directory() / "data" / "postgresql.conf", std::ios::app) << "ssl = on\n";
  }
  ~tls_server() { std::filesystem::remove_all(directory_); }

  const authority& trusted() const { return trusted_; }
  const authority& other() const { return other_; }

  /// The server shows this certificate from here on.
  void show(const certificate_files& files) {
    const std::filesystem::path data = server_.directory() / "data";
    take_over(files.certificate, data / "server.crt");
    take_over(files.key, data / "server.key");
    server_.restart();
  }

  /// How to connect to it, in libpq's `mode` of TLS.
  postgres::pool_options options(const std::string& mode, duration limit) const {
    postgres::pool_options chosen;
    chosen.conninfo =
        server_.conninfo() + "?sslmode=" + mode + "&sslrootcert=" + trusted_.certificate_file();
    chosen.acquire_timeout = limit;
    return chosen;
  }

 private:
  std::filesystem::path authority_directory() {
    std::filesystem::create_directories(directory_);
    return directory_;
  }

  /// The server takes a key only if it is its own, and nobody else may read it.
  void take_over(const std::string& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(to, std::filesystem::perms::owner_read);
    struct stat owner{};
    REQUIRE(::stat(server_.directory().c_str(), &owner) == 0);
    REQUIRE(::chown(to.c_str(), owner.st_uid, owner.st_gid) == 0);
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("weir-" + uuid::random().to_string());
  authority trusted_;
  authority other_;
  servers::postgres_server server_;
};

task<> use_encrypted(pool& db) {
  const auto encrypted = co_await db.one<bool>(is_encrypted);
  CHECK(encrypted);
  // More than one record of TLS, in both directions.
  const std::string large(1 << 20, 'x');
  const auto back = co_await db.one<std::string>(stmt<"select $1::text">, large);
  CHECK(back == large);
  co_await check_clean(db);
}

/// What belongs to the encryption is gone when such a connection breaks.
task<> break_while_sending(pool& db, weir::test::byte_cutter& between) {
  const std::string large(8 << 20, 'x');
  for (std::size_t count = 1000; count < large.size(); count *= 4) {
    co_await db.exec(stmt<"select 1">);
    between.cut_after(weir::test::byte_cutter::direction::to_server, count);
    const postgres::error lost =
        co_await weir::test::error_of(db.one<std::int32_t>(stmt<"select length($1::text)">, large));
    CHECK(lost.commit_unknown());
  }
  co_await use_encrypted(db);
}

task<> check_refusal(pool& db, std::string_view part) {
  const auto refused = co_await db.exec(stmt<"select 1">).as_result();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().is(errc::unavailable));
  CHECK(refused.error().disposition() == disposition::retry);
  CHECK_MESSAGE(says(refused.error().message(), part), refused.error().message());
  // The one that is being opened is given up, for nobody waits for it.
  while (db.stats().connections > 0) co_await yield();
  CHECK(db.stats().idle == 0);
}

void refuse(postgres::pool_options options, std::string_view part) {
  weir::test::on_postgres(std::move(options), [part](pool& db) { return check_refusal(db, part); });
}

}  // namespace

TEST_SUITE("postgres.tls") {
  TEST_CASE("a certificate is checked: its authority, its host and its time") {
    weir::test::allow(240s);
    tls_server server;
    const std::string local = "IP:127.0.0.1";
    server.show(server.trusted().issue("good", local));
    weir::test::on_postgres(server.options("verify-full", 20s), use_encrypted);
    server.show(server.trusted().issue("elsewhere", "DNS:elsewhere.example"));
    refuse(server.options("verify-full", 500ms), "does not match host name \"127.0.0.1\"");
    // Who wants no host checked gets an encrypted connection to any that the authority vouches for.
    weir::test::on_postgres(server.options("verify-ca", 20s), use_encrypted);
    constexpr long a_minute_ago = -60;
    server.show(server.trusted().issue("expired", local, a_minute_ago));
    refuse(server.options("verify-full", 500ms), "certificate verify failed");
    server.show(server.other().issue("stranger", local));
    refuse(server.options("verify-full", 500ms), "certificate verify failed");
  }

  TEST_CASE("an encrypted connection that breaks while much is sent is lost, and no more") {
    weir::test::allow(240s);
    tls_server server;
    server.show(server.trusted().issue("good", "IP:127.0.0.1"));
    postgres::pool_options options = server.options("verify-full", 20s);
    const std::regex address("127.0.0.1:([0-9]+)");
    std::smatch found;
    REQUIRE(std::regex_search(options.conninfo, found, address));
    const auto port = static_cast<std::uint16_t>(std::stoi(found[1]));
    const auto main = [&](scope& children) -> task<> {
      weir::test::byte_cutter between(port);
      options.conninfo = std::regex_replace(options.conninfo, address,
                                            "127.0.0.1:" + std::to_string(between.port()));
      children.spawn(between.serve());
      auto use = [&between](pool& db) { return break_while_sending(db, between); };
      co_await weir::test::with_pool(options, use);
      co_await children.close();
    };
    loop here;
    here.run(with_scope(main));
  }

  TEST_CASE("a server that does not offer TLS is refused by one who requires it") {
    postgres::pool_options options;
    options.conninfo = shared_postgres().conninfo() + "?sslmode=require";
    options.acquire_timeout = 500ms;
    refuse(options, "server does not support SSL, but SSL was required");
  }
}
