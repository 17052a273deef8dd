// SPDX-License-Identifier: Apache-2.0
// `weir top` and its reading of pages, against a small server of HTTP.
#include <csignal>

#include "command.hpp"
#include "fixture.hpp"
#include "http_get.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("weir.top_look");

using namespace weir;
using namespace weir::test;

namespace {

/// Answers whoever connects, once, and ends the connection.
task<> answer(tcp_listener& on, std::string with) {
  tcp_stream client = co_await on.accept();
  std::byte asked[4096];
  const std::size_t count = co_await client.read_some(asked);
  CHECK(count > 0);
  co_await client.write_all(with);
}

task<std::string> page_from(std::string with) {
  tcp_listener on = tcp_listener::bind("127.0.0.1", 0);
  scope server;
  server.spawn(answer(on, std::move(with)));
  const std::string url = "http://127.0.0.1:" + std::to_string(on.port()) + "/metrics";
  const auto page = co_await tools::http_get(url, 30s).as_result();
  co_await server.close();
  co_return page.value();
}

task<> reads_pages() {
  const auto good = co_await page_from("HTTP/1.1 200 OK\r\nX: y\r\n\r\na 1\n");
  CHECK(good == "a 1\n");
  const auto large =
      co_await page_from("HTTP/1.1 200 OK\r\n\r\n" + std::string(std::size_t{1} << 20, 'x'));
  CHECK(large.size() == std::size_t{1} << 20);
  const auto refused = co_await error_of(page_from("HTTP/1.1 503 No\r\n\r\n"));
  CHECK(refused.is(errc::unavailable));
  CHECK(contains(refused.message(), "answers 'HTTP/1.1 503 No'"));
  const auto foreign = co_await error_of(page_from("INFO {}\r\n"));
  CHECK(foreign.is(errc::protocol));
  const auto nobody = co_await error_of(tools::http_get("http://127.0.0.1:1/", 30s));
  CHECK(contains(nobody.message(), "nobody answers at http://127.0.0.1:1/"));
}

/// One that accepts and says nothing.
task<> gives_up() {
  tcp_listener on = tcp_listener::bind("127.0.0.1", 0);
  const std::string url = "http://127.0.0.1:" + std::to_string(on.port()) + "/metrics";
  const auto silent = co_await error_of(tools::http_get(url, 50ms));
  CHECK(silent.is(errc::unavailable));
  CHECK(contains(silent.message(), "the deadline passed"));
}

/// A page that is too large to be read.
task<> floods(tcp_listener& on) {
  tcp_stream client = co_await on.accept();
  const std::string part(std::size_t{1} << 20, 'x');
  for (std::size_t sent = 0; sent <= 2 * tools::http_page_bytes_max; sent += part.size()) {
    const auto written = co_await client.write_all(part).as_result();
    if (!written.has_value()) co_return;  // The reader has had enough.
  }
}

task<> bounds_pages() {
  tcp_listener on = tcp_listener::bind("127.0.0.1", 0);
  scope server;
  server.spawn(floods(on));
  const std::string url = "http://127.0.0.1:" + std::to_string(on.port()) + "/metrics";
  const auto flooded = co_await error_of(tools::http_get(url, 30s));
  CHECK(flooded.is(errc::limit_exceeded));
  co_await server.close();
}

}  // namespace

TEST_CASE("a page is read to its end, and an answer that is none is an error") {
  std::signal(SIGPIPE, SIG_IGN);
  loop home;
  home.run(reads_pages());
}
TEST_CASE("a server that accepts and says nothing is given up") {
  loop home;
  home.run(gives_up());
}
TEST_CASE("a page without end is not read to its end") {
  std::signal(SIGPIPE, SIG_IGN);
  loop home;
  home.run(bounds_pages());
}
TEST_CASE("top ends with 3 where no service answers, and with 2 for what is no address") {
  const ending nobody = run_line(WEIR_COMMAND " top http://127.0.0.1:1/metrics --every 0.1");
  CHECK(nobody.code == 3);
  CHECK(contains(nobody.output, "nobody answers at http://127.0.0.1:1/metrics"));
  const ending wrong = run_line(WEIR_COMMAND " top 127.0.0.1:8080");
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.output, "is no address"));
}

TEST_SUITE_END();
