// SPDX-License-Identifier: Apache-2.0
#include "cnats_gate.hpp"

#include <array>
#include <random>

#include "weir/error.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail {
namespace {

/// What the library sends before it has been let in is about 250 bytes long.
constexpr std::size_t greeting_bytes_max = 4096;
constexpr int secret_words = 4;

struct gate_info {
  std::string server_id = "weir";
  std::string version;
  int proto = 1;
  bool headers = true;
  std::uint64_t max_payload = 0;
};

std::string random_secret() {
  std::random_device source;  // The kernel's: nobody guesses it.
  std::string secret;
  for (int word = 0; word < secret_words; ++word) secret += std::to_string(source()) + "-";
  return secret;
}

}  // namespace

cnats_gate::cnats_gate()
    : listener_(tcp_listener::bind("127.0.0.1", 0)), secret_(random_secret()) {}

task<> cnats_gate::serve(const server_info& server) {
  for (bool done = false; !done;) {
    tcp_stream guest = co_await listener_.accept();
    done = co_await let_in(std::move(guest), server);
  }
}

task<bool> cnats_gate::let_in(tcp_stream guest, const server_info& server) {
  const gate_info info{.version = server.version.text(), .max_payload = server.max_payload};
  const auto greeted = co_await guest.write_all("INFO " + json::encode(info) + "\r\n").as_result();
  if (!greeted.has_value()) co_return false;
  std::string greeting;
  std::array<std::byte, greeting_bytes_max> part;
  while (!greeting.ends_with("PING\r\n")) {
    const auto size = co_await guest.read_some(part).as_result();
    if (!size.has_value() && size.error().is_cancelled()) throw size.error();
    if (!size.has_value() || *size == 0 || greeting.size() > greeting_bytes_max) co_return false;
    greeting.append(reinterpret_cast<const char*>(part.data()), *size);
  }
  if (greeting.find(secret_) == std::string::npos) co_return false;
  const auto welcomed = co_await guest.write_all("PONG\r\n").as_result();
  co_return welcomed.has_value();
}

}  // namespace weir::nats::detail
