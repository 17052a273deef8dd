// SPDX-License-Identifier: Apache-2.0
#include "watchers.hpp"

#include <array>
#include <charconv>

#include "http_client.hpp"
#include "servers/loopback_port.hpp"
#include "weir/sleep.hpp"
#include "weir/socket_address.hpp"

namespace weir::bench {
namespace {

constexpr auto look_interval = std::chrono::seconds(1);
constexpr std::string_view thanks = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Of a request that stands in front of `text`, with its body; 0 while its head is not all there.
std::size_t request_size(std::string_view text) {
  constexpr std::string_view length = "Content-Length: ";
  const std::size_t end = text.find("\r\n\r\n");
  if (end == text.npos) return 0;
  std::size_t size = 0;
  if (const std::size_t at = text.find(length); at < end) {
    std::from_chars(text.data() + at + length.size(), text.data() + end, size);
  }
  return end + 4 + size;
}

}  // namespace

watchers::watchers()
    : page_port_(servers::free_loopback_port()), collector_(tcp_listener::bind("127.0.0.1", 0)) {}

void watchers::open() {
  watching_.spawn(look_at_metrics());
  watching_.spawn(collect());
}

std::string watchers::collector_url() const {
  return "http://127.0.0.1:" + std::to_string(collector_.port());
}

task<> watchers::look_at_metrics() {
  const auto at = socket_address::of_ip("127.0.0.1", page_port_).value();
  for (;;) {
    // Before it has started nobody answers.
    const auto page = co_await test::fetch(at, test::request_for("/metrics")).as_result();
    if (page && page->status == 200) ++looks_;
    co_await sleep(look_interval);
  }
}

task<> watchers::collect() {
  co_await with_scope([this](scope& clients) -> task<> {
    for (;;) clients.spawn(collect_from(co_await collector_.accept()));
  });
}

task<> watchers::collect_from(tcp_stream client) {
  std::string read;
  std::array<std::byte, 65536> part;
  for (;;) {
    const auto count = co_await client.read_some(part).as_result();
    if (!count || *count == 0) co_return;
    read.append(reinterpret_cast<const char*>(part.data()), *count);
    const std::size_t size = request_size(read);
    if (size == 0 || read.size() < size) continue;
    read.erase(0, size);
    ++posts_;
    const auto sent = co_await client.write_all(thanks).as_result();
    if (!sent) co_return;
  }
}

}  // namespace weir::bench
