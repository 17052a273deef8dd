// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"
#include "orders.hpp"
#include "told.hpp"
#include "weir/tcp.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

constexpr long expired = -3600;

/// A server that speaks TLS alone, with a certificate of an authority of the test's own.
struct tls_server {
  explicit tls_server(const std::string& names = "IP:127.0.0.1", long valid_for_seconds = 3600,
                      bool verifies_clients = false)
      : home("tls"), ca(home.path(), "test-authority") {
    const certificate_files own = ca.issue("server", names, valid_for_seconds);
    live.emplace(servers::nats_server_options{
        .configuration = "tls { cert_file: \"" + own.certificate + "\", key_file: \"" + own.key +
                         "\", ca_file: \"" + ca.certificate_file() + "\", verify: " +
                         (verifies_clients ? "true" : "false") + ", timeout: 30 }\n"});
  }
  nats::connection_options options() const {
    nats::connection_options wanted = live->options();
    wanted.tls.ca_file = ca.certificate_file();
    return wanted;
  }

  servers::sandbox home;
  authority ca;
  std::optional<live_server> live;
};

task<> use(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(100);
  CHECK(link.server().tls);
  nats::fetched got = co_await worker.fetch(100);
  CHECK(got.messages.size() == 100);
  for (auto& one : got.messages) one.ack();
  co_await in.info_when_acknowledged(100);
}

task<> be_refused(told& heard, std::string words) {
  const nats::connection_event first = co_await heard.next(kind::connect_failed);
  CAPTURE(first.reason);
  CHECK(contains(first.reason, words));
}

void check_refused(nats::connection_options options, const std::string& words) {
  told heard;
  with_connection(heard.listen(std::move(options)),
                  [&](auto&) { return be_refused(heard, words); });
}

/// Forwards a byte at a time, each in a turn of the loop of its own.
task<> drip(tcp_stream& from, tcp_stream& to, std::size_t& dripped) {
  std::array<std::byte, 4096> part;
  for (;;) {
    const std::size_t count = co_await from.read_some(part);
    if (count == 0) co_return to.shutdown_write();
    for (std::size_t at = 0; at < count; ++at, ++dripped) {
      co_await to.write_all(std::span<const std::byte>(part).subspan(at, 1));
      co_await yield();
    }
  }
}

task<> proxy(tcp_listener& listener, std::uint16_t to, std::size_t& dripped) {
  tcp_stream client = co_await listener.accept();
  client.set_nodelay(true);
  tcp_stream server = co_await tcp_stream::connect("127.0.0.1", to, {.nodelay = true});
  scope both;
  both.spawn(drip(client, server, dripped));
  both.spawn(drip(server, client, dripped));
  const auto over = co_await both.join().as_result();
  if (!over.has_value() && over.error().is_cancelled()) throw over.error();
}

task<> count_turns(std::size_t& turns) {
  for (;; ++turns) co_await yield();
}

/// The proxy runs on the loop that the connection runs on: had a read or a write of a record to
/// wait for the rest of it, the rest would never come.
task<> use_through_drips(tls_server& server) {
  tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
  std::size_t dripped = 0;
  std::size_t turns = 0;
  scope around;
  around.spawn(proxy(listener, (*server.live)->port(), dripped));
  around.spawn(count_turns(turns));
  nats::connection_options options = server.options();
  options.url = "tls://127.0.0.1:" + std::to_string(listener.port());
  options.connect_timeout = 30s;
  nats::connection link(options);
  const auto used = co_await with_timeout(hang_limit, use(link)).as_result();
  co_await link.close();
  co_await around.close();
  used.value();
  CHECK(dripped > 10000);
  CHECK(turns > dripped / 2);
}

task<> pass_the_plain_one(nats::connection& link, told& heard, std::string plain) {
  co_await link.wait_connected();
  CHECK(link.server().tls);
  const nats::connection_event failed = co_await heard.next(kind::connect_failed);
  CHECK(failed.server == plain);
  CHECK(contains(failed.reason, "the server offers no encryption"));
}

}  // namespace

TEST_SUITE("nats.tls") {
  TEST_CASE("streams are used over TLS, by the scheme, the options, or the server's demand") {
    tls_server server;
    with_connection(server.options(), use);
    nats::connection_options options = server.options();
    options.url = "tls://127.0.0.1:" + std::to_string((*server.live)->port());
    (*server.live)->kill_hard();
    (*server.live)->erase_store();
    (*server.live)->start();
    with_connection(options, use);
  }
  TEST_CASE("a client shows its certificate to a server that verifies clients") {
    tls_server server("IP:127.0.0.1", 3600, true);
    const certificate_files own = server.ca.issue("client", "DNS:client");
    nats::connection_options options = server.options();
    options.tls.certificate_file = own.certificate;
    options.tls.key_file = own.key;
    with_connection(options, use);
    check_refused(server.options(), "wants one and got none");
  }
  TEST_CASE("an expired certificate is refused, and the error says so") {
    tls_server server("IP:127.0.0.1", expired);
    check_refused(server.options(), "has expired; renew it");
  }
  TEST_CASE("a certificate of another host is refused, unless its name is asked for") {
    tls_server server("DNS:nats.example");
    check_refused(server.options(), "the server's certificate is not for \"127.0.0.1\"");
    nats::connection_options options = server.options();
    options.tls.server_name = "nats.example";
    with_connection(options, use);
  }
  TEST_CASE("a certificate of an authority that is not trusted is refused") {
    tls_server server;
    nats::connection_options options = server.options();
    options.tls = {.required = true};
    check_refused(options, "signed by an authority that is not trusted here; set tls.ca_file");
  }
  TEST_CASE("a server without TLS is refused where encryption is wanted") {
    live_server plain;
    nats::connection_options options = plain.options();
    options.url = "tls://127.0.0.1:" + std::to_string(plain->port());
    check_refused(options, "the server offers no encryption");
    options.tls.handshake_first = true;
    check_refused(options, "does not speak TLS there");
  }
  TEST_CASE("with one tls:// in a list a server without TLS is passed by") {
    tls_server server;
    live_server plain;
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.url = plain->url() + ",tls://127.0.0.1:" + std::to_string((*server.live)->port());
    with_connection(options, [&](auto& link) {
      return pass_the_plain_one(link, heard, "127.0.0.1:" + std::to_string(plain->port()));
    });
  }
  TEST_CASE("an encrypted key is refused, and the error says what to do") {
    tls_server server("IP:127.0.0.1", 3600, true);
    const certificate_files own = server.ca.issue("client", "DNS:client");
    encrypt_key(own.key, "a passphrase");
    nats::connection_options options = server.options();
    options.tls.certificate_file = own.certificate;
    options.tls.key_file = own.key;
    check_refused(options, "it is encrypted, and there is nobody to ask for its passphrase; give");
  }
  TEST_CASE("a file that is not there fails the attempt, and the error names it") {
    tls_server server;
    nats::connection_options options = server.options();
    options.tls.ca_file = "nowhere.pem";
    check_refused(options, "\"nowhere.pem\" cannot be used");
  }
  TEST_CASE("a certificate without its key is refused at once") {
    const std::string refused = message_of([] {
      loop home;
      nats::connection_options options;
      options.tls.certificate_file = "client.pem";
      nats::connection never(options);
    });
    CHECK(contains(refused, "set both certificate_file and key_file"));
  }
  TEST_CASE("a network that gives a byte at a time delays messages and never the loop") {
    tls_server server;
    loop home;
    home.run(use_through_drips(server));
  }
}
