// SPDX-License-Identifier: Apache-2.0
#include "told.hpp"
#include "weir/nats/model.hpp"
#include "weir/sim.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

/// Runs `body(connection, server, heard)` over a model, in virtual time.
template <class Body>
void with_model(Body body) {
  simulate({}, [&]() -> task<> {
    nats::model_server server({.latency = 1ms});
    told heard;
    nats::connection_options options = heard.listen({});
    nats::connection link(server, options);
    co_await weir::test::detail::run_body(link, body(link, server, heard));
  });
}

task<> lose_the_connection(nats::connection& link, nats::model_server& server, told& heard) {
  co_await heard.next(kind::connected);
  co_await link.flush();
  const std::size_t known = heard.all.size();
  server.disconnect_all();
  const nats::connection_event lost = co_await heard.next(kind::disconnected, known);
  CHECK(contains(lost.reason, "the network broke"));
  co_await heard.next(kind::connected, known);
  co_await link.flush();
}

task<> be_refused(nats::connection& link, nats::model_server& server, told& heard) {
  co_await heard.next(kind::connected);
  server.refuse_connections();
  co_await link.flush();
  server.disconnect_all();
  const nats::connection_event failed = co_await heard.next(kind::connect_failed);
  CHECK(contains(failed.reason, "refuse connections"));
  CHECK_FALSE(link.is_connected());
  server.refuse_connections(false);
  co_await link.wait_connected();
  co_await link.flush();
}

task<> stand_still(nats::connection& link, nats::model_server& server, told& heard) {
  co_await heard.next(kind::connected);
  server.pause();
  const auto silent = co_await error_of(link.flush(1s));
  REQUIRE(silent.has_value());
  CHECK(silent->is(errc::deadline_exceeded));
  const nats::connection_event lost = co_await heard.next(kind::disconnected);
  CHECK(contains(lost.reason, "no sign of life"));
  const nats::connection_event failed = co_await heard.next(kind::connect_failed);
  CHECK(contains(failed.reason, "paused"));
  server.resume();
  co_await link.wait_connected();
  co_await link.flush();
}

task<> send_too_much(nats::connection& link, nats::model_server&, told& heard) {
  co_await link.wait_connected();
  const std::string whole(std::size_t{1} << 20, 'x');
  co_await link.publish(nats::subject("a"), whole);
  co_await link.flush();
  const auto refused = co_await error_of(link.publish(nats::subject("a"), whole + "x"));
  REQUIRE(refused.has_value());
  CHECK(refused->is(errc::limit_exceeded));
  CHECK(heard.all.size() == 1);
}

}  // namespace

TEST_SUITE("nats.model_faults") {
  TEST_CASE("a model that ends its connections takes new ones") { with_model(lose_the_connection); }
  TEST_CASE("a model that refuses connections is tried again") { with_model(be_refused); }
  TEST_CASE("a paused model answers nothing, and goes on when it is resumed") {
    with_model(stand_still);
  }
  TEST_CASE("the model's limit of a message's size is known to its clients") {
    with_model(send_too_much);
  }
}
