// SPDX-License-Identifier: Apache-2.0
#include "neighbour.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "raw_connection.hpp"

namespace weir::bench {
namespace {

constexpr const char* self = "/proc/self/exe";
constexpr const char* mark = "--neighbour";
/// The feeder lets the server catch up after so many bytes: one that is far behind with a client
/// disconnects it.
constexpr std::size_t feeder_ahead_bytes = 4U << 20;

void listen(raw_connection& link, const char* subject) {
  link.queue(std::string("SUB ") + subject + " 1\r\n");
  link.round_trip();
  std::puts("ready");
  std::fflush(stdout);
}

void feed(raw_connection& link, std::uint64_t messages, std::size_t bytes) {
  listen(link, ready_subject);
  for (bool is_ready = false; !is_ready;)
    link.read([&](std::string_view, std::string_view) { is_ready = true; });
  const std::string message = std::string("PUB ") + feed_subject + ' ' + std::to_string(bytes) +
                              "\r\n" + std::string(bytes, 'x') + "\r\n";
  std::size_t ahead = 0;
  for (std::uint64_t sent = 1; sent <= messages; ++sent) {
    link.queue(message);
    ahead += message.size();
    if (sent % core_turn == 0) link.flush();
    if (ahead > feeder_ahead_bytes) link.round_trip();
    if (ahead > feeder_ahead_bytes) ahead = 0;
  }
  link.round_trip();
}

[[noreturn]] void answer(raw_connection& link) {
  listen(link, answering_subject);
  for (;;) {
    link.read([&](std::string_view reply, std::string_view payload) {
      link.queue("PUB ");
      link.queue(reply);
      link.queue(" " + std::to_string(payload.size()) + "\r\n");
      link.queue(payload);
      link.queue("\r\n");
    });
    link.flush();
  }
}

}  // namespace

task<process> start_neighbour(neighbour what, bench_server at, traffic of) {
  process started = process::spawn(
      {.program = self,
       .arguments = {mark, what == neighbour::feeder ? "feed" : "answer", std::to_string(at.port),
                     std::to_string(of.messages), std::to_string(of.bytes)},
       .environment = {},
       .capture_output = true});
  const auto said = co_await started.output().read_line();
  if (said != "ready")
    throw error(errc::protocol, disposition::permanent, "the bench's neighbour did not start");
  co_return started;
}

bool is_neighbour(int argc, char** argv) noexcept {
  return argc == 6 && std::strcmp(argv[1], mark) == 0;
}

int run_neighbour(int, char** argv) {
  try {
    raw_connection link(static_cast<std::uint16_t>(std::atoi(argv[3])));
    if (std::strcmp(argv[2], "answer") == 0) answer(link);
    feed(link, std::strtoull(argv[4], nullptr, 10), std::strtoull(argv[5], nullptr, 10));
    return 0;
  } catch (const std::exception&) {
    return 1;  // Its server has ended, or it is not needed any more.
  }
}

}  // namespace weir::bench
