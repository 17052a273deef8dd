// SPDX-License-Identifier: Apache-2.0
#include "byte_cutter.hpp"

#include <algorithm>
#include <vector>

namespace weir::test {
namespace {

constexpr std::size_t buffer_bytes = 64U << 10;

/// How many of the first bytes are whole messages, each a letter and a length that counts itself.
std::size_t whole_messages(std::span<const std::byte> bytes) {
  constexpr std::size_t head_bytes = 5;
  std::size_t end = 0;
  while (end + head_bytes <= bytes.size()) {
    std::size_t length = 0;
    for (const std::byte one : bytes.subspan(end + 1, head_bytes - 1)) {
      length = length << 8 | std::to_integer<std::size_t>(one);
    }
    if (end + 1 + length > bytes.size()) break;
    end += 1 + length;
  }
  return end;
}

error side_ended() { return {errc::unavailable, disposition::retry, "a side has ended"}; }

}  // namespace

void byte_cutter::cut_after(direction way, std::size_t count) {
  left_[0] = left_[1] = never;
  passed_[0] = passed_[1] = 0;
  left_[index(way)] = count;
}

task<> byte_cutter::serve() {
  co_await with_scope([this](scope& connections) -> task<> {
    for (;;) {
      tcp_stream client = co_await listener_.accept();
      connections.spawn(relay(std::move(client)));
    }
  });
}

task<> byte_cutter::copy(tcp_stream& from, tcp_stream& to, direction way) {
  std::vector<std::byte> buffer(buffer_bytes);
  for (;;) {
    const std::size_t count = co_await from.read_some(buffer);
    if (count == 0) throw side_ended();
    std::size_t& left = left_[index(way)];
    const std::size_t let_go = std::min(count, left);
    std::span<const std::byte> given = std::span<const std::byte>(buffer).first(let_go);
    const bool is_cut = left != never && let_go == left;
    if (is_cut && !last_words_.empty()) given = given.first(whole_messages(given));
    co_await to.write_all(given);
    passed_[index(way)] += let_go;
    if (left == never) continue;
    left -= let_go;
    if (left > 0) continue;
    left = never;
    throw side_ended();
  }
}

task<> byte_cutter::wait_for_end() {
  co_await ended_.wait();
  throw side_ended();
}

/// However a connection ends, the others go on: both sides see the end.
task<> byte_cutter::relay(tcp_stream client) {
  tcp_stream server = co_await tcp_stream::connect("127.0.0.1", server_, {.nodelay = true});
  client.set_nodelay(true);
  const auto body = [this, &client, &server](scope& both) -> task<> {
    both.spawn(copy(client, server, direction::to_server));
    both.spawn(copy(server, client, direction::to_client));
    both.spawn(wait_for_end());
    co_await both.join();
  };
  const auto over = co_await with_scope(body).as_result();
  if (!over && over.error().is_cancelled()) throw over.error();
  // Who is gone hears nothing.
  if (!last_words_.empty())
    (void)co_await client.write_all(std::as_bytes(std::span(last_words_))).as_result();
}

}  // namespace weir::test
