// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "fixture.hpp"
#include "weir/file_descriptor.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;
using postgres::pool;
using weir::test::on_postgres;
using weir::test::shared_postgres;

/// A port that takes connections into its queue, and never says a word.
class silent_host {
 public:
  silent_host() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), generic, size) == 0);
    REQUIRE(::listen(socket_.get(), SOMAXCONN) == 0);
    REQUIRE(::getsockname(socket_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  file_descriptor socket_;
  unsigned port_ = 0;
};

/// The server's connection string with `first` as the host before the server's own.
postgres::pool_options after(const std::string& first) {
  postgres::pool_options options;
  options.conninfo = shared_postgres().conninfo();
  options.conninfo.insert(options.conninfo.find('@') + 1, first + ",");
  options.connect_timeout = 2s;
  options.acquire_timeout = 20s;
  return options;
}

/// What a pool says to a connection string; empty when it takes it.
std::string refusal(const std::string& conninfo) {
  loop here;
  std::string text;
  struct steps {
    static task<> run(const std::string& conninfo, std::string& text) {
      postgres::pool_options options;
      options.conninfo = conninfo;
      try {
        const pool db(std::move(options));
      } catch (const weir::error& refused) {
        CHECK(refused.is(errc::invalid_argument));
        CHECK(refused.disposition() == disposition::permanent);
        text = refused.message();
      }
      co_return;
    }
  };
  here.run(steps::run(conninfo, text));
  return text;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr auto server_port = stmt<"select inet_server_port()">;

}  // namespace

TEST_SUITE("postgres.connect") {
  TEST_CASE("a connection string that can never connect is refused before the first connection") {
    CHECK(says(refusal("garbage"), "missing \"=\""));
    CHECK(says(refusal("postgresql://h:notaport/db"), "a port is not a number from 1 to 65535"));
    CHECK(says(refusal("postgresql://a:5432,b:0/db"), "a port is not a number"));
    CHECK(says(refusal("host=h port=65536"), "a port is not a number"));
    CHECK(says(refusal("host=a,b port=1,2,3"), "3 ports and 2 hosts"));
    CHECK(says(refusal("host=a,b hostaddr=127.0.0.1"), "2 hosts and 1 addresses"));
    CHECK(says(refusal("postgresql://h/db?sslmoode=require"), "invalid URI query parameter"));
    CHECK(says(refusal("postgresql://[::1/db"), "IPv6"));
  }

  TEST_CASE("what libpq understands is taken") {
    CHECK(refusal("") == "");
    CHECK(refusal("host=/run/postgresql dbname=orders") == "");
    CHECK(refusal("postgresql://u:p@a,b:5433/db?target_session_attrs=read-write") == "");
    CHECK(refusal("host=a,b port=' 5432 '") == "");
    CHECK(refusal("service=orders port=whatever") == "");
  }

  TEST_CASE("the refusal of a connection string quotes no password, wherever it stands") {
    for (const char* wrong :
         {"secret", "password=a secret", "password='secret", "postgresql://u:secret/db",
          "postgresql://u:secret%zz@h/db", "postgresql://u:se\"cret@[::1/db",
          "postgresql://u:x=\"secret%zz@h/db", "postgresql://u:p@h/db?secret=1",
          "postgresql://u:\xc3\xa4secret@[h"}) {
      CAPTURE(wrong);
      const std::string text = refusal(wrong);
      CHECK_FALSE(text.empty());
      CHECK_FALSE(says(text, "secret"));
      CHECK_FALSE(says(text, "cret@"));
    }
  }

  TEST_CASE("a host that never answers leaves time for the next one") {
    const silent_host silent;
    on_postgres(after(silent.address()), [](pool& db) -> task<> {
      const auto port = co_await db.one<std::int32_t>(server_port);
      CHECK(port == shared_postgres().port());
    });
  }

  TEST_CASE("a standby is preferred, and without one any server is taken") {
    const silent_host silent;
    postgres::pool_options options = after(silent.address());
    options.conninfo += "?target_session_attrs=prefer-standby";
    on_postgres(options, [](pool& db) -> task<> {
      const auto port = co_await db.one<std::int32_t>(server_port);
      CHECK(port == shared_postgres().port());
    });
  }

  TEST_CASE("when no host will do, the error says of each why") {
    const silent_host silent;
    postgres::pool_options options = after(silent.address());
    options.conninfo += "?target_session_attrs=standby";
    options.acquire_timeout = 4s;
    on_postgres(options, [](pool& db) -> task<> {
      const auto refused = co_await db.exec(server_port).as_result();
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().is(errc::unavailable));
      CHECK(refused.error().disposition() == disposition::retry);
      CHECK(says(refused.error().message(), "no answer within the connect time-out"));
      CHECK(says(refused.error().message(), "standby"));
    });
  }
}
