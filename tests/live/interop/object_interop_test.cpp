// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "go_program.hpp"
#include "nats/objects.hpp"
#include "sha256.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What the Go program prints for an object of these bytes.
std::string shown_by_go(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  nats::detail::sha256 hash;
  hash.add(bytes);
  std::string text = std::to_string(bytes.size()) + " ";
  for (const char c : hash.finish()) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text + "\n";
}

constexpr const char* not_found = "error: nats: object not found\n";

template <class... Text>
task<std::string> ask(go_program& go, std::string command, Text... arguments) {
  return go.run({std::move(command), "files", std::string(std::move(arguments))...});
}

task<> one_puts_the_other_gets(const nats::object_store& bucket, go_program& go) {
  for (const std::size_t size : {0, 1, 1000, 131072, 131073, 700000}) {
    CAPTURE(size);
    const std::string bytes = bytes_of(size, 7);
    const std::string name = "dir/\xc3\xa4 " + std::to_string(size);
    nats::object_meta what = named(name);
    what.description = "by weir";
    what.headers = {{"Type", {"bytes"}}};
    const auto put = co_await bucket.put(what, bytes);
    CHECK(co_await ask(go, "object-get", name) == shown_by_go(bytes));
    CHECK(co_await ask(go, "object-info", name) ==
          name + "|by weir|" + std::to_string(size) + "|" + put.digest + "|bytes|false\n");
    CHECK(co_await ask(go, "object-put", "go", std::to_string(size)) == "");
    CHECK(co_await bucket.get("go") == bytes);
    const auto seen = co_await bucket.info("go");
    REQUIRE(seen.has_value());
    CHECK(seen->meta.description == "by nats.go");
    CHECK(seen->meta.headers == what.headers);
    CHECK(seen->digest == put.digest);
    CHECK(seen->size == size);
  }
}

task<> one_removes_and_renames(const nats::object_store& bucket, go_program& go) {
  co_await bucket.put(named("a"), "of a");
  CHECK(co_await ask(go, "object-remove", "a") == "");
  CHECK_FALSE((co_await bucket.info("a")).has_value());
  co_await bucket.put(named("a"), "of a");
  co_await bucket.remove("a");
  CHECK(co_await ask(go, "object-get", "a") == not_found);
  CHECK(co_await ask(go, "object-info", "a") == "a||0|||true\n");
  co_await bucket.put(named("a"), "of a");
  CHECK(co_await ask(go, "object-rename", "a", "b") == "");
  CHECK(co_await bucket.get("b") == "of a");
  CHECK((co_await bucket.info("b"))->meta.description == "renamed");
  co_await bucket.update("b", named("c"));
  CHECK(co_await ask(go, "object-get", "c") == shown_by_go("of a"));
  CHECK(co_await ask(go, "object-get", "b") == not_found);
}

task<> one_links_the_other_follows(nats::connection& link, const nats::object_store& bucket,
                                   go_program& go) {
  const nats::object_store other = co_await files(link, "other");
  co_await other.put(named("target"), "of target");
  co_await bucket.link("by weir", lead_to("other", "target"));
  CHECK(co_await ask(go, "object-get", "by weir") == shown_by_go("of target"));
  CHECK(co_await ask(go, "object-link", "by go", "c") == "");
  CHECK(co_await bucket.get("by go") == "of a");
  CHECK(co_await ask(go, "object-link-bucket", "other by go", "other") == "");
  CHECK((co_await bucket.info("other by go"))->link == lead_to("other"));
  co_await bucket.link("other by weir", lead_to("other"));
  CHECK(co_await ask(go, "object-get", "other by weir") ==
        "error: nats: invalid Get, object is a link to a bucket\n");
}

task<> share_objects(nats::connection& link, go_program& go) {
  if (!co_await go.build()) co_return;
  CHECK(co_await ask(go, "object-make") == "");
  // What nats.go makes is what weir would have made.
  const nats::object_store bucket = co_await files(link);
  nats::object_store_config config;
  config.bucket = "files";
  const auto same = co_await nats::object_store::compare(nats::jetstream(link), config);
  CHECK(same.fits());
  co_await one_puts_the_other_gets(bucket, go);
  co_await one_removes_and_renames(bucket, go);
  co_await one_links_the_other_follows(link, bucket, go);
  const std::string list = co_await ask(go, "object-list");
  CHECK(std::ranges::count(list, '\n') == 12);
  const auto names = co_await names_in(bucket);
  CHECK(names.size() == 12);
  co_await bucket.seal();
  CHECK(contains(co_await ask(go, "object-remove", "c"), "sealed"));
  CHECK(co_await ask(go, "object-get", "c") == shown_by_go("of a"));
}

}  // namespace

TEST_SUITE("nats.interop") {
  TEST_CASE("weir and nats.go read, change and follow what the other has put into a bucket") {
    live_server server;
    go_program go(server->url());
    with_connection(server.options(), [&](auto& link) { return share_objects(link, go); });
  }
}
