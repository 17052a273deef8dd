// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "orders.hpp"
#include "told.hpp"

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

}  // namespace

TEST_SUITE("nats.permission") {
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
