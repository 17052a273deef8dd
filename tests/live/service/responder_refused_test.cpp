// SPDX-License-Identifier: Apache-2.0
// A service that its server does not permit to answer.
#include <doctest/doctest.h>

#include "running_service.hpp"
#include "servers/nats_server.hpp"
#include "watchdog.hpp"
#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/service/ask.hpp"
#include "weir/service/service.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("service.responder_refused");

using namespace std::chrono_literals;

namespace {

struct Enquiry {
  std::int64_t id;
};
struct Information {
  std::int64_t id;
};

}  // namespace

template <>
struct weir::bind<Enquiry> : weir::request_to<"enquiries.make", Information> {};

namespace {

weir::task<Information> inform(Enquiry asked) { co_return Information{asked.id}; }

weir::service informing() {
  weir::service made("desk-test");
  made.on<inform>(weir::endpoint("inform"));
  return made;
}

/// A server whose user may subscribe to anything but `denied`.
weir::servers::nats_server_options denying(const std::string& denied) {
  return {.configuration = R"(authorization { users: [ { user: desk, password: "secret",
      permissions: { subscribe: { deny: [")" +
                           denied + R"("] } } } ] }
)"};
}

std::string as_desk(const weir::servers::nats_server& server) {
  constexpr std::string_view scheme = "nats://";
  return "nats://desk:secret@" + server.url().substr(scheme.size());
}

weir::task<weir::error> error_of(weir::task<std::string> running) {
  const auto ended = co_await weir::with_timeout(30s, std::move(running)).as_result();
  REQUIRE_FALSE(ended.has_value());
  co_return ended.error();
}

void check_told(const weir::error& why) {
  CHECK(why.is(weir::errc::unavailable));
  CHECK(why.disposition() == weir::disposition::permanent);
  CHECK(why.message().find("subscribe to \"enquiries.make\"") != std::string::npos);
  CHECK(why.message().find("allow it in the user's permissions") != std::string::npos);
}

/// The permissions change while the service runs.
weir::task<weir::error> lose_permission(const weir::service& which,
                                        const weir::service_settings& settings,
                                        weir::servers::nats_server& server) {
  weir::nats::connection_options options;
  options.url = settings.nats.url;
  weir::nats::connection link(options);
  weir::scope running;
  std::optional<weir::error> why;
  running.spawn([&]() -> weir::task<> {
    why = co_await error_of(weir::detail::run_service(which, settings));
  });
  const Enquiry asked{1};
  while (!co_await weir::ask(link, asked).as_result()) co_await weir::sleep(5ms);
  CHECK_FALSE(why);
  server.configure(denying("enquiries.>"));
  server.kill_hard();
  server.start();
  co_await running.join();
  co_await link.close();
  co_return why.value();
}

weir::task<> run_quietly(const weir::service& which, const weir::service_settings& settings) {
  co_await weir::detail::run_service(which, settings);
}

weir::task<Information> ask_undiscovered(const weir::service& which,
                                         const weir::service_settings& settings) {
  weir::nats::connection_options options;
  options.url = settings.nats.url;
  weir::nats::connection link(options);
  weir::scope running;
  running.spawn(run_quietly(which, settings));
  const Enquiry asked{7};
  auto got = co_await weir::ask(link, asked).as_result();
  while (!got) got = co_await weir::ask(link, asked).as_result();
  co_await running.close();
  co_await link.close();
  co_return got.value();
}

}  // namespace

TEST_CASE("a service that may not answer is never ready, and ends with the subject and a remedy") {
  weir::test::allow(60s);
  weir::servers::nats_server server(denying("enquiries.>"));
  server.start();
  const weir::service which = informing();
  const weir::service_settings settings{.nats = {.url = as_desk(server)}};
  weir::loop home;

  check_told(home.run(error_of(weir::detail::run_service(which, settings))));
}

TEST_CASE("a service that may answer no more ends, and says so") {
  weir::test::allow(60s);
  weir::servers::nats_server server(denying("something.else"));
  server.start();
  const weir::service which = informing();
  const weir::service_settings settings{.nats = {.url = as_desk(server)}};
  weir::loop home;

  check_told(home.run(lose_permission(which, settings, server)));
}

TEST_CASE("that $SRV is not permitted keeps no service from answering") {
  weir::test::allow(60s);
  weir::servers::nats_server server(denying("$SRV.>"));
  server.start();
  const weir::service which = informing();
  const weir::service_settings settings{.nats = {.url = as_desk(server)}};
  weir::loop home;

  CHECK(home.run(ask_undiscovered(which, settings)).id == 7);
}

TEST_SUITE_END();
