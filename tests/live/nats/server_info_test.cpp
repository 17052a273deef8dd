// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "fixture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> tell_about_the_server(nats::connection& link, live_server& server) {
  CHECK(link.server().id.empty());
  co_await link.wait_connected();
  const nats::server_info& info = link.server();
  CHECK(info.version.text() == server->version());
  CHECK(info.name == server->directory().filename().string());
  CHECK_FALSE(info.id.empty());
  CHECK(info.max_payload == 1024 * 1024);
  CHECK(info.headers);
  CHECK(info.jetstream);
  CHECK_FALSE(info.auth_required);
  CHECK_FALSE(info.tls);
  CHECK(info.cluster.empty());
  CHECK(info.client_id > 0);
}

task<> ask_for_a_version(nats::connection& link) {
  co_await link.wait_connected();
  link.core().require_server({"headers", {2, 2, 0}}, "publish to orders");
  const std::string refused = message_of(
      [&] { link.core().require_server({"time travel", {99, 1, 0}}, "publish to orders"); });
  CHECK(contains(refused, "publish to orders: time travel needs nats-server 99.1 or newer"));
  CHECK(contains(refused, link.server().version.text()));
}

}  // namespace

TEST_SUITE("nats.server_info") {
  TEST_CASE("a version is read from its text, and one before a release counts as the release") {
    CHECK(nats::server_version::parse("2.9.10") == nats::server_version{2, 9, 10});
    CHECK(nats::server_version::parse("2.11.0-RC.1") == nats::server_version{2, 11, 0});
    for (const char* text : {"", "2", "2.9", "2.9.", "a.b.c", "2.9.10x", "2.-9.1", "v2.9.10"}) {
      CAPTURE(text);
      CHECK_FALSE(nats::server_version::parse(text).has_value());
    }
  }
  TEST_CASE("versions compare as numbers, not as text") {
    CHECK(nats::server_version{2, 10, 0} > nats::server_version{2, 9, 10});
    CHECK(nats::server_version{2, 9, 10} > nats::server_version{2, 9, 9});
    CHECK(nats::server_version{3, 0, 0} > nats::server_version{2, 99, 99});
    CHECK(nats::server_version{2, 9, 10} >= nats::server_version{2, 9, 10});
  }
  TEST_CASE("a connection knows what its server says about itself") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return tell_about_the_server(link, server); });
  }
  TEST_CASE("what a server is too old for is refused, and the error names the version needed") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return ask_for_a_version(link); });
  }
}
