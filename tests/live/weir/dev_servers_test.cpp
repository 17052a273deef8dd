// SPDX-License-Identifier: Apache-2.0
// What `weir dev` says of a server of its own that ends by itself.
#include <csignal>
#include <sstream>

#include "dev/private_servers.hpp"
#include "dev/server_watch.hpp"
#include "fixture.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"

TEST_SUITE_BEGIN("weir.dev_servers");

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto patience = 60s;

task<> wait_for(manual_reset_event& one) { co_await one.wait(); }

/// What a watch that a server ends shows, and throws.
struct told {
  std::string shown;
  error thrown;
};

told ending_of(servers::private_server& watched, const std::string& name, int number) {
  std::ostringstream shown;
  dev::console out(shown);
  REQUIRE(::kill(watched.pid(), number) == 0);
  loop home;
  const auto watch = [&]() -> task<error> {
    return error_of(with_timeout(patience, dev::watch_server(watched, name, out)));
  };
  const error thrown = home.run(watch());
  return {shown.str(), thrown};
}

task<> stops_watching(servers::private_server& watched, dev::console& out) {
  manual_reset_event enough;
  enough.set();
  const auto ended =
      co_await when_any(dev::watch_server(watched, "nats-server", out), wait_for(enough));
  CHECK(ended.index() == 1);
}

}  // namespace

TEST_CASE("a server that was killed is named, with the end of its log and the remedy") {
  servers::nats_server server;
  server.start();
  const std::string port = std::to_string(server.port());
  const told seen = ending_of(server, "nats-server", SIGKILL);
  CHECK(seen.shown.starts_with(
      "weir    | nats-server ended by itself: signal 9; its log ends:\nlog     | "));
  CHECK(contains(seen.shown, "Server is ready\n"));
  CHECK(seen.thrown.is(errc::unavailable));
  CHECK(seen.thrown.message() ==
        "nats-server on 127.0.0.1:" + port +
            " ended by itself: signal 9; the end of its log is above. Its data and its log go with "
            "it; --keep FOLDER lets them stay. The same command begins anew");
}

TEST_CASE("of a server whose data are kept the place of the log is told") {
  const servers::sandbox box("dev-servers-test");
  std::filesystem::permissions(box.path(), std::filesystem::perms(0711));
  servers::postgres_server server({.kept = box.path() / "kept"});
  server.start();
  const told seen = ending_of(server, "PostgreSQL", SIGINT);
  CHECK(seen.shown.starts_with("weir    | PostgreSQL ended by itself: exit code 0; its log"));
  CHECK(contains(seen.shown, "database system is shut down\n"));
  CHECK(contains(seen.thrown.message(), "Its whole log is " + server.log_file().string() + ";"));
}

TEST_CASE("a watch that is cancelled says nothing, and leaves the end to others") {
  servers::nats_server server;
  server.start();
  std::ostringstream shown;
  dev::console out(shown);
  loop home;
  home.run(stops_watching(server, out));
  CHECK(server.is_running());
  server.stop();
  CHECK(shown.str().empty());
  const bool is_killed = server.ending() == "signal 9";
  CHECK(server.ending() != "signal 9");
}

TEST_SUITE_END();
