// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<> follow_links(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const nats::object_store other = co_await files(link, "other");
  co_await bucket.put(named("a"), "of a");
  const auto made = co_await other.link("to a", lead_to("files", "a"));
  CHECK(made.link == lead_to("files", "a"));
  CHECK(co_await other.get("to a") == "of a");
  const auto contents = co_await other.read("to a");
  CHECK(contents.info.bucket == "files");
  CHECK(contents.info.meta.name == "a");
  CHECK((co_await other.info("to a"))->is_link());
  co_await bucket.put(named("a"), "new");
  CHECK(co_await other.get("to a") == "new");
  co_await other.remove("to a");
  CHECK(co_await bucket.get("a") == "new");
  co_await bucket.link("here", lead_to("files", "a"));
  co_await bucket.remove("a");
  const auto gone = co_await error_of(bucket.get("here"));
  REQUIRE(gone.has_value());
  CHECK(gone->is(errc::not_found));
  CHECK(contains(gone->message(),
                 "object \"a\" of bucket files is not there, to which object "
                 "\"here\" of bucket files leads"));
}

task<> link_to_buckets(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const nats::object_store other = co_await files(link, "other");
  const auto made = co_await bucket.link("directory", lead_to("other"));
  CHECK(made.link->is_to_bucket());
  CHECK((co_await bucket.info("directory"))->link->is_to_bucket());
  const auto wrong = co_await error_of(bucket.get("directory"));
  REQUIRE(wrong.has_value());
  CHECK(wrong->is(errc::invalid_argument));
  CHECK(contains(wrong->message(), "a link to the whole bucket \"other\""));
  CHECK((co_await error_of(bucket.link("b", lead_to("none"))))->is(errc::not_found));
  CHECK((co_await error_of(bucket.link("b", lead_to("a.b"))))->is(errc::invalid_argument));
}

task<> refuse_links(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a"), "of a");
  co_await bucket.put(named("b"), "of b");
  const nats::object_link to_a = lead_to("files", "a");
  const auto taken = co_await error_of(bucket.link("b", to_a));
  REQUIRE(taken.has_value());
  CHECK(taken->is(errc::conflict));
  CHECK(co_await bucket.get("b") == "of b");
  const nats::object_link to_none = lead_to("files", "none");
  CHECK((co_await error_of(bucket.link("c", to_none)))->is(errc::not_found));
  co_await bucket.link("c", to_a);
  const nats::object_link to_link = lead_to("files", "c");
  CHECK((co_await error_of(bucket.link("d", to_link)))->is(errc::invalid_argument));
  const nats::object_link to_b = lead_to("files", "b");
  co_await bucket.link("c", to_b);
  CHECK(co_await bucket.get("c") == "of b");
  co_await bucket.remove("b");
  co_await bucket.link("b", to_a);  // In the place of a mark, and now c leads to a link.
  CHECK(co_await bucket.get("c") == "of a");
  co_await bucket.remove("a");
  const nats::object_link to_d = lead_to("files", "d");
  co_await bucket.put(named("d"), "of d");
  co_await bucket.link("a", to_d);
  co_await bucket.remove("d");
  co_await bucket.put(named("e"), "of e");
  const nats::object_link to_e = lead_to("files", "e");
  co_await bucket.link("d", to_e);
  CHECK(co_await bucket.get("c") == "of e");
}

/// Links that weir would not make, written as somebody else may.
task<> go_in_circles(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  nats::jetstream js(link);
  const nats::subject a("$O.files.M.YQ==");
  co_await js.publish(
      a, R"({"name":"a","nuid":"n","options":{"link":{"bucket":"files","name":"a"}}})");
  const auto circle = co_await error_of(bucket.get("a"));
  REQUIRE(circle.has_value());
  CHECK(circle->is(errc::limit_exceeded));
  CHECK(contains(circle->message(), "more than 8 links, perhaps in a circle"));
  co_await js.publish(a,
                      R"({"name":"a","nuid":"n","options":{"link":{"bucket":"a.>","name":"a"}}})");
  CHECK((co_await error_of(bucket.get("a")))->is(errc::invalid_argument));
}

}  // namespace

TEST_SUITE("nats.object_link") {
  TEST_CASE("a link leads to an object of its own or another bucket, whatever it is then") {
    on_every_server(follow_links);
  }
  TEST_CASE("a link can lead to a bucket, which is no object") { on_every_server(link_to_buckets); }
  TEST_CASE("a link takes the place of a link only, and leads to what is there") {
    on_every_server(refuse_links);
  }
  TEST_CASE("links in a circle end with an error") { on_every_server(go_in_circles); }
}
