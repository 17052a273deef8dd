// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/key_value.hpp"

#include "backends.hpp"
#include "fixture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<nats::key_value> colors(nats::connection& link, int history = 1) {
  nats::key_value_config config;
  config.bucket = "colors";
  config.history = history;
  return nats::key_value::ensure(nats::jetstream(link), std::move(config));
}

template <class T>
task<std::vector<T>> all_of(stream<T> from) {
  std::vector<T> all;
  while (auto one = co_await from.next()) all.push_back(std::move(*one));
  co_return all;
}

task<> write_and_read(nats::connection& link) {
  const nats::key_value bucket = co_await colors(link);
  CHECK_FALSE((co_await bucket.get("sky")).has_value());
  CHECK(co_await bucket.put("sky", "grey") == 1);
  CHECK(co_await bucket.put("sky", "blue") == 2);
  const auto sky = co_await bucket.get("sky");
  REQUIRE(sky.has_value());
  CHECK(sky->key == "sky");
  CHECK(sky->value == "blue");
  CHECK(sky->revision == 2);
  CHECK((co_await bucket.get("sky", nats::get_from::any_replica))->value == "blue");
  CHECK((co_await bucket.get("sky", 2))->value == "blue");
  CHECK_FALSE((co_await bucket.get("sky", 1)).has_value());
  co_await bucket.put("sea/deep=1.a_b", "");
  CHECK((co_await bucket.get("sea/deep=1.a_b"))->value.empty());
  CHECK_FALSE((co_await bucket.get("sky", 3)).has_value());  // another key's revision
}

task<> write_on_condition(nats::connection& link) {
  const nats::key_value bucket = co_await colors(link);
  CHECK(co_await bucket.create("sky", "grey") == 1);
  const auto there = co_await error_of(bucket.create("sky", "blue"));
  REQUIRE(there.has_value());
  CHECK(there->is(errc::conflict));
  CHECK(contains(there->message(), "key sky of bucket colors: it has a value already"));
  CHECK(co_await bucket.update("sky", "blue", 1) == 2);
  const auto older = co_await error_of(bucket.update("sky", "red", 1));
  REQUIRE(older.has_value());
  CHECK(older->is(errc::conflict));
  CHECK((co_await bucket.get("sky"))->value == "blue");
  CHECK((co_await error_of(bucket.remove("sky", 1)))->is(errc::conflict));
  CHECK((co_await error_of(bucket.purge("sky", 1)))->is(errc::conflict));
  co_await bucket.remove("sky", 2);
  CHECK_FALSE((co_await bucket.get("sky")).has_value());
  CHECK((co_await bucket.get("sky", 3))->operation == nats::key_value_operation::remove);
  CHECK(co_await bucket.create("sky", "black") == 4);
  co_await bucket.purge("sky");
  CHECK(co_await bucket.create("sky", "white") == 6);
}

task<> keep_history(nats::connection& link) {
  const nats::key_value bucket = co_await colors(link, 3);
  for (int i = 0; i < 4; ++i) co_await bucket.put("sky", std::to_string(i));
  co_await bucket.put("sea", "green");
  co_await bucket.remove("sky");
  auto kept = co_await bucket.history("sky");
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].value == "2");
  CHECK(kept[1].value == "3");
  CHECK(kept[2].operation == nats::key_value_operation::remove);
  co_await bucket.purge("sky");
  kept = co_await bucket.history("sky");
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].operation == nats::key_value_operation::purge);
  CHECK((co_await bucket.history("none")).empty());
}

task<> list_keys(nats::connection& link) {
  const nats::key_value bucket = co_await colors(link, 2);
  CHECK((co_await all_of(bucket.keys())).empty());
  for (int i = 0; i < 600; ++i) co_await bucket.put("n." + std::to_string(i), "x");
  co_await bucket.put("sky", "blue");
  co_await bucket.put("n.0", "y");
  co_await bucket.remove("n.1");
  co_await bucket.purge("n.2");
  const auto keys = co_await all_of(bucket.keys());
  CHECK(keys.size() == 599);
  CHECK(keys.front() == "n.3");
  CHECK(keys.back() == "n.0");
  CHECK(co_await all_of(bucket.keys("sky")) == std::vector<std::string>{"sky"});
  CHECK(co_await bucket.purge_removed() == 2);  // The marks are new, and stay.
  CHECK((co_await bucket.history("n.1")).size() == 1);
  CHECK(co_await bucket.purge_removed(-1h) == 2);
  CHECK((co_await bucket.history("n.1")).empty());
  CHECK((co_await bucket.history("n.0")).size() == 2);
  CHECK((co_await bucket.status()).values == 600);
}

task<> manage_buckets(nats::connection& link) {
  nats::jetstream js(link);
  CHECK((co_await error_of(nats::key_value::open(js, "colors")))->is(errc::not_found));
  nats::key_value_config config;
  config.bucket = "colors";
  config.ttl = 1min;
  config.max_value_size = 1000;
  co_await nats::key_value::ensure(js, config);
  const auto opened = co_await nats::key_value::open(js, "colors");
  nats::key_value_status now = co_await opened.status();
  CHECK(now.history == 1);
  CHECK(now.ttl == 1min);
  CHECK(now.stream.name == "KV_colors");
  CHECK(now.stream.config.duplicate_window == 1min);
  CHECK(now.stream.config.allow_direct == true);
  CHECK((co_await error_of(opened.put("big", std::string(2000, 'x'))))->is(errc::limit_exceeded));
  config.history = 5;
  co_await nats::key_value::ensure(js, config);
  config.history.reset();
  co_await nats::key_value::ensure(js, config);
  now = co_await opened.status();
  CHECK(now.history == 5);
  CHECK(co_await all_of(nats::key_value::buckets(js)) == std::vector<std::string>{"colors"});
  config.history = 65;
  CHECK((co_await error_of(nats::key_value::ensure(js, config)))->is(errc::invalid_argument));
  config.history = 5;
  config.limit_marker_ttl = 1s;
  const auto timed = co_await error_of(nats::key_value::ensure(js, config));
  const bool is_old = (co_await js.account_info()).api_level == 0;
  CHECK(timed.has_value() == is_old);
  if (timed) CHECK(timed->is(errc::unsupported));
  co_await nats::key_value::remove_bucket(js, "colors");
  CHECK((co_await error_of(opened.status()))->is(errc::not_found));
}

task<> refuse_names(nats::connection& link) {
  nats::jetstream js(link);
  for (const char* bad : {"", "a.b", "a b", "a*", "a>", "a\r\nPUB x 0", "\xc3\xa4"})
    CHECK((co_await error_of(nats::key_value::open(js, bad)))->is(errc::invalid_argument));
  const nats::key_value bucket = co_await colors(link);
  for (const char* bad :
       {"", ".", ".a", "a.", "a..b", "a b", "a*", "*", ">", "a\r\nPUB x 0", "a$"}) {
    CHECK((co_await error_of(bucket.put(bad, "x")))->is(errc::invalid_argument));
    CHECK((co_await error_of(bucket.get(bad)))->is(errc::invalid_argument));
  }
  CHECK((co_await bucket.status()).values == 0);
}

}  // namespace

TEST_SUITE("nats.key_value") {
  TEST_CASE("a key has the value that was put last, and its revision") {
    on_every_server(write_and_read);
  }
  TEST_CASE("create, update, remove and purge are refused where the key is not as expected") {
    on_every_server(write_on_condition);
  }
  TEST_CASE("a bucket keeps as many values of a key as it is told, and a purge removes them") {
    on_every_server(keep_history);
  }
  TEST_CASE("keys are those with a value, and what is left of the others can be purged") {
    on_every_server(list_keys);
  }
  TEST_CASE("buckets are made, changed, opened, listed and removed") {
    on_every_server(manage_buckets);
  }
  TEST_CASE("names that could be more than a name are refused before anything is sent") {
    on_every_server(refuse_names);
  }
}
