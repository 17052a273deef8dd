// SPDX-License-Identifier: Apache-2.0
// The code that runtime/README.md quotes, run.
#include <asio/read_until.hpp>
#include <asio/ssl/host_name_verification.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/write.hpp>

#include "run.hpp"
#include "streams.hpp"
#include "tls_settings.hpp"
#include "weir/tcp.hpp"
#include "weir/when_all.hpp"

using namespace weir::test;

TEST_SUITE_BEGIN("asio.readme");

namespace {

using tls_stream = asio::ssl::stream<weir::asio_stream<weir::tcp_stream>>;

weir::task<std::string> ask_securely(std::uint16_t port, asio::ssl::context& settings) {
  weir::asio_stream socket(co_await weir::tcp_stream::connect("localhost", port));
  tls_stream server(std::move(socket), settings);
  server.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  co_await server.async_handshake(asio::ssl::stream_base::client, weir::use_weir);
  co_await asio::async_write(server, asio::buffer("hello\n", 6), weir::use_weir);
  std::string answer;
  co_await asio::async_read_until(server, asio::dynamic_buffer(answer), '\n', weir::use_weir);
  co_await server.async_shutdown(weir::use_weir);
  co_return answer;
}

weir::task<> answer_one(weir::tcp_listener& listener, asio::ssl::context& settings) {
  tls_stream peer(weir::asio_stream(co_await listener.accept()), settings);
  co_await peer.async_handshake(asio::ssl::stream_base::server, weir::use_weir);
  std::string line;
  co_await asio::async_read_until(peer, asio::dynamic_buffer(line), '\n', weir::use_weir);
  co_await asio::async_write(peer, asio::buffer("you said " + line), weir::use_weir);
  co_await peer.async_shutdown(weir::use_weir);
}

}  // namespace

TEST_CASE("a question is asked over TLS") {
  tls_settings settings;
  run([&]() -> weir::task<> {
    auto listener = weir::tcp_listener::bind("127.0.0.1", 0);
    const auto both = co_await weir::when_all(ask_securely(listener.port(), settings.client),
                                              answer_one(listener, settings.server));
    CHECK(std::get<0>(both) == "you said hello\n");
  });
}

TEST_SUITE_END();
