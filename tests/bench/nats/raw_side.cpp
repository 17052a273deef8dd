// SPDX-License-Identifier: Apache-2.0
// The limit: what one connection to this server can do, whoever speaks over it.
#include <array>

#include "raw_connection.hpp"
#include "sides.hpp"

namespace weir::bench {
namespace {

/// As long as weir's own, for the server reads all of it for every message.
constexpr std::string_view inbox = "_INBOX.raw456789012345678901234.1";

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

/// A message that is encoded but for a number, which it has in one or several places.
class numbered_message {
 public:
  /// `text` has a '#' for each digit of the number, and none elsewhere.
  explicit numbered_message(std::string text) : text_(std::move(text)) {
    for (std::size_t at = text_.find(place); at != std::string::npos;
         at = text_.find(place, at + place.size()))
      places_.push_back(at);
  }

  const std::string& numbered(std::uint64_t number) {
    std::array<char, place.size()> digits;
    for (std::size_t digit = digits.size(); digit-- > 0; number /= 10)
      digits[digit] = static_cast<char>('0' + number % 10);
    for (const std::size_t at : places_)
      text_.replace(at, digits.size(), digits.data(), digits.size());
    return text_;
  }

  static constexpr std::string_view place = "########";

 private:
  std::string text_;
  std::vector<std::size_t> places_;
};

/// A publication into the stream with an id, which has as many characters as weir's own, and with
/// an address of its own for the confirmation, as those of each client have.
numbered_message publication_with_id(std::size_t bytes) {
  const std::string number(numbered_message::place);
  const std::string headers = "NATS/1.0\r\nNats-Msg-Id: raw-0123456789ab-" + number + "\r\n\r\n";
  const std::string head = std::string("HPUB ") + stream_subject + ' ' + std::string(inbox) + '.' +
                           number + ' ' + std::to_string(headers.size()) + ' ' +
                           std::to_string(headers.size() + bytes) + "\r\n";
  return numbered_message(head + headers + std::string(bytes, 'x') + "\r\n");
}

/// A question whose answer has an address of its own, too.
numbered_message question_with_address(std::size_t bytes) {
  return numbered_message(std::string("PUB ") + answering_subject + ' ' + std::string(inbox) + '.' +
                          std::string(numbered_message::place) + ' ' + std::to_string(bytes) +
                          "\r\n" + std::string(bytes, 'x') + "\r\n");
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
  numbered_message message = publication_with_id(of.bytes);
  const stopwatch watch;
  link.queue("SUB " + std::string(inbox) + ".* 1\r\n");
  std::uint64_t sent = 0;
  std::uint64_t confirmed = 0;
  while (confirmed < of.messages) {
    for (; sent < of.messages && sent - confirmed < publish_window; ++sent)
      link.queue(message.numbered(sent));
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

cost raw_core_subscribe(const bench_server& at, const traffic& of) {
  raw_connection link(at.port);
  link.queue("SUB " + std::string(feed_subject) + " 1\r\n");
  link.round_trip();
  const stopwatch watch;
  link.queue(publication(ready_subject, "", ""));
  link.flush();
  std::uint64_t taken = 0;
  while (taken < of.messages) link.read([&](std::string_view, std::string_view) { ++taken; });
  return watch.of(of.messages);
}

cost raw_request(const bench_server& at, const traffic& of) {
  raw_connection link(at.port);
  link.queue("SUB " + std::string(inbox) + ".* 1\r\n");
  link.round_trip();
  numbered_message question = question_with_address(of.bytes);
  std::vector<double> times;
  times.reserve(of.messages);
  const stopwatch watch;
  for (std::uint64_t asked = 0; asked < of.messages; ++asked) {
    const double began = watch.elapsed_us();
    link.queue(question.numbered(asked));
    link.flush();
    for (bool is_answered = false; !is_answered;)
      link.read([&](std::string_view, std::string_view) { is_answered = true; });
    times.push_back(watch.elapsed_us() - began);
  }
  return watch.of_questions(std::move(times));
}

}  // namespace weir::bench
