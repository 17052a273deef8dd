// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/object_store.hpp"

#include "objects.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using texts = std::vector<std::string>;

task<> put_and_get(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  constexpr std::size_t chunk = 1000;
  for (const std::size_t size : {0, 1, 999, 1000, 1001, 5000, 5001}) {
    CAPTURE(size);
    const std::string bytes = bytes_of(size);
    const nats::object_meta what = named("a", chunk);
    const nats::object_info put = co_await bucket.put(what, bytes);
    CHECK(put.size == size);
    CHECK(put.chunks == (size + chunk - 1) / chunk);
    CHECK(co_await bucket.get("a") == bytes);
    const auto seen = co_await bucket.info("a");
    REQUIRE(seen.has_value());
    CHECK(seen->bucket == "files");
    CHECK(seen->size == size);
    CHECK(seen->chunks == put.chunks);
    CHECK(seen->nuid == put.nuid);
    CHECK(seen->digest == put.digest);
    CHECK(seen->revision == put.revision);
    CHECK(seen->meta.chunk_size == chunk);
    // The chunks of the one before are gone.
    CHECK(co_await messages_in(bucket) == put.chunks + 1);
  }
  const auto empty = co_await bucket.put(named("a"), "");
  CHECK(empty.digest == "SHA-256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=");
  const std::string large = bytes_of(3 * nats::object_chunk_bytes + 7);
  CHECK((co_await bucket.put(named("large"), large)).chunks == 4);
  CHECK(co_await bucket.get("large") == large);
  CHECK((co_await error_of(bucket.get("large", large.size() - 1)))->is(errc::limit_exceeded));
  CHECK(co_await bucket.get("large", large.size()) == large);
}

task<> remove_objects(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  CHECK((co_await error_of(bucket.get("a")))->is(errc::not_found));
  CHECK((co_await error_of(bucket.remove("a")))->is(errc::not_found));
  CHECK_FALSE((co_await bucket.info("a")).has_value());
  co_await bucket.put(named("a", 10), bytes_of(95));
  CHECK(co_await messages_in(bucket) == 11);
  co_await bucket.remove("a");
  CHECK(co_await messages_in(bucket) == 1);
  CHECK_FALSE((co_await bucket.info("a")).has_value());
  CHECK(contains((co_await error_of(bucket.get("a")))->message(),
                 "object \"a\" of bucket files is not there"));
  co_await bucket.remove("a");
  CHECK((co_await error_of(bucket.update("a", named("b"))))->is(errc::not_found));
  co_await bucket.put(named("a"), "again");
  CHECK(co_await bucket.get("a") == "again");
}

task<> describe_objects(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  nats::object_meta what = named("a", 4);
  what.description = "the \"first\"\r\n";
  what.headers = {{"Type", {"text", "plain"}}};
  what.metadata = {{"owner", "me"}};
  const auto put = co_await bucket.put(what, "0123456789");
  auto seen = co_await bucket.info("a");
  CHECK(seen->meta.description == what.description);
  CHECK(seen->meta.headers == what.headers);
  CHECK(seen->meta.metadata == what.metadata);
  nats::object_meta other = named("a");
  other.description = "other";
  co_await bucket.update("a", other);
  seen = co_await bucket.info("a");
  CHECK(seen->meta.description == "other");
  CHECK(seen->meta.headers.empty());
  CHECK(seen->meta.chunk_size == 4);
  CHECK(seen->digest == put.digest);
  CHECK(seen->nuid == put.nuid);
  CHECK(seen->revision > put.revision);
  CHECK(co_await bucket.get("a") == "0123456789");
}

task<> rename_objects(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a"), "of a");
  co_await bucket.put(named("b"), "of b");
  const auto taken = co_await error_of(bucket.update("a", named("b")));
  REQUIRE(taken.has_value());
  CHECK(taken->is(errc::conflict));
  CHECK(contains(taken->message(), "there is an object \"b\" of bucket files"));
  CHECK(co_await bucket.get("b") == "of b");
  co_await bucket.remove("b");
  nats::object_meta as = named("b");
  as.description = "was a";
  const auto renamed = co_await bucket.update("a", as);
  CHECK(renamed.meta.name == "b");
  CHECK(co_await bucket.get("b") == "of a");
  CHECK(co_await names_in(bucket) == texts{"b"});
  CHECK((co_await error_of(bucket.get("a")))->is(errc::not_found));
  CHECK(co_await messages_in(bucket) == 2);  // Nothing is left of the old name.
  co_await bucket.put(named("a"), "another");
  co_await bucket.remove("a");
  CHECK(co_await bucket.get("b") == "of a");
  CHECK((co_await error_of(bucket.update("none", named("c"))))->is(errc::not_found));
}

task<> use_any_name(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const texts names{"a.b/c d",          "\xc3\xa4\xe2\x82\xac", "*",   ">",
                    "a\r\nPUB x 0\r\n", std::string("\0", 1),   "\"}", std::string(1024, 'n')};
  for (const std::string& name : names) co_await bucket.put(named(name), name);
  for (const std::string& name : names) CHECK(co_await bucket.get(name) == name);
  CHECK(co_await names_in(bucket) == names);
  for (const std::string& bad : texts{"", std::string(1025, 'n'), "\xff"}) {
    co_await check_fails(bucket.put(named(bad), "x"), errc::invalid_argument, "object name");
    co_await check_fails(bucket.get(bad), errc::invalid_argument, "object name");
    co_await check_fails(bucket.info(bad), errc::invalid_argument, "object name");
    co_await check_fails(bucket.remove(bad), errc::invalid_argument, "object name");
    co_await check_fails(bucket.update("*", named(bad)), errc::invalid_argument, "object name");
    co_await check_fails(bucket.link(bad, lead_to("files")), errc::invalid_argument, "object name");
  }
  CHECK(co_await messages_in(bucket) == 2 * names.size());
  CHECK((co_await error_of(bucket.put(named("x", 0), "x")))->is(errc::invalid_argument));
}

task<> manage_buckets(nats::connection& link) {
  nats::jetstream js(link);
  CHECK((co_await error_of(nats::object_store::open(js, "files")))->is(errc::not_found));
  CHECK((co_await error_of(nats::object_store::remove_bucket(js, "files")))->is(errc::not_found));
  nats::object_store_config config;
  config.bucket = "files";
  config.description = "what is kept";
  config.ttl = 1min;
  config.storage = nats::storage_type::memory;
  CHECK_FALSE((co_await nats::object_store::compare(js, config)).exists);
  co_await nats::object_store::ensure(js, config);
  const auto bucket = co_await nats::object_store::open(js, "files");
  auto now = co_await bucket.status();
  CHECK(now.bucket == "files");
  CHECK(now.description == "what is kept");
  CHECK(now.ttl == 1min);
  CHECK(now.storage == nats::storage_type::memory);
  CHECK(now.replicas == 1);
  CHECK_FALSE(now.is_sealed);
  CHECK(now.bytes == 0);
  CHECK(now.stream.name == "OBJ_files");
  CHECK(now.stream.subjects == texts{"$O.files.C.>", "$O.files.M.>"});
  co_await bucket.put(named("a"), bytes_of(1000));
  CHECK((co_await bucket.status()).bytes > 1000);
  config.ttl = 1h;
  config.storage = nats::storage_type::file;
  const auto drift = (co_await nats::object_store::compare(js, config)).differences;
  CHECK(drift.size() == 3);  // max_age, duplicate_window, storage
  const auto fixed = co_await error_of(nats::object_store::ensure(js, config));
  REQUIRE(fixed.has_value());
  CHECK(contains(fixed->message(), "storage (is \"memory\", wanted \"file\")"));
  config.storage.reset();
  co_await nats::object_store::ensure(js, config);
  CHECK((co_await bucket.status()).ttl == 1h);
  CHECK((co_await nats::object_store::compare(js, config)).fits());
  CHECK(co_await all_of(nats::object_store::buckets(js)) == texts{"files"});
  for (const char* bad : {"", "a.b", "a b", "a*", ">", "a\r\nPUB x 0"})
    CHECK((co_await error_of(nats::object_store::open(js, bad)))->is(errc::invalid_argument));
  co_await nats::object_store::remove_bucket(js, "files");
  const std::string_view gone = "stream OBJ_files";
  co_await check_fails(bucket.status(), errc::not_found, gone);
  co_await check_fails(bucket.info("a"), errc::not_found, gone);
  co_await check_fails(bucket.get("a"), errc::not_found, gone);
  co_await check_fails(bucket.put(named("a"), "x"), errc::not_found, gone);
  co_await check_fails(bucket.remove("a"), errc::not_found, gone);
}

task<> seal_bucket(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a"), "kept");
  co_await bucket.seal();
  CHECK((co_await bucket.status()).is_sealed);
  const errc refused = errc::invalid_argument;
  co_await check_fails(bucket.put(named("a"), "x"), refused, "sealed");
  co_await check_fails(bucket.remove("a"), refused, "sealed");
  co_await check_fails(bucket.update("a", named("b")), refused, "sealed");
  co_await check_fails(bucket.link("b", lead_to("files", "a")), refused, "sealed");
  CHECK(co_await bucket.get("a") == "kept");
  CHECK(co_await messages_in(bucket) == 2);
  const auto none = co_await nats::object_store::open(nats::jetstream(link), "files");
  co_await nats::object_store::remove_bucket(nats::jetstream(link), "files");
  CHECK((co_await error_of(none.seal()))->is(errc::not_found));
}

}  // namespace

TEST_SUITE("nats.object_store") {
  TEST_CASE("an object is what was put, byte for byte, and nothing stays of the one before") {
    on_every_server(put_and_get);
  }
  TEST_CASE("of a removed object only its mark stays") { on_every_server(remove_objects); }
  TEST_CASE("what is said of an object can be changed without its bytes") {
    on_every_server(describe_objects);
  }
  TEST_CASE("an object gets another name, unless there is one of that name") {
    on_every_server(rename_objects);
  }
  TEST_CASE("any text can be a name, unless it is empty, too long or not UTF-8") {
    on_every_server(use_any_name);
  }
  TEST_CASE("buckets are made, compared, changed, opened, listed and removed") {
    on_every_server(manage_buckets);
  }
  TEST_CASE("a sealed bucket refuses every change and can be read") {
    on_every_server(seal_bucket);
  }
}
