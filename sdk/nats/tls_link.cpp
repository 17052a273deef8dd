// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "server_link.hpp"
#include "tls_session.hpp"
#include "weir/error.hpp"
#include "weir/mutex.hpp"

namespace weir::nats::detail {
namespace {

/// One read of the socket: four records of the largest size.
constexpr std::size_t read_bytes = std::size_t{64} << 10;
/// So much is encrypted before it is sent: what OpenSSL has taken as memory for its output it keeps
/// until the end of the connection.
constexpr std::size_t write_bytes = std::size_t{256} << 10;

/// Encrypts in memory, and waits for the socket as every task of the loop does: a server or a
/// network that gives a byte at a time delays its own messages and nothing else.
class tls_link final : public server_link {
 public:
  tls_link(std::unique_ptr<server_link> below, tls_context context, const std::string& name)
      : below_(std::move(below)), session_(std::move(context), name), encrypted_(read_bytes) {}

  task<> shake_hands() {
    for (bool is_done = session_.shake_hands();; is_done = session_.shake_hands()) {
      co_await send_output();
      if (is_done) co_return;
      const bool is_open = co_await take_in();
      if (is_open) continue;
      throw error(errc::end_of_stream, disposition::retry,
                  "the server closed the connection during the TLS handshake");
    }
  }

  task<std::size_t> read_some(std::span<std::byte> into) override {
    for (;;) {
      const std::optional<std::size_t> count = session_.read_some(into);
      if (count) co_return *count;
      // The answer of TLS itself to a change of keys, where one came. Who is sending takes it
      // along, so that a write that stands still does not keep from reading.
      if (session_.has_output() && !sending_.is_locked()) co_await send_output();
      const bool is_open = co_await take_in();
      if (!is_open) co_return 0;
    }
  }

  task<> write_all(std::string_view data) override {
    while (!data.empty()) {
      session_.write(data.substr(0, write_bytes));
      data.remove_prefix(std::min(data.size(), write_bytes));
      co_await send_output();
    }
  }

 private:
  task<bool> take_in() {
    const std::size_t count = co_await below_->read_some(encrypted_);
    session_.feed(std::span<const std::byte>(encrypted_).first(count));
    co_return count > 0;
  }

  task<> send_output() {
    const auto held = co_await sending_.lock();  // Records leave in the order of their making.
    while (session_.has_output()) {
      const std::string output = session_.take_output();
      co_await below_->write_all(output);
    }
  }

  std::unique_ptr<server_link> below_;
  tls_session session_;
  std::vector<std::byte> encrypted_;
  mutex sending_;
};

}  // namespace

task<std::unique_ptr<server_link>> make_tls_link(std::unique_ptr<server_link> plain,
                                                 tls_context context, std::string name) {
  auto made = std::make_unique<tls_link>(std::move(plain), std::move(context), name);
  co_await made->shake_hands();
  co_return made;
}

}  // namespace weir::nats::detail
