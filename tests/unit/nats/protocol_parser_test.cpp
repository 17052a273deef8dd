// SPDX-License-Identifier: Apache-2.0
#include "protocol_parser.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "seed.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

/// Writes down what the parser tells.
class told final : public protocol_handler {
 public:
  std::vector<std::string> all;

 private:
  void on_message(std::uint64_t subscription, const message_parts& parts) override {
    all.push_back("message " + std::to_string(subscription) + ' ' + std::string(parts.subject) +
                  " [" + std::string(parts.reply) + "] [" + std::string(parts.headers) + "] [" +
                  std::string(parts.payload) + ']');
  }
  void on_ping() override { all.emplace_back("ping"); }
  void on_pong() override { all.emplace_back("pong"); }
  void on_info(std::string_view json) override { all.push_back("info " + std::string(json)); }
  void on_error(std::string_view words) override { all.push_back("error " + std::string(words)); }
};

void feed(protocol_parser& parser, std::string_view bytes, protocol_handler& to) {
  while (!bytes.empty()) {
    const std::span<std::byte> space = parser.space();
    const std::size_t size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    parser.take(size, to);
    bytes.remove_prefix(size);
  }
}

struct outcome {
  std::vector<std::string> told;
  std::string refused;  ///< empty where nothing was
  friend bool operator==(const outcome&, const outcome&) = default;
};

/// What becomes of bytes that come in pieces of this size.
outcome parse(std::string_view bytes, std::size_t piece) {
  protocol_parser parser;
  told heard;
  outcome made;
  try {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
      feed(parser, bytes.substr(0, piece), heard);
  } catch (const error& refused) {
    CHECK(refused.is(errc::protocol));
    made.refused = refused.message();
  }
  made.told = std::move(heard.all);
  return made;
}

std::vector<std::string> parsed(std::string_view bytes) { return parse(bytes, bytes.size()).told; }
std::string refusal(std::string_view bytes) { return parse(bytes, bytes.size()).refused; }

constexpr std::string_view conversation =
    "INFO {\"server_id\":\"x\"}\r\n"
    "PING\r\n"
    "MSG orders.created 7 5\r\nhello\r\n"
    "MSG orders.created 7 _INBOX.1 0\r\n\r\n"
    "+OK\r\n"
    "HMSG a 9 _INBOX.2 12 17\r\nNATS/1.0\r\n\r\nhello\r\n"
    "HMSG b 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"
    "-ERR 'Permissions Violation for Publish to \"x\"'\r\n"
    "MSG c\t8  6\r\na\r\nb\r\n\r\n"
    "PONG\r\n";

const std::vector<std::string>& meaning() {
  static const std::vector<std::string> lines{"info {\"server_id\":\"x\"}",
                                              "ping",
                                              "message 7 orders.created [] [] [hello]",
                                              "message 7 orders.created [_INBOX.1] [] []",
                                              "message 9 a [_INBOX.2] [NATS/1.0\r\n\r\n] [hello]",
                                              "message 9 b [] [NATS/1.0 503\r\n\r\n] []",
                                              "error Permissions Violation for Publish to \"x\"",
                                              "message 8 c [] [] [a\r\nb\r\n]",
                                              "pong"};
  return lines;
}

TEST_SUITE("nats.protocol_parser") {
  TEST_CASE("all that a server says is told, in order") {
    CHECK(parsed(conversation) == meaning());
  }

  TEST_CASE("bytes mean the same in whatever pieces they come") {
    for (std::size_t first = 0; first <= conversation.size(); ++first) {
      protocol_parser parser;
      told heard;
      feed(parser, conversation.substr(0, first), heard);
      feed(parser, conversation.substr(first), heard);
      REQUIRE(heard.all == meaning());
    }
    protocol_parser parser;
    told heard;
    for (const char one : conversation) feed(parser, {&one, 1}, heard);
    CHECK(heard.all == meaning());
  }

  TEST_CASE("a message larger than the buffer comes whole, and its memory goes with it") {
    const std::string large(3 * protocol_parser::buffer_bytes, 'x');
    protocol_parser parser;
    told heard;
    for (int round = 0; round < 3; ++round) {
      feed(parser, "MSG a 1 " + std::to_string(large.size()) + "\r\n" + large + "\r\nPING\r\n",
           heard);
      REQUIRE(heard.all.size() == 2);
      CHECK(heard.all[0] == "message 1 a [] [] [" + large + "]");
      CHECK(heard.all[1] == "ping");
      heard.all.clear();
      feed(parser, "PONG\r\n", heard);
      CHECK(parser.space().size() <= protocol_parser::buffer_bytes);
      heard.all.clear();
    }
  }

  TEST_CASE("what is not NATS is refused, and shown") {
    CHECK(refusal("HTTP/1.1 400 Bad Request\r\n").find("\"HTTP/1.1 400") != std::string::npos);
    for (const std::string_view bytes :
         {"\r\n", "PINGS\r\n", "MSG\r\n", "MSG a\r\n", "MSG a 1\r\n", "MSG a 1 x\r\n",
          "MSG a x 1\r\n.\r\n", "MSG a 1 -1\r\n", "MSG a 1 r 1 2\r\n", "MSG a 1 r 1 2 3 4\r\n",
          "HMSG a 1 1\r\n", "HMSG a 1 5 4\r\nabcd\r\n", "MSG a 1 2\r\nabc\r\n",
          "MSG a 1 99999999999999999999\r\n", "MSG a 1 67108865\r\n"}) {
      INFO(bytes);
      CHECK_FALSE(refusal(bytes).empty());
    }
  }

  TEST_CASE("a line has a limit, and so has a message") {
    const std::string longest(protocol_parser::line_bytes_max + 2, 'x');
    CHECK(refusal("INFO " + longest).find("no end") != std::string::npos);
    CHECK(refusal("INFO " + longest + "\r\n").find("no end") != std::string::npos);
    CHECK(refusal("MSG a 1 67108864\r\n").empty());
    CHECK(refusal("MSG a 1 67108865\r\n").find("too large") != std::string::npos);
  }

  TEST_CASE("hostile bytes are told or refused, and the same in whatever pieces they come") {
    std::mt19937_64 random(test::seed());
    constexpr std::string_view alphabet = "MSGHPIO+-ERRK 0123456789\r\n\t'ax.>";
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
      std::string bytes(conversation);
      for (int change = 0; change < 4; ++change) {
        const std::size_t at = random() % bytes.size();
        const char letter = alphabet[random() % alphabet.size()];
        switch (random() % 3) {
          case 0:
            bytes[at] = letter;
            break;
          case 1:
            bytes.insert(at, 1, letter);
            break;
          default:
            bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 32));
        }
      }
      const outcome whole = parse(bytes, bytes.size());
      refused += whole.refused.empty() ? 0 : 1;
      CHECK(parse(bytes, 1).told == whole.told);
      CHECK(parse(bytes, 1 + random() % 16).refused.empty() == whole.refused.empty());
    }
    CHECK(refused > 0);
    CHECK(refused < 3000);
  }
}

}  // namespace
}  // namespace weir::nats::detail
