// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

using namespace weir;
using namespace weir::test;

namespace {

live_server server_of_domain() { return live_server({.jetstream = "domain: hub\n"}); }

nats::connection_options options_with(live_server& server, const char* api) {
  nats::connection_options wanted = server.options();
  wanted.jetstream_api = api;
  return wanted;
}

task<> work_in_the_domain(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(3);
  auto fetched = co_await worker.fetch(2);
  REQUIRE(fetched.messages.size() == 2);
  CHECK(fetched.messages[0].info().stream == "ORDERS");
  CHECK(fetched.messages[1].info().stream_sequence == 2);
  for (nats::delivery& one : fetched.messages) one.ack();
  auto source = co_await nats::pull_source::open(in.js, "ORDERS", "worker", {});
  std::optional<nats::delivery> last = co_await source.next();
  REQUIRE(last.has_value());
  CHECK(last->info().stream_sequence == 3);
  co_await last->ack_sync();
  co_await source.close();
  const auto first = co_await in.js.get_message("ORDERS", 1);
  CHECK(first.payload == "0");
  co_await in.info_when_acknowledged(3);
}

task<> ask_the_wrong_domain(nats::connection& link) {
  nats::jetstream js(link);
  const auto refused = co_await error_of(with_timeout(500ms, as_task(js.stream_info("ORDERS"))));
  REQUIRE(refused.has_value());
  CHECK(refused->is(errc::deadline_exceeded));
}

}  // namespace

TEST_SUITE("nats.domain") {
  TEST_CASE("streams and consumers of a domain are reached by the name of its API") {
    live_server server = server_of_domain();
    with_connection(options_with(server, "$JS.hub.API"), work_in_the_domain);
  }
  TEST_CASE("nobody answers under the name of another domain") {
    live_server server = server_of_domain();
    with_connection(options_with(server, "$JS.elsewhere.API"), ask_the_wrong_domain);
  }
  TEST_CASE("an API whose name is no subject is refused at once") {
    loop home;
    nats::connection_options options;
    options.jetstream_api = "$JS.*.API";
    const std::string refused = message_of([&] { nats::connection link(options); });
    CHECK(contains(refused, "$JS.*.API"));
  }
}
