// SPDX-License-Identifier: Apache-2.0
// How a service tells that it is well, and what it does when asked to end.
#include "admin.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"
#include "http_client.hpp"
#include "probe.hpp"
#include "running_service.hpp"
#include "servers/loopback_port.hpp"
#include "watchdog.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/request.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.admin");

using namespace std::chrono_literals;
using weir::test::http_answer;
using weir::test::office_floor;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, 1)">;
constexpr auto count_letters = weir::stmt<"select count(*) from letters">;
constexpr std::string_view consumer_check = "consumer:LETTERS/letters";

/// What is wrong with a shop that the handler needs.
std::optional<std::string> shop;

weir::task<> keep(Letter letter, weir::tx& db) {
  if (letter.wish == "fail") {
    throw weir::error(weir::errc::unavailable, weir::disposition::retry, "as the letter wishes");
  }
  co_await db.exec(store, letter.id);
}

weir::service letter_service() {
  weir::breaker_options breaker;
  breaker.consecutive_failures = 1;
  breaker.open_for = weir::fixed(1h);
  weir::service made("letters-test");
  made.on<keep>(weir::durable("letters").breaker(breaker));
  return made;
}

/// A service with pages beside a story.
struct watched {
  watched(const weir::service& which, const office_floor& at,
          std::vector<std::string> optional = {})
      : name(which.name()),
        settings(at.settings),
        address(
            weir::socket_address::of_ip("127.0.0.1", weir::servers::free_loopback_port()).value()) {
    settings.admin.listen = address.text();
    settings.admin.optional = std::move(optional);
    running.spawn(run(which, settings));
  }

  static weir::task<> run(const weir::service& which, weir::service_settings with) {
    co_await weir::detail::run_service(which, with);
  }

  weir::task<http_answer> page(std::string target) {
    return weir::test::fetch(address, weir::test::request_for(target));
  }
  weir::task<http_answer> drain() {
    return weir::test::fetch(address, "POST /drain HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  /// Asks until the status is this one.
  weir::task<std::string> until(std::string target, int status) {
    for (;;) {
      const auto answer = co_await page(target).as_result();
      if (answer && answer->status == status) co_return answer->body;
      co_await weir::sleep(5ms);
    }
  }
  /// Asks until a line is there.
  weir::task<> until_told(std::string target, std::string line) {
    for (;;) {
      const auto answer = co_await page(target).as_result();
      if (answer && answer->body.find(line) != std::string::npos) co_return;
      co_await weir::sleep(5ms);
    }
  }

  std::string name;
  weir::service_settings settings;
  weir::socket_address address;
  weir::scope running;
};

using story = std::function<weir::task<>(office_floor, watched&)>;

weir::task<> play(const weir::service& which, std::vector<std::string> optional, story told,
                  office_floor at) {
  watched beside(which, at, std::move(optional));
  std::exception_ptr failure;
  try {
    co_await told(at, beside);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await beside.running.close();
  if (failure) std::rethrow_exception(failure);
}

void tell(const weir::service& which, std::vector<std::string> optional, story told) {
  weir::test::allow(120s);
  weir::test::post_office office;
  office.tell([&](office_floor at) { return play(which, optional, told, at); });
}

/// In a thread of its own, as another process would.
weir::task<int> probe(std::string page, std::string name, weir::admin_settings settings) {
  auto asking = [page, name, settings] { return weir::detail::probe(page, name, settings); };
  co_return co_await weir::blocking(std::move(asking));
}

weir::task<std::string> statistics(weir::nats::connection& link) {
  const weir::nats::subject who("$SRV.STATS.letters-test");
  const auto told = co_await weir::nats::request(link, who, "");
  co_return std::string(told.payload());
}

weir::task<> lose_the_servers(office_floor at, watched& service) {
  const std::string ready = co_await service.until("/readyz?verbose", 200);
  CHECK(ready == "[+]startup ok\n[+]nats ok\n[+]postgres ok\n[+]" + std::string(consumer_check) +
                     " ok\n[+]drain ok\nreadyz check passed\n");
  int exit = co_await probe("readyz", service.name, service.settings.admin);
  CHECK(exit == 0);
  exit = co_await probe("readyz", "another", service.settings.admin);
  CHECK(exit == 1);
  const std::string facts = co_await statistics(at.link);
  CHECK(facts.find(R"("endpoints":[],"data":{"service":"letters-test","question":"readyz",)"
                   R"("ok":true)") != std::string::npos);

  at.postgres.kill_hard();
  const std::string away = co_await service.until("/readyz", 503);
  CHECK(away.find("[-]postgres failed: ") != std::string::npos);
  CHECK(away.find("[+]nats ok") != std::string::npos);
  exit = co_await probe("readyz", service.name, service.settings.admin);
  CHECK(exit == 1);
  for (const char* target : {"/livez", "/startupz"}) {
    const http_answer well = co_await service.page(target);
    CHECK(well.status == 200);
  }
  at.postgres.start();
  co_await service.until("/readyz", 200);

  at.nats.kill_hard();
  co_await service.until_told("/readyz", "[-]nats failed: no connection to 127.0.0.1:");
  exit = co_await probe("livez", service.name, service.settings.admin);
  CHECK(exit == 0);
  at.nats.start();
  co_await service.until("/readyz", 200);

  const http_answer drained = co_await service.drain();
  CHECK(drained.status == 202);
  co_await service.running.join();
  exit = co_await probe("livez", service.name, service.settings.admin);
  CHECK(exit == 1);
}

weir::task<> start_without_database(office_floor at, watched& service) {
  co_await service.until_told("/startupz", "[-]startup failed: waiting for PostgreSQL: ");
  const http_answer ready = co_await service.page("/readyz");
  CHECK(ready.status == 503);
  const http_answer live = co_await service.page("/livez");
  CHECK(live.status == 200);
  at.postgres.start();
  co_await service.until("/startupz", 200);
  co_await service.until("/readyz", 200);
  co_await service.drain();
  co_await service.running.join();
}

weir::task<> break_the_handler(office_floor at, watched& service) {
  co_await service.until("/readyz", 200);
  const weir::nats::subject to(weir::bind<Letter>::subject);
  co_await at.jetstream.publish(to, weir::test::letter(1, "fail"));
  const std::string broken =
      "[-]" + std::string(consumer_check) + " failed, optional: its breaker is open\n";
  co_await service.until_told("/readyz?verbose", broken);
  at.postgres.kill_hard();
  co_await service.until_told("/readyz?verbose", "[-]postgres failed, optional: ");
  const http_answer ready = co_await service.page("/readyz");
  CHECK(ready.status == 200);
  CHECK(ready.body == "ok\n");
  shop = "closed on Sundays";
  const http_answer closed = co_await service.page("/healthz");
  CHECK(closed.status == 503);
  CHECK(closed.body.find("[-]shop failed: closed on Sundays\n") != std::string::npos);
  shop.reset();
  at.postgres.start();
  co_await service.drain();
  co_await service.running.join();
}

weir::task<> take_ports(const weir::service& which, office_floor at) {
  const auto taken = weir::tcp_listener::bind("127.0.0.1", 0);
  weir::service_settings settings = at.settings;
  settings.admin.listen = taken.address().text();
  const auto refused = co_await watched::run(which, settings).as_result();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message().find(taken.address().text()) != std::string::npos);
  CHECK(refused.error().message().find("admin.listen") != std::string::npos);
  settings.admin.listen = "here";
  const auto wrong = co_await watched::run(which, settings).as_result();
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().is(weir::errc::invalid_argument));
  settings.admin = {.optional = {"redis"}};
  const auto unknown = co_await watched::run(which, settings).as_result();
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().message().find("there are: nats, postgres, " +
                                       std::string(consumer_check)) != std::string::npos);
}

/// Peers that take every place and more, and ask without end; the handlers and the probe go on.
weir::task<> serve_in_a_crowd(office_floor at, watched& service) {
  co_await service.until("/readyz", 200);
  std::vector<weir::tcp_stream> crowd;
  for (int count = 0; count < 200; ++count) {
    crowd.push_back(co_await weir::tcp_stream::connect(service.address));
    if (count % 2 == 0) co_await crowd.back().write_all("GET /metrics HTTP/1.1\r\nX-");
  }
  for (std::int64_t id = 1; id <= 3; ++id) {
    const weir::nats::subject to(weir::bind<Letter>::subject);
    const std::string body = weir::test::letter(id, "");
    co_await at.jetstream.publish(to, body);
    const int exit = co_await probe("readyz", service.name, service.settings.admin);
    CHECK(exit == 0);
  }
  for (;;) {
    const auto stored = co_await at.database.one<std::int64_t>(count_letters);
    if (stored == 3) break;
    co_await weir::sleep(2ms);
  }
  const auto drained = co_await service.drain();
  CHECK(drained.status == 202);
  co_await service.running.join();
}

/// Another service has the address that nobody has asked for.
weir::task<> do_without_pages(const weir::service& which, office_floor at) {
  const auto where = weir::parse_admin_address(weir::default_admin_listen).value();
  std::optional<weir::tcp_listener> other;
  try {
    other.emplace(weir::tcp_listener::bind(where.ip, where.port));
  } catch (const weir::error& taken) {
    CHECK(taken.code() == std::errc::address_in_use);  // By whom does not matter.
  }
  weir::scope running;
  weir::service_settings settings = at.settings;
  settings.admin.listen = weir::default_admin_listen;
  running.spawn(watched::run(which, settings));
  std::string facts;
  while (facts.find(R"("ok":true)") == std::string::npos) {
    const auto told = co_await statistics(at.link).as_result();
    if (told) facts = *told;
    co_await weir::sleep(5ms);
  }
  CHECK_FALSE(facts.empty());
  co_await running.close();
}

}  // namespace

TEST_CASE("readiness follows the servers, liveness does not, and /drain ends the service") {
  const weir::service which = letter_service();
  tell(which, {}, lose_the_servers);
}

TEST_CASE("a service that waits for its database says so, and is started when that is there") {
  const weir::service which = letter_service();
  weir::test::allow(120s);
  weir::test::post_office office;
  office.tell([&](office_floor at) {
    at.postgres.kill_hard();
    return play(which, {}, start_without_database, at);
  });
}

TEST_CASE("what is optional is told, and the service is ready all the same") {
  weir::service which = letter_service();
  which.depends_on({.name = "shop", .trouble = [] { return shop; }});
  tell(which, {"postgres"}, break_the_handler);
}

TEST_CASE("an address that cannot be had, or a check that is not there, ends the start") {
  const weir::service which = letter_service();
  weir::test::post_office office;
  office.tell([&](office_floor at) { return take_ports(which, at); });
}

TEST_CASE("a crowd at its pages keeps neither a probe out nor the handlers from their work") {
  const weir::service which = letter_service();
  tell(which, {}, serve_in_a_crowd);
}

TEST_CASE("a service whose default address is taken works without pages") {
  const weir::service which = letter_service();
  weir::test::post_office office;
  office.tell([&](office_floor at) { return do_without_pages(which, at); });
}

TEST_CASE("a probe of a service without pages is a mistake of its settings") {
  CHECK(weir::detail::probe("readyz", "a", {.listen = "off"}) == 2);
  CHECK(weir::detail::probe("readyz", "a", {.listen = "127.0.0.1:0"}) == 2);
  CHECK(weir::detail::probe("readyz", "a", {.listen = "nowhere"}) == 2);
}

TEST_SUITE_END();
