// SPDX-License-Identifier: Apache-2.0
// The limit: what one connection to this server can do, whoever speaks over it.
#include "raw_connection.hpp"
#include "sides.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view inbox = "_INBOX.raw";

std::string publication(std::string_view subject, std::string_view reply,
                        std::string_view payload) {
  std::string bytes = "PUB " + std::string(subject) + ' ';
  if (!reply.empty()) bytes += std::string(reply) + ' ';
  return bytes + std::to_string(payload.size()) + "\r\n" + std::string(payload) + "\r\n";
}

/// A pull of `count` messages.
std::string pull(std::uint64_t count) {
  const std::string subject =
      std::string("$JS.API.CONSUMER.MSG.NEXT.") + stream_name + '.' + consumer_name;
  return publication(subject, inbox,
                     R"({"batch":)" + std::to_string(count) + R"(,"expires":30000000000})");
}

}  // namespace

cost raw_fetch(const bench_server& at, const traffic& of) {
  raw_connection link(at.port);
  const stopwatch watch;
  link.queue("SUB " + std::string(inbox) + " 1\r\n" + pull(messages_ahead));
  link.flush();
  std::uint64_t taken = 0;
  std::uint64_t asked = messages_ahead;
  while (taken < of.messages) {
    link.read([&](std::string_view reply, std::string_view) {
      if (reply.empty()) return;
      ++taken;
      link.queue("PUB ");
      link.queue(reply);
      link.queue(" 4\r\n+ACK\r\n");
    });
    if (asked - taken <= messages_ahead / 2) {
      link.queue(pull(messages_ahead / 2));
      asked += messages_ahead / 2;
    }
    link.flush();
  }
  link.round_trip();
  return watch.of(of.messages);
}

cost raw_publish(const bench_server& at, const traffic& of) {
  raw_connection link(at.port);
  const std::string message = publication(stream_subject, inbox, std::string(of.bytes, 'x'));
  const stopwatch watch;
  link.queue("SUB " + std::string(inbox) + " 1\r\n");
  std::uint64_t sent = 0;
  std::uint64_t confirmed = 0;
  while (confirmed < of.messages) {
    for (; sent < of.messages && sent - confirmed < publish_window; ++sent) link.queue(message);
    link.flush();
    link.read([&](std::string_view, std::string_view) { ++confirmed; });
  }
  return watch.of(of.messages);
}

cost raw_core_publish(const bench_server& at, const traffic& of) {
  raw_connection link(at.port);
  const std::string message = publication(core_subject, "", std::string(of.bytes, 'x'));
  const stopwatch watch;
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) {
    link.queue(message);
    if (sent % core_turn == core_turn - 1) link.flush();
  }
  link.round_trip();
  return watch.of(of.messages);
}

}  // namespace weir::bench
