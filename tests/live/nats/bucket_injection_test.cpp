// SPDX-License-Identifier: Apache-2.0
#include "hostile_texts.hpp"
#include "objects.hpp"
#include "refused.hpp"
#include "weir/nats/key_value.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view word =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/// Buckets have the names of words.
bool is_bucket(std::string_view text) {
  return !text.empty() && text.find_first_not_of(word) == text.npos;
}

/// Keys are words, and `/` and `=`, with points between them.
bool is_key(std::string_view text) {
  const std::string all = std::string(word) + "/=.";
  return !text.empty() && text.find_first_not_of(all) == text.npos && !text.starts_with('.') &&
         !text.ends_with('.') && text.find("..") == text.npos;
}

bool is_pattern(std::string_view text) {
  const std::string all = std::string(word) + "/=.*>";
  return text.find_first_not_of(all) == text.npos &&
         thrown_by([&] { nats::subject_pattern{text}; }) == std::nullopt;
}

task<> try_as_bucket(nats::connection& link, std::string_view text) {
  if (is_bucket(text)) co_return;
  const std::string name(text);
  nats::jetstream js(link);
  nats::key_value_config keys;
  keys.bucket = name;
  co_await check_awaited("key_value::ensure", name, nats::key_value::ensure(js, keys));
  co_await check_awaited("key_value::open", name, nats::key_value::open(js, name));
  co_await check_awaited("key_value::remove", name, nats::key_value::remove_bucket(js, name));
  nats::object_store_config objects;
  objects.bucket = name;
  co_await check_awaited("object_store::ensure", name, nats::object_store::ensure(js, objects));
  co_await check_awaited("object_store::compare", name, nats::object_store::compare(js, objects));
  co_await check_awaited("object_store::open", name, nats::object_store::open(js, name));
  co_await check_awaited("object_store::remove", name, nats::object_store::remove_bucket(js, name));
}

task<> try_as_key(const nats::key_value& bucket, std::string_view text) {
  const std::string key(text);
  if (!is_pattern(text)) {
    check_thrown("keys", key, [&] { static_cast<void>(bucket.keys(key)); });
    check_thrown("watch", key, [&] { static_cast<void>(bucket.watch(key)); });
  }
  if (is_key(text)) {
    co_await bucket.put(key, text);
    CHECK((co_await bucket.get(key))->value == text);
    co_return;
  }
  co_await check_awaited("get", key, bucket.get(key));
  co_await check_awaited("get at", key, bucket.get(key, 1));
  co_await check_awaited("get direct", key, bucket.get(key, nats::get_from::any_replica));
  co_await check_awaited("put", key, bucket.put(key, "x"));
  co_await check_awaited("create", key, bucket.create(key, "x"));
  co_await check_awaited("update", key, bucket.update(key, "x", 1));
  co_await check_awaited("remove", key, bucket.remove(key));
  co_await check_awaited("purge", key, bucket.purge(key));
  co_await check_awaited("history", key, bucket.history(key));
}

/// The name of an object can be any text, and so can what is said of it.
task<> try_as_object(const nats::object_store& bucket, std::string_view text) {
  const std::string name(text);
  nats::object_meta what = named("victim");
  what.description = name;
  what.headers = {{name, {name, name}}};
  what.metadata = {{name, name}};
  co_await bucket.put(what, text);
  auto seen = co_await bucket.info("victim");
  CHECK(seen->meta.description == name);
  CHECK(seen->meta.headers == what.headers);
  CHECK(seen->meta.metadata == what.metadata);
  if (!is_bucket(text))
    co_await check_awaited("link to bucket", name, bucket.link("link", lead_to(name)));
  if (name.empty()) {
    co_await check_awaited("put", name, bucket.put(named(name), text));
    co_await check_awaited("get", name, bucket.get(name));
    co_await check_awaited("read", name, bucket.read(name));
    co_await check_awaited("info", name, bucket.info(name));
    co_await check_awaited("remove", name, bucket.remove(name));
    co_await check_awaited("update", name, bucket.update("victim", named(name)));
    co_return;
  }
  what.name = name;
  co_await bucket.update("victim", what);
  CHECK(co_await bucket.get(name) == text);
  seen = co_await bucket.info(name);
  CHECK(seen->meta.name == name);
  CHECK(seen->meta.description == name);
  co_await bucket.link("link", lead_to("files", name));
  CHECK(co_await bucket.get("link") == text);
  const auto names = co_await names_in(bucket);
  CHECK(names == std::vector<std::string>{name, "link"});
  co_await bucket.remove("link");
  co_await bucket.remove(name);
}

bool is_expected(std::string_view subject) {
  return subject.starts_with("$JS.") || subject.starts_with("$KV.colors.") ||
         subject.starts_with("$O.files.") || subject.starts_with("_INBOX.");
}

task<> try_everything(nats::connection& link, bystander& other) {
  nats::key_value_config config;
  config.bucket = "colors";
  const auto keys = co_await nats::key_value::ensure(nats::jetstream(link), config);
  const nats::object_store objects = co_await files(link);
  for (const hostile_text& hostile : hostile_texts) {
    CAPTURE(hostile.text);
    co_await try_as_bucket(link, hostile.text);
    co_await try_as_key(keys, hostile.text);
    co_await try_as_object(objects, hostile.text);
    for (const std::string& subject : co_await other.subjects_after(link)) {
      CAPTURE(subject);
      CHECK(is_expected(subject));
    }
  }
}

}  // namespace

TEST_SUITE("nats.bucket_injection") {
  TEST_CASE("hostile texts are no buckets and no keys, and objects by these names are no more") {
    beside_bystander(try_everything);
  }
}
