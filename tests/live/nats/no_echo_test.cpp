// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "orders.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/subscription.hpp"

using namespace weir;
using namespace weir::test;

namespace {

nats::connection_options without_echo(nats::connection_options options) {
  options.no_echo = true;
  return options;
}

/// `own` is without echo, `other` as connections are by default.
task<> hear_others_alone(nats::connection& own, nats::connection& other) {
  const nats::subject to("news");
  nats::subscription here(own, nats::subject_pattern("news"));
  nats::subscription there(other, nats::subject_pattern("news"));
  co_await own.wait_connected();
  co_await other.wait_connected();
  co_await own.flush();
  co_await other.flush();
  co_await own.publish(to, "own");
  co_await own.flush();
  CHECK((co_await there.next())->payload() == "own");
  co_await other.publish(to, "other");
  CHECK((co_await there.next())->payload() == "other");
  CHECK((co_await here.next())->payload() == "other");
  CHECK(here.waiting_messages() == 0);

  nats::subscription asked(own, nats::subject_pattern("question"));
  const auto nobody = co_await error_of(nats::request(own, nats::subject("question"), "x"));
  REQUIRE(nobody.has_value());
  CHECK(contains(nobody->message(), "no responders"));

  orders in(own);
  nats::consumer worker = co_await in.worker(3);
  CHECK((co_await worker.fetch(3)).messages.size() == 3);
}

task<> over_two(nats::connection& own, nats::connection& other) {
  const auto done = co_await with_timeout(hang_limit, hear_others_alone(own, other)).as_result();
  co_await own.close();
  co_await other.close();
  done.value();
}

task<> with_model() {
  nats::model_server server;
  nats::connection own(server, without_echo({}));
  nats::connection other(server);
  co_await over_two(own, other);
}

}  // namespace

TEST_SUITE("nats.no_echo") {
  TEST_CASE("without echo a connection hears others and streams, but not itself") {
    SUBCASE("nats-server") {
      live_server server;
      loop home;
      nats::connection own(without_echo(server.options()));
      nats::connection other(server.options());
      home.run(over_two(own, other));
    }
    SUBCASE("model") { simulate({}, with_model); }
  }
}
