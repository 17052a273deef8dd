// SPDX-License-Identifier: Apache-2.0
#include <asio/read.hpp>
#include <asio/ssl/host_name_verification.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/write.hpp>

#include "run.hpp"
#include "streams.hpp"
#include "tls_settings.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.tls");

namespace {

using tls_stream = asio::ssl::stream<asio_unix_stream>;

/// The two ends of a connection, before the handshake.
struct tls_pair {
  explicit tls_pair(tls_settings& settings) : tls_pair(settings, connected()) {}
  tls_pair(tls_settings& settings, stream_pair ends)
      : client(asio_unix_stream(std::move(ends.left)), settings.client),
        server(asio_unix_stream(std::move(ends.right)), settings.server) {}

  tls_stream client;
  tls_stream server;
};

task<> shake_hands(tls_pair& ends) {
  co_await when_all(as_task(ends.client.async_handshake(asio::ssl::stream_base::client, use_weir)),
                    as_task(ends.server.async_handshake(asio::ssl::stream_base::server, use_weir)));
}

/// Sends back what comes, until the peer closes its side.
task<> echo(tls_stream& peer) {
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto count = co_await peer.async_read_some(asio::buffer(bytes), use_weir).as_result();
    if (!count.has_value()) {
      CHECK(count.error().code() == asio::error::eof);
      break;
    }
    co_await asio::async_write(peer, asio::buffer(bytes, *count), use_weir);
  }
  co_await peer.async_shutdown(use_weir);
}

/// Sends a text and reads it back, both at the same time, then closes.
task<> converse(tls_stream& peer, const std::string& text, std::string& heard) {
  heard.assign(text.size(), '\0');
  co_await when_all(as_task(asio::async_write(peer, asio::buffer(text), use_weir)),
                    as_task(asio::async_read(peer, asio::buffer(heard), use_weir)));
  co_await peer.async_shutdown(use_weir);
}

}  // namespace

TEST_CASE("both ends of TLS shake hands, echo and close, on one thread") {
  tls_settings settings;
  run([&]() -> task<> {
    const int threads_before = threads();
    for (const std::size_t size : {1, 5000, 1'000'000}) {
      tls_pair ends(settings);
      ends.client.set_verify_callback(asio::ssl::host_name_verification("localhost"));
      co_await shake_hands(ends);
      const std::string text(size, 'x');
      std::string heard;
      co_await when_all(echo(ends.server), converse(ends.client, text, heard));
      CHECK(heard == text);
      CHECK(threads() == threads_before);
    }
  });
}

TEST_CASE("the keys can be changed in the middle of traffic both ways") {
  tls_settings settings;
  run([&]() -> task<> {
    tls_pair ends(settings);
    co_await shake_hands(ends);
    const std::string text(200'000, 'x');
    const auto update_and_send = [](tls_stream& peer, const std::string& sent) -> task<> {
      for (int round = 0; round < 10; ++round) {
        CHECK(SSL_key_update(peer.native_handle(), SSL_KEY_UPDATE_REQUESTED) == 1);
        co_await asio::async_write(peer, asio::buffer(sent), use_weir);
      }
    };
    const auto receive = [](tls_stream& peer, std::size_t size) -> task<> {
      std::string heard(size, '\0');
      for (int round = 0; round < 10; ++round) {
        co_await asio::async_read(peer, asio::buffer(heard), use_weir);
      }
    };
    co_await when_all(update_and_send(ends.client, text), receive(ends.client, text.size()),
                      update_and_send(ends.server, text), receive(ends.server, text.size()));
    CHECK(SSL_get_key_update_type(ends.client.native_handle()) == SSL_KEY_UPDATE_NONE);
  });
}

TEST_CASE("a certificate that is not trusted fails the handshake for good") {
  tls_settings settings;
  tls_settings others;
  run([&]() -> task<> {
    auto sockets = connected();
    tls_stream client(asio_unix_stream(std::move(sockets.left)), settings.client);
    tls_stream server(asio_unix_stream(std::move(sockets.right)), others.server);
    const auto refuse = [](tls_stream& peer) -> task<> {
      const auto shaken =
          co_await peer.async_handshake(asio::ssl::stream_base::client, use_weir).as_result();
      REQUIRE_FALSE(shaken.has_value());
      CHECK(shaken.error().disposition() == disposition::permanent);
      CHECK(shaken.error().message().find("certificate verify failed") != std::string::npos);
    };
    const auto be_refused = [](tls_stream& peer) -> task<> {
      const auto shaken =
          co_await peer.async_handshake(asio::ssl::stream_base::server, use_weir).as_result();
      CHECK_FALSE(shaken.has_value());
    };
    co_await when_all(refuse(client), be_refused(server));
  });
}

TEST_CASE("a connection that ends without a farewell is told apart from a closed one") {
  tls_settings settings;
  run([&]() -> task<> {
    tls_pair ends(settings);
    co_await shake_hands(ends);
    ends.server.lowest_layer().close();
    std::array<char, 8> bytes{};
    const auto read =
        co_await ends.client.async_read_some(asio::buffer(bytes), use_weir).as_result();
    CHECK(read.error().code() == asio::ssl::error::stream_truncated);
    CHECK(read.error().disposition() == disposition::retry);
  });
}

TEST_CASE("the deadline of a task ends a handshake and a read") {
  tls_settings settings;
  run([&]() -> task<> {
    const int threads_before = threads();
    tls_pair silent(settings);
    const auto shaken = co_await with_timeout(5ms, silent.client.async_handshake(
                                                       asio::ssl::stream_base::client, use_weir))
                            .as_result();
    CHECK(shaken.error().is(errc::deadline_exceeded));

    tls_pair ends(settings);
    co_await shake_hands(ends);
    std::array<char, 8> bytes{};
    const auto read =
        co_await with_timeout(5ms, ends.client.async_read_some(asio::buffer(bytes), use_weir))
            .as_result();
    CHECK(read.error().is(errc::deadline_exceeded));

    co_await asio::async_write(ends.server, asio::buffer("late", 4), use_weir);
    CHECK(co_await ends.client.async_read_some(asio::buffer(bytes), use_weir) == 4);
    CHECK(threads() == threads_before);
  });
}

TEST_SUITE_END();
