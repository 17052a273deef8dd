// SPDX-License-Identifier: Apache-2.0
// Whose name the certificate of a server must have that a cluster told of.
#include "certificates.hpp"
#include "servers/loopback_port.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/tcp.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

std::string tls_of(const authority& ca, const std::string& name, const std::string& names) {
  const certificate_files own = ca.issue(name, names);
  return "tls { cert_file: \"" + own.certificate + "\", key_file: \"" + own.key + "\" }\n";
}

std::string cluster_of(std::uint16_t own, std::uint16_t other) {
  return "cluster { name: weir, listen: \"127.0.0.1:" + std::to_string(own) +
         "\", routes: [\"nats-route://127.0.0.1:" + std::to_string(other) + "\"] }\n";
}

/// A server at "localhost" that tells of another one, which it calls 127.0.0.1 and a port.
struct told_of {
  explicit told_of(const std::string& names_of_other)
      : directory("tls"),
        ca(directory.path(), "test-authority"),
        other({.configuration = tls_of(ca, "other", names_of_other) + cluster_of(one, two)}),
        first({.configuration = tls_of(ca, "first", "DNS:localhost") + cluster_of(two, one)}) {}

  nats::connection_options options() {
    nats::connection_options wanted;
    wanted.url = "tls://localhost:" + std::to_string(first->port());
    wanted.tls.ca_file = ca.certificate_file();
    return wanted;
  }
  std::string address_of_other() { return "127.0.0.1:" + std::to_string(other->port()); }

  std::uint16_t one = servers::free_loopback_port();
  std::uint16_t two = servers::free_loopback_port();
  servers::sandbox directory;
  authority ca;
  live_server other;
  live_server first;
};

/// What the server says to everybody who connects.
task<std::string> info_of(live_server& server) {
  tcp_stream socket = co_await tcp_stream::connect("127.0.0.1", server->port());
  std::string line;
  std::array<std::byte, 4096> part;
  while (!contains(line, "\r\n")) {
    const std::size_t count = co_await socket.read_some(part);
    REQUIRE(count > 0);
    line.append(reinterpret_cast<const char*>(part.data()), count);
  }
  co_return line;
}

/// Until the servers have found each other, the first has nobody to tell of.
task<> wait_until_told(told_of& servers) {
  for (;;) {
    const std::string info = co_await info_of(servers.first);
    if (contains(info, "\"" + servers.address_of_other() + "\"")) co_return;
  }
}

task<> lose_the_first(nats::connection& link, told_of& servers, told& heard) {
  co_await link.wait_connected();
  co_await blocking([&servers] { servers.first->kill_hard(); });
  co_await heard.next(kind::disconnected);
}

task<> go_to_the_learned(nats::connection& link, told_of& servers, told& heard) {
  co_await lose_the_first(link, servers, heard);
  CHECK((co_await heard.next(kind::connected, 1)).server == servers.address_of_other());
  co_await link.flush();
}

task<> refuse_the_learned(nats::connection& link, told_of& servers, told& heard) {
  co_await lose_the_first(link, servers, heard);
  for (std::size_t from = 0;; ++from) {
    const nats::connection_event failed = co_await heard.next(kind::connect_failed, from);
    if (failed.server != servers.address_of_other()) continue;
    CAPTURE(failed.reason);
    CHECK(contains(failed.reason, "the server's certificate is not for \"localhost\""));
    co_return;
  }
}

}  // namespace

TEST_SUITE("nats.learned_server") {
  TEST_CASE("a learned server is taken whose certificate has the name of the one that told") {
    told_of servers("DNS:localhost");
    told heard;
    loop().run(with_timeout(hang_limit, wait_until_told(servers)));
    with_connection(heard.listen(servers.options()),
                    [&](auto& link) { return go_to_the_learned(link, servers, heard); });
  }
  TEST_CASE("a learned server is refused whose certificate has the name it was called by alone") {
    told_of servers("IP:127.0.0.1");
    told heard;
    loop().run(with_timeout(hang_limit, wait_until_told(servers)));
    with_connection(heard.listen(servers.options()),
                    [&](auto& link) { return refuse_the_learned(link, servers, heard); });
  }
}
