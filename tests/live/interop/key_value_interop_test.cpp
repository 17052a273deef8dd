// SPDX-License-Identifier: Apache-2.0
#include "go_program.hpp"
#include "nats/fixture.hpp"
#include "weir/nats/key_value.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class... Text>
task<std::string> ask(go_program& go, std::string command, Text... arguments) {
  return go.run({std::move(command), "colors", std::string(std::move(arguments))...});
}

constexpr const char* not_found = "error: nats: key not found\n";

task<> write_on_both_sides(const nats::key_value& bucket, go_program& go) {
  CHECK(co_await ask(go, "kv-put", "sky", "grey") == "");
  const auto sky = co_await bucket.get("sky");
  REQUIRE(sky.has_value());
  CHECK(sky->value == "grey");
  CHECK(sky->revision == 1);
  CHECK(co_await bucket.update("sky", "blue", 1) == 2);
  CHECK(co_await ask(go, "kv-get", "sky") == "sky=blue@2 KeyValuePutOp\n");
  CHECK(contains(co_await ask(go, "kv-create", "sky", "red"), "error: "));
  CHECK(contains(co_await ask(go, "kv-update", "sky", "red", "1"), "error: "));
  CHECK(co_await ask(go, "kv-update", "sky", "red", "2") == "");
  CHECK((co_await error_of(bucket.update("sky", "x", 2)))->is(errc::conflict));
  CHECK(co_await bucket.create("sea/deep=1.a_b", "green") == 4);
  CHECK(co_await ask(go, "kv-keys") == "sea/deep=1.a_b\nsky\n");
}

task<> remove_on_both_sides(const nats::key_value& bucket, go_program& go) {
  CHECK(co_await ask(go, "kv-remove", "sky") == "");
  CHECK_FALSE((co_await bucket.get("sky")).has_value());
  const auto kept = co_await bucket.history("sky");
  REQUIRE(kept.size() == 4);
  CHECK(kept.back().operation == nats::key_value_operation::remove);
  CHECK(co_await bucket.create("sky", "black") == 6);
  co_await bucket.remove("sky");
  CHECK(co_await ask(go, "kv-get", "sky") == not_found);
  CHECK(co_await ask(go, "kv-history", "sky") ==
        "sky=blue@2 KeyValuePutOp\nsky=red@3 KeyValuePutOp\nsky=@5 KeyValueDeleteOp\n"
        "sky=black@6 KeyValuePutOp\nsky=@7 KeyValueDeleteOp\n");
  co_await bucket.purge("sky");
  CHECK(co_await ask(go, "kv-history", "sky") == "sky=@8 KeyValuePurgeOp\n");
  CHECK(co_await ask(go, "kv-create", "sky", "white") == "");
  CHECK((co_await bucket.get("sky"))->value == "white");
  CHECK(co_await ask(go, "kv-purge", "sky") == "");
  CHECK((co_await bucket.history("sky")).front().operation == nats::key_value_operation::purge);
}

task<> share_keys(nats::connection& link, go_program& go) {
  if (!co_await go.build()) co_return;
  CHECK(co_await ask(go, "kv-make") == "");
  nats::key_value_config config;
  config.bucket = "colors";
  const auto bucket = co_await nats::key_value::ensure(nats::jetstream(link), config);
  auto changes = bucket.watch();
  CHECK((co_await changes.next())->is_up_to_date_mark());
  co_await write_on_both_sides(bucket, go);
  co_await remove_on_both_sides(bucket, go);
  for (std::uint64_t revision = 1; revision <= 10; ++revision)
    CHECK((co_await changes.next())->entry->revision == revision);
  CHECK((co_await bucket.status()).history == 5);
}

}  // namespace

TEST_SUITE("nats.interop") {
  TEST_CASE("weir and nats.go read and change what the other has put under a key") {
    live_server server;
    go_program go(server->url());
    with_connection(server.options(), [&](auto& link) { return share_keys(link, go); });
  }
}
