// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "ack_subject.hpp"
#include "publish_answer.hpp"
#include "pull_ledger.hpp"
#include "pull_status.hpp"
#include "seed.hpp"

using namespace weir;
using namespace weir::nats;

namespace {

constexpr int rounds = 20000;

/// A message that is made of its headers.
struct header_list {
  std::map<std::string, std::string, std::less<>> entries;
};

constexpr nats::detail::message_operations operations{
    .subject = [](const void*) noexcept { return std::string_view(); },
    .reply = [](const void*) noexcept { return std::string_view(); },
    .payload = [](const void*) noexcept { return std::string_view(); },
    .header = [](void* native, std::string_view name) -> std::optional<std::string_view> {
      const auto& entries = static_cast<header_list*>(native)->entries;
      const auto found = entries.find(name);
      if (found == entries.end()) return std::nullopt;
      return found->second;
    },
    .headers = [](void*) { return std::vector<std::pair<std::string, std::string>>(); },
    .release = [](void*) noexcept {}};

class hostility {
 public:
  std::size_t below(std::size_t end) { return random_() % end; }

  /// Changes, drops, doubles and cuts bytes here and there.
  std::string spoil(std::string text) {
    for (std::size_t changes = below(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, below(8) + 1);
          break;
        case 2:
          text.insert(at, text.substr(at, below(8) + 1));
          break;
        case 3:
          text.insert(at, 1, ".{}[]\",: -+0e\r\n"[below(15)]);
          break;
        case 4:
          text.insert(at, "18446744073709551616");
          break;
        default:
          text.resize(at);
      }
    }
    return text;
  }

  std::uint64_t number() { return random_() >> below(64); }

 private:
  std::mt19937_64 random_{test::seed()};
};

bool is_number_above_zero(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos &&
         text.find_first_not_of('0') != text.npos;
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens{""};
  for (const char c : text) {
    if (c == '.') {
      tokens.emplace_back();
    } else {
      tokens.back() += c;
    }
  }
  return tokens;
}

}  // namespace

TEST_SUITE("nats.hostile_replies") {
  TEST_CASE("the address of an acknowledgement gives what it was made of, in all its forms") {
    hostility by;
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t delivered = by.number() | 1;
      const std::uint64_t stream = by.number() | 1;
      const std::uint64_t consumer = by.number() | 1;
      const std::uint64_t pending = by.number();
      const std::string tail = "ORDERS.worker." + std::to_string(delivered) + "." +
                               std::to_string(stream) + "." + std::to_string(consumer) +
                               ".1767225600123456789." + std::to_string(pending);
      for (const std::string& form :
           {"$JS.ACK." + tail, "$JS.ACK._.h4sh." + tail, "$JS.ACK.hub.h4sh." + tail + ".r4ndom"}) {
        const auto info = nats::detail::parse_ack_subject(form);
        REQUIRE(info.has_value());
        CHECK(info->stream == "ORDERS");
        CHECK(info->consumer == "worker");
        CHECK(info->delivered == delivered);
        CHECK(info->stream_sequence == stream);
        CHECK(info->consumer_sequence == consumer);
        CHECK(info->pending == pending);
        CHECK(info->time.time_since_epoch().count() == 1767225600123456);
      }
    }
  }

  TEST_CASE("an address that was spoiled is refused, or is one that could have been made") {
    hostility by;
    for (int round = 0; round < rounds; ++round) {
      const std::string from =
          by.below(2) == 0 ? "$JS.ACK.ORDERS.worker.1.22.333.1767225600123456789.4"
                           : "$JS.ACK._.h4sh.ORDERS.worker.1.22.333.1767225600123456789.4.r";
      const std::string text = by.spoil(from);
      CAPTURE(text);
      const auto info = nats::detail::parse_ack_subject(text);
      if (!info) continue;
      const auto tokens = tokens_of(text);
      const std::size_t at = tokens.size() == 9 ? 2 : 4;
      REQUIRE((tokens.size() == 9 || tokens.size() == 11 || tokens.size() == 12));
      CHECK_FALSE(tokens[at].empty());
      CHECK_FALSE(tokens[at + 1].empty());
      for (std::size_t number = at + 2; number < at + 6; ++number)
        CHECK(is_number_above_zero(tokens[number]));
      CHECK(info->stream == tokens[at]);
      CHECK(info->stream_sequence == std::stoull(tokens[at + 3]));
    }
  }

  TEST_CASE("a status that was spoiled has a rule, and numbers only where numbers stand") {
    hostility by;
    for (int round = 0; round < rounds; ++round) {
      header_list sent;
      sent.entries["Status"] = by.spoil("409");
      sent.entries["Description"] = by.spoil("Message Size Exceeds MaxBytes");
      sent.entries["Nats-Pending-Messages"] = by.spoil("100");
      sent.entries["Nats-Pending-Bytes"] = by.spoil("4096");
      const nats::detail::pull_status status =
          nats::detail::read_pull_status(message(&sent, operations));
      const auto& pending = sent.entries["Nats-Pending-Messages"];
      CHECK((!status.pending || std::stoull(pending) == *status.pending));
      CHECK((status.code == 0 ||
             sent.entries["Status"].find_first_not_of("-0123456789") == std::string::npos));
      const auto rule = status.rule();
      CHECK((rule.code == status.code || rule.action == nats::detail::status_action::pull_later));
      CHECK_FALSE(nats::detail::status_failure(status, "ORDERS", "worker").message().empty());
    }
  }

  TEST_CASE("a confirmation that was spoiled is refused, or names a stream and a sequence") {
    hostility by;
    int accepted = 0;
    for (int round = 0; round < rounds; ++round) {
      const std::string text = by.spoil(
          by.below(2) == 0
              ? R"({"stream":"ORDERS","seq":7,"duplicate":true})"
              : R"({"error":{"code":400,"err_code":10071,"description":"d"},"stream":"S"})");
      CAPTURE(text);
      const auto answer = nats::detail::parse_publish_answer(text);
      if (!answer.has_value()) {
        CHECK(answer.error().is(errc::protocol));
      } else if (answer->refusal) {
        CHECK_FALSE(answer->refused("it").message().empty());
      } else {
        ++accepted;
        CHECK(answer->ack.sequence > 0);
        CHECK_FALSE(answer->ack.stream.empty());
        CHECK(answer->ack.stream.find_first_of(" .*>\r\n\t") == std::string::npos);
      }
    }
    CHECK(accepted > 0);
  }

  TEST_CASE("what the quick reader takes for a confirmation, the whole one reads likewise") {
    hostility by;
    int accepted = 0;
    for (int round = 0; round < rounds; ++round) {
      const std::string text = by.spoil(R"({"stream":"ORDERS", "seq":18446744073709551610})");
      CAPTURE(text);
      const auto plain = nats::detail::parse_plain_publish_answer(text);
      if (!plain) continue;
      const auto answer = nats::detail::parse_publish_answer(text);
      REQUIRE(answer.has_value());
      CHECK_FALSE(answer->refusal.has_value());
      CHECK_FALSE(answer->ack.duplicate);
      CHECK(answer->ack.stream == plain->stream);
      CHECK(answer->ack.sequence == plain->sequence);
      ++accepted;
    }
    CHECK(accepted > 0);
  }

  TEST_CASE("whatever a server says about pulls, no more is outstanding than was asked for") {
    hostility by;
    nats::detail::pull_ledger ledger;
    std::uint64_t pulls = 0;
    std::size_t asked = 0;
    for (int round = 0; round < rounds; ++round) {
      switch (by.below(5)) {
        case 0:
        case 1: {
          const std::size_t count = by.below(100) + 1;
          asked += count;
          ++pulls;
          ledger.add(pulls, count, time_point(duration(static_cast<std::int64_t>(pulls))));
          break;
        }
        case 2:
          for (std::size_t more = by.below(150); more > 0; --more) ledger.message_came(by.number());
          break;
        case 3:
          ledger.ended(by.below(2) == 0 ? by.below(pulls + 2) : by.number(),
                       by.below(2) == 0 ? std::optional(by.number()) : std::nullopt);
          break;
        default:
          if (by.below(20) == 0) {
            ledger.clear();
            asked = 0;
          } else {
            ledger.expire(time_point(duration(static_cast<std::int64_t>(by.below(pulls + 2)))));
          }
      }
      REQUIRE(ledger.outstanding() <= asked);
    }
  }
}
