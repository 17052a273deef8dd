// SPDX-License-Identifier: Apache-2.0
// services/quotes as a program of its own, asked as any client would.
#include <doctest/doctest.h>

#include <csignal>

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "watchdog.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/service_error.hpp"
#include "weir/process.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.quotes");

using namespace std::chrono_literals;
namespace nats = weir::nats;

namespace {

/// Asks until the program is there.
weir::task<nats::message> ask(nats::connection& link, std::string body) {
  const nats::subject to("quotes.get");
  for (;;) {
    auto answer = co_await nats::request(link, to, body).as_result();
    if (answer) co_return std::move(*answer);
    if (answer.error().message().find("no responders") == std::string::npos) throw answer.error();
    co_await weir::sleep(5ms);
  }
}

weir::task<> ask_for_quotes(weir::process& program, std::string url) {
  nats::connection link(nats::connection_options{.url = url});
  const auto tea = co_await weir::with_timeout(60s, ask(link, R"({"product":"tea","pieces":3})"));
  CHECK(tea.payload().find(R"("amount_cents":750})") != std::string_view::npos);
  const auto wine = co_await ask(link, R"({"product":"wine","pieces":3})");
  const auto unknown = nats::service_error_of(wine);
  REQUIRE(unknown.has_value());
  CHECK(*unknown == nats::service_error{404, "no price for wine"});
  for (const char* pieces : {"0", "-1", "1000001", "9223372036854775807"}) {
    const auto odd =
        co_await ask(link, R"({"product":"tea","pieces":)" + std::string(pieces) + "}");
    const auto refused = nats::service_error_of(odd);
    CAPTURE(pieces);
    REQUIRE(refused.has_value());
    CHECK(*refused == nats::service_error{400, "pieces must be from 1 to 1000000"});
  }
  program.kill(SIGTERM);
  const auto ended = co_await program.wait();
  CHECK(ended.text() == "exited with 0");
  co_await link.close();
}

}  // namespace

TEST_CASE("the quotes of services/quotes are asked for, told, and drained") {
  weir::test::allow(120s);
  weir::servers::nats_server server;
  weir::servers::postgres_server database;
  server.start();
  database.start();
  weir::loop home;
  auto program = weir::process::spawn(
      {.program = QUOTES_PROGRAM,
       .arguments = {},
       .environment = {{"NATS_URL", server.url()}, {"DATABASE_URL", database.conninfo()}}});

  home.run(ask_for_quotes(program, server.url()));
}

TEST_SUITE_END();
