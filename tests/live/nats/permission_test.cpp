// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "orders.hpp"
#include "told.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/subscription.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

servers::nats_server_options restricted() {
  return {.configuration = R"(authorization { users: [ {
      user: worker, password: "secret",
      permissions: { publish: { deny: ["secret.>"] }, subscribe: { deny: ["hidden.>"] } } } ] }
)"};
}

nats::connection_options as_worker(live_server& server, told& heard) {
  nats::connection_options options = heard.listen(server.options());
  options.credentials = {.user = "worker", .password = "secret"};
  return options;
}

task<> publish_what_is_denied(nats::connection& link, told& heard) {
  orders in(link);
  co_await in.make(1);
  co_await link.publish(nats::subject("secret.plan"), "x");
  const nats::connection_event refused = co_await heard.next(kind::not_permitted);
  CHECK(refused.subject == "secret.plan");
  CHECK(contains(refused.reason, "does not permit this user to publish to \"secret.plan\""));

  const auto stored = co_await error_of(in.js.publish(nats::subject("secret.plan"), "x"));
  REQUIRE(stored.has_value());
  CHECK(stored->disposition() == disposition::permanent);
  CHECK(contains(stored->message(), "secret.plan"));

  co_await in.publish(1, 2);  // The connection has not ended.
  CHECK(link.statistics().reconnects == 0);
}

task<> ask_what_is_denied(nats::connection& link) {
  co_await link.wait_connected();
  const std::string subject = "secret.question";
  const auto refused =
      co_await error_of(link.core().requests().ask(subject, "x", std::chrono::seconds(30)));
  REQUIRE(refused.has_value());
  CHECK(contains(refused->message(), "does not permit this user to publish to"));
  co_await link.flush();
}

servers::nats_server_options without(const std::string& permissions) {
  return {.configuration = R"(authorization { users: [
      { user: worker, password: "secret", permissions: { )" +
                           permissions + R"( } },
      { user: admin, password: "admin" } ] }
)"};
}

nats::connection_options as_admin(live_server& server) {
  nats::connection_options options = server.options();
  options.credentials = {.user = "admin", .password = "admin"};
  return options;
}

task<> make_orders(nats::connection& link) {
  orders in(link);
  co_await in.make(3);
}

void check_denied(const std::optional<error>& refused, std::string_view words) {
  REQUIRE(refused.has_value());
  CAPTURE(refused->message());
  CHECK(refused->disposition() == disposition::permanent);
  CHECK(contains(refused->message(), "does not permit this user to " + std::string(words)));
}

task<> subscribe_to_what_is_denied(nats::connection& link) {
  co_await link.wait_connected();
  nats::subscription open(link, nats::subject_pattern("open.*"));
  nats::subscription hidden(link, nats::subject_pattern("hidden.*"));
  nats::subscription shared(link, nats::subject_pattern("hidden.*"), {.queue_group = "workers"});
  check_denied(co_await error_of(hidden.next()), "subscribe to \"hidden.*\"");
  check_denied(co_await error_of(hidden.next()), "subscribe to \"hidden.*\"");
  check_denied(co_await error_of(shared.next_batch(5)), "subscribe to \"hidden.*\"");
  CHECK(hidden.has_ended());
  co_await link.publish(nats::subject("open.a"), "still here");
  CHECK((co_await open.next())->payload() == "still here");
}

/// Nothing that waits for an answer waits in vain: not what asked before the refusal, nor after.
task<> be_deaf(nats::connection& link) {
  const nats::subject created("orders.created");
  nats::jetstream js(link);
  co_await link.wait_connected();
  for (int i = 0; i < 2; ++i) {
    check_denied(co_await error_of(nats::request(link, created, "x")), "subscribe to \"_INBOX.");
    check_denied(co_await error_of(js.publish(created, "x")), "subscribe to \"_INBOX.");
    check_denied(co_await error_of(js.stream_info("ORDERS")), "subscribe to \"_INBOX.");
    co_await link.flush();
    CHECK((co_await link.rtt()) > duration::zero());
  }
}

task<> pull_what_is_denied(nats::connection& link) {
  nats::jetstream js(link);
  const std::string words = "publish to \"$JS.API.CONSUMER.MSG.NEXT.ORDERS.worker\"";
  nats::consumer worker = co_await nats::consumer::open(js, "ORDERS", "worker");
  check_denied(co_await error_of(worker.fetch(1, 1h)), words);
  check_denied(co_await error_of(worker.next(1h)), words);
  auto source = co_await nats::pull_source::open(js, "ORDERS", "worker");
  check_denied(co_await error_of(source.next()), words);
  co_await source.close();
}

}  // namespace

TEST_SUITE("nats.permission") {
  TEST_CASE("a subscription that is not permitted ends with its subject, and all else goes on") {
    live_server server(restricted());
    told heard;
    with_connection(as_worker(server, heard), subscribe_to_what_is_denied);
  }
  TEST_CASE("where no answers may be listened to, whatever waits for one fails and says why") {
    live_server server(without("subscribe: { deny: [\"_INBOX.>\"] }"));
    told heard;
    with_connection(as_admin(server), make_orders);
    with_connection(as_worker(server, heard), be_deaf);
  }
  TEST_CASE("a pull that is not permitted ends fetches and sources with its subject") {
    live_server server(without("publish: { deny: [\"$JS.API.CONSUMER.MSG.NEXT.>\"] }"));
    told heard;
    with_connection(as_admin(server), make_orders);
    with_connection(as_worker(server, heard), pull_what_is_denied);
  }
  TEST_CASE("a publication that is not permitted is told with its subject, and all else goes on") {
    live_server server(restricted());
    told heard;
    with_connection(as_worker(server, heard),
                    [&](auto& link) { return publish_what_is_denied(link, heard); });
  }
  TEST_CASE("a request to a subject that is not permitted fails at once") {
    live_server server(restricted());
    told heard;
    with_connection(as_worker(server, heard), ask_what_is_denied);
  }
}
