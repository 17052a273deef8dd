// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"
#include "fixture.hpp"
#include "server_link.hpp"

using namespace weir;
using namespace weir::test;
using nats::detail::server_link;

namespace {

/// Passes everything on, and remembers the largest write.
class measured_link final : public server_link {
 public:
  measured_link(std::unique_ptr<server_link> below, std::size_t& largest)
      : below_(std::move(below)), largest_(largest) {}
  task<std::size_t> read_some(std::span<std::byte> into) override {
    return below_->read_some(into);
  }
  task<> write_all(std::string_view data) override {
    largest_ = std::max(largest_, data.size());
    return below_->write_all(data);
  }

 private:
  std::unique_ptr<server_link> below_;
  std::size_t& largest_;
};

task<> read_until(server_link& from, std::string words) {
  std::string read;
  std::array<std::byte, 4096> part;
  while (!contains(read, words)) {
    const std::size_t count = co_await from.read_some(part);
    REQUIRE(count > 0);
    read.append(reinterpret_cast<const char*>(part.data()), count);
  }
}

/// Writes as much at once as a reader that was slow for a while leaves over.
task<> write_much_at_once(live_server& server, std::string authority) {
  constexpr std::size_t messages = 64;
  constexpr std::size_t message_bytes = 128U << 10;
  std::size_t largest = 0;
  tcp_stream socket = co_await tcp_stream::connect("127.0.0.1", server->port(), {.nodelay = true});
  std::unique_ptr<server_link> link =
      std::make_unique<measured_link>(nats::detail::make_plain_link(std::move(socket)), largest);
  co_await read_until(*link, "\r\n");
  const nats::tls_options options{.ca_file = std::move(authority)};
  nats::detail::tls_context context = co_await nats::detail::make_tls_context(options);
  link = co_await nats::detail::make_tls_link(std::move(link), std::move(context), "127.0.0.1");

  std::string all = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";
  for (std::size_t at = 0; at < messages; ++at) {
    all += "PUB much " + std::to_string(message_bytes) + "\r\n";
    all.append(message_bytes, 'x');
    all += "\r\n";
  }
  co_await link->write_all(all + "PING\r\n");
  co_await read_until(*link, "PONG");
  CHECK(largest > 128U << 10);
  CHECK(largest < 320U << 10);  // What is encrypted at once, and the framing of its records.
}

}  // namespace

TEST_SUITE("nats.tls_link") {
  TEST_CASE("a large write is encrypted in parts, so that no memory for all of it is kept") {
    const servers::sandbox directory("tls");
    const authority ca(directory.path(), "test-authority");
    const certificate_files own = ca.issue("server", "IP:127.0.0.1");
    live_server server({.configuration = "tls { cert_file: \"" + own.certificate +
                                         "\", key_file: \"" + own.key + "\" }\n"});
    loop home;
    home.run(with_timeout(hang_limit, write_much_at_once(server, ca.certificate_file())));
  }
}
