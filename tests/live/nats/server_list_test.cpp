// SPDX-License-Identifier: Apache-2.0
#include "server_list.hpp"

#include "fixture.hpp"

using namespace weir;
using namespace weir::test;
using nats::detail::parse_servers;
using nats::detail::server_address;

namespace {

std::string refusal_of(std::string_view urls) {
  return message_of([urls] { static_cast<void>(parse_servers(urls)); });
}

}  // namespace

TEST_SUITE("nats.server_list") {
  TEST_CASE("a comma in a password is refused, and nothing of the secret is shown") {
    for (const std::string_view urls :
         {"nats://me:hidden,rest@a:1", "nats://me:1234,rest@a:1", "nats://hidden,rest@a:1",
          "me:hidden,rest@a:1", "nats://me:hid@den,rest@a:1", "nats://b:1,nats://me:hidden,rest@a",
          "nats://me:hidden, rest@a:1"}) {
      CAPTURE(urls);
      const std::string refused = refusal_of(urls);
      CHECK(contains(refused, "%2C"));
      CHECK(contains(refused, "nats:// in front"));
      for (const std::string_view secret : {"hid", "den", "rest", "1234"})
        CHECK_FALSE(contains(refused, secret));
    }
  }
  TEST_CASE("a comma in a password is taken where it is written as %2C") {
    const std::vector<server_address> servers =
        parse_servers("nats://me:hidden%2Crest@a:1, nats://you:two@b , c:3");
    REQUIRE(servers.size() == 3);
    CHECK(servers[0].password == "hidden,rest");
    CHECK(servers[1].user == "you");
    CHECK(servers[1].shown() == "b:4222");
    CHECK(servers[2].user.empty());
  }
  TEST_CASE("a scheme that is not known is refused, with a user and without") {
    for (const std::string_view url : {"http://a:1", "http://me:hidden@a:1", "ws://me@a"}) {
      CAPTURE(url);
      const std::string refused = refusal_of(url);
      CHECK(contains(refused, "only the schemes nats:// and tls:// are known"));
      CHECK_FALSE(contains(refused, "hidden"));
    }
  }
  TEST_CASE("one tls:// in a list makes all of it encrypted") {
    for (const std::string_view urls : {"tls://a:1,b:2,nats://c:3", "a:1,b:2,tls://c:3"}) {
      CAPTURE(urls);
      for (const server_address& one : parse_servers(urls)) CHECK(one.tls);
    }
    for (const server_address& one : parse_servers("a:1,nats://b:2")) CHECK_FALSE(one.tls);
  }
}
