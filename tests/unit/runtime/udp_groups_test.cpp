// SPDX-License-Identifier: Apache-2.0
// Datagrams to many: what simulated sockets do not have.
#include <doctest/doctest.h>
#include <net/if.h>

#include <array>
#include <string>

#include "run.hpp"
#include "weir/timeout.hpp"
#include "weir/udp.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.udp_groups");

namespace {

/// The next datagram as text.
task<std::string> receive_text(datagram_socket& socket) {
  std::array<std::byte, 64> place;
  const received_datagram came = co_await socket.receive_from(place);
  co_return std::string(reinterpret_cast<const char*>(place.data()), came.size);
}

}  // namespace

TEST_CASE("broadcast needs its option, and the error names it") {
  run([]() -> task<> {
    const udp_options allowed{.broadcast = true};
    udp_socket receiver = udp_socket::bind("0.0.0.0", 0);
    udp_socket plain = udp_socket::bind("127.0.0.1", 0);
    udp_socket caller = udp_socket::bind("127.0.0.1", 0, allowed);
    const auto everybody = socket_address::of_ip("127.255.255.255", receiver.port());
    const auto refused = co_await plain.send_to("hello", *everybody).as_result();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message().find("udp_options::broadcast") != std::string::npos);
    CHECK(refused.error().disposition() == disposition::permanent);
    co_await caller.send_to("hello", *everybody);
    CHECK(co_await receive_text(receiver) == "hello");
  });
}

TEST_CASE("all members of a multicast group on a port receive, and one that left does not") {
  run([]() -> task<> {
    const unsigned loopback = if_nametoindex("lo");
    const udp_options shared{.reuse_address = true};
    const udp_options sending{.multicast_interface = loopback, .multicast_hops = 0};
    udp_socket first = udp_socket::bind("0.0.0.0", 0, shared);
    udp_socket second = udp_socket::bind("0.0.0.0", first.port(), shared);
    udp_socket sender = udp_socket::bind("0.0.0.0", 0, sending);
    const auto group = socket_address::of_ip("239.255.17.3", first.port());
    first.join(*group, loopback);
    second.join(*group, loopback);
    co_await sender.send_to("to all", *group);
    CHECK(co_await receive_text(first) == "to all");
    CHECK(co_await receive_text(second) == "to all");

    second.leave(*group, loopback);
    co_await sender.send_to("to one", *group);
    CHECK(co_await receive_text(first) == "to one");
    const auto none = co_await with_timeout(1ms, receive_text(second)).as_result();
    CHECK_FALSE(none.has_value());
  });
}

TEST_CASE("a group of IPv6 is joined and left; leaving it twice is an error with its name") {
  run([]() -> task<> {
    const unsigned loopback = if_nametoindex("lo");
    const udp_options sending{.multicast_interface = loopback, .multicast_hops = 0};
    udp_socket socket = udp_socket::bind("::", 0, sending);
    const auto group = socket_address::of_ip("ff01::1703", socket.port());
    socket.join(*group, loopback);
    socket.leave(*group, loopback);
    const std::string text = "for the group " + group->text() + ": Cannot assign requested address";
    CHECK_THROWS_WITH_AS(socket.leave(*group, loopback), doctest::Contains(text.c_str()), error);
    co_return;
  });
}

TEST_SUITE_END();
