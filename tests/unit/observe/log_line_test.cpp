// SPDX-License-Identifier: Apache-2.0
#include "log_line.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <array>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "seed.hpp"
#include "weir/error.hpp"
#include "weir/uuid.hpp"

TEST_SUITE_BEGIN("observe.log_line");

namespace {

using namespace weir;
using namespace std::chrono_literals;
using detail::append_line;
using detail::log_line;
using detail::log_look;

constexpr int rounds = 2000;
constexpr std::size_t values_max = 12;
constexpr std::size_t large = std::size_t{1} << 20;

const log_field::moment moment{std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + 11h +
                               30min + 250us};

std::string text_of(const log_line& line, const log_look& look) {
  std::string made;
  append_line(made, line, look);
  return made;
}

std::string text_of(log_fields fields, log_format format) {
  return text_of({.time = moment, .text = "it is said", .fields = {fields.begin(), fields.size()}},
                 {.format = format});
}

/// The line as simdjson reads it; it must be one, and alone.
simdjson::dom::element parse(simdjson::dom::parser& parser, const std::string& line) {
  REQUIRE(line.find('\n') == line.size() - 1);
  simdjson::dom::element read;
  REQUIRE(parser.parse(line).get(read) == simdjson::SUCCESS);
  return read;
}

/// Any bytes: mostly of those that are special somewhere.
std::string any_bytes(std::mt19937_64& random, std::size_t size) {
  constexpr std::string_view special = "\"\\/\n\r\t\x01\x1b\x7f\xc3\xbc\xe2\x80\xa8\xf0\x9f:@{}";
  std::string made(size, ' ');
  for (char& one : made) {
    const auto drawn = random();
    one = (drawn & 1U) != 0 ? special[(drawn >> 8U) % special.size()]
                            : static_cast<char>(drawn >> 8U);
  }
  return made;
}

/// What is known of a message that is handled.
struct handled {
  handled() {
    event.trace.trace_id[1] = std::byte{0x1a};
    event.trace.span_id[7] = std::byte{0xff};
    event.handler = "process";
    event.subject = "orders.created";
    event.stream = "ORDERS";
    event.consumer = "billing";
    event.stream_sequence = 4711;
    event.attempt = 2;
  }
  event_context event;
};

}  // namespace

TEST_CASE("a JSON line has what everybody looks for, then its own fields") {
  const handled message;
  const std::string amount = "amount_cents";
  const std::array<log_field, 2> fields{log_field("order_id", "7"), log_field(amount, 5)};
  const log_line line{.time = moment,
                      .level = log_level::warning,
                      .text = "order stored",
                      .fields = fields,
                      .site = {"../sdk/service/consumer.cpp", 12},
                      .event = &message.event,
                      .suppressed = 3};
  CHECK(text_of(line, {.service = "shop", .version = "1.2.3"}) ==
        R"({"time":"2026-01-31T11:30:00.000250Z","level":"warn","msg":"order stored",)"
        R"("where":"consumer.cpp:12","service":"shop","version":"1.2.3",)"
        R"("trace_id":"001a0000000000000000000000000000",)"
        R"("span_id":"00000000000000ff","handler":"process","subject":"orders.created",)"
        R"("stream":"ORDERS",)"
        R"("consumer":"billing","stream_seq":4711,"delivery":2,"order_id":"7","amount_cents":5,)"
        R"("suppressed":3})"
        "\n");
}

TEST_CASE("a line for people is short: time, level, text, fields") {
  const log_fields fields{{"order_id", "seven eight"}, {"empty", ""}, {"amount_cents", 5}};
  CHECK(text_of(fields, log_format::text) ==
        "2026-01-31T11:30:00.000250Z info  it is said order_id=\"seven eight\" empty=\"\" "
        "amount_cents=5\n");
  const log_line line{
      .time = moment, .level = log_level::error, .text = "\"oh\"", .fields = fields};
  CHECK(text_of(line, {.format = log_format::text, .on_terminal = true})
            .starts_with("11:30:00.000 error \"oh\" order_id="));
  CHECK(text_of(line, {.format = log_format::text, .on_terminal = true, .coloured = true})
            .starts_with("11:30:00.000 \x1b[31merror\x1b[0m \"oh\""));
  const handled message;
  const log_line within{.time = moment, .text = "so", .event = &message.event};
  CHECK(text_of(within, {.format = log_format::text})
            .ends_with("so trace_id=001a0000000000000000000000000000 span_id=00000000000000ff "
                       "handler=process "
                       "subject=orders.created stream=ORDERS "
                       "consumer=billing stream_seq=4711 delivery=2\n"));
}

TEST_CASE("a line for the journal begins with its priority") {
  const auto said = [](log_level level) {
    return text_of({.time = moment, .level = level, .text = "so"}, {.format = log_format::journal});
  };
  CHECK(said(log_level::trace) == "<7>so\n");
  CHECK(said(log_level::debug) == "<7>so\n");
  CHECK(said(log_level::info) == "<6>so\n");
  CHECK(said(log_level::warning) == "<4>so\n");
  CHECK(said(log_level::error) == "<3>so\n");
  CHECK(text_of({{"a", 1}}, log_format::journal) == "<6>it is said a=1\n");
}

TEST_CASE("values of all kinds are JSON") {
  const auto id = uuid::random();
  const std::string text = "x";
  const std::runtime_error broken("broken");
  const auto nothing = std::numeric_limits<double>::quiet_NaN();
  const auto endless = -std::numeric_limits<double>::infinity();
  const auto poison = disposition::poison;
  const log_fields fields{{"text", text},
                          {"least", std::numeric_limits<std::int64_t>::min()},
                          {"most", std::numeric_limits<std::uint64_t>::max()},
                          {"small", static_cast<short>(-7)},
                          {"half", 0.5},
                          {"nothing", nothing},
                          {"endless", endless},
                          {"is", true},
                          {"when", moment},
                          {"id", id},
                          {"what", poison},
                          {"error", broken}};
  simdjson::dom::parser parser;
  const std::string line = text_of(fields, log_format::json);
  const auto read = parse(parser, line);
  CHECK(std::string_view(read["text"]) == "x");
  CHECK(std::int64_t(read["least"]) == std::numeric_limits<std::int64_t>::min());
  CHECK(std::uint64_t(read["most"]) == std::numeric_limits<std::uint64_t>::max());
  CHECK(std::int64_t(read["small"]) == -7);
  CHECK(double(read["half"]) == 0.5);
  CHECK(std::string_view(read["nothing"]) == "nan");
  CHECK(std::string_view(read["endless"]) == "-inf");
  CHECK(bool(read["is"]));
  CHECK(std::string_view(read["when"]) == "2026-01-31T11:30:00.000250Z");
  CHECK(std::string_view(read["id"]) == id.to_string());
  CHECK(std::string_view(read["what"]) == "poison");
  CHECK(std::string_view(read["error"]) == "broken");
}

TEST_CASE("a field that is called as one of the line's own stands beside it") {
  simdjson::dom::parser parser;
  const std::string line = text_of({{"level", "deep"}, {"time", 5}}, log_format::json);
  const auto read = parse(parser, line);
  CHECK(std::string_view(read["level"]) == "info");
  CHECK(std::string_view(read["field_level"]) == "deep");
  CHECK(std::int64_t(read["field_time"]) == 5);

  // Outside of a handler these are free.
  const handled message;
  const std::array<log_field, 1> named{log_field("consumer", "mine")};
  const std::string outside = text_of({.time = moment, .text = "so", .fields = named}, {});
  CHECK(std::string_view(parse(parser, outside)["consumer"]) == "mine");
  const std::string within =
      text_of({.time = moment, .text = "so", .fields = named, .event = &message.event}, {});
  CHECK(std::string_view(parse(parser, within)["consumer"]) == "billing");
  CHECK(std::string_view(parse(parser, within)["field_consumer"]) == "mine");
}

TEST_CASE("whatever bytes texts, names and values have, a line is JSON, alone and bounded") {
  std::mt19937_64 random(test::seed());
  simdjson::dom::parser parser;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> texts;
    for (std::size_t count = 2 + 2 * (random() % values_max); count > 0; --count) {
      texts.push_back(any_bytes(random, random() % 200));
    }
    std::vector<log_field> fields;
    for (std::size_t at = 2; at + 1 < texts.size(); at += 2) {
      fields.emplace_back(texts[at], texts[at + 1]);
    }
    handled message;
    message.event.subject = texts[1];
    const std::string line =
        text_of({.time = moment, .text = texts[0], .fields = fields, .event = &message.event},
                {.service = texts[0]});
    const auto read = parse(parser, line);
    CHECK(read["msg"].is_string());
    for (const auto format : {log_format::text, log_format::journal}) {
      const std::string said =
          text_of({.time = moment, .text = texts[0], .fields = fields}, {.format = format});
      CHECK(said.find('\n') == said.size() - 1);
      CHECK(simdjson::validate_utf8(said));
    }
  }
}

TEST_CASE("what is a megabyte long is cut, and a line with too many of those leaves some out") {
  const handled message;
  const std::string much(large, '\x01');  // Six times as long in JSON.
  simdjson::dom::parser parser;
  const std::string one =
      text_of({.time = moment, .text = much, .event = &message.event}, {.service = much});
  CHECK(one.size() <= log_line_bytes_max);
  CHECK(std::string_view(parse(parser, one)["msg"]).ends_with("... (1048576 bytes)"));

  const std::vector<log_field> fields(40, log_field(much, much));
  const std::string many = text_of({.time = moment, .text = much, .fields = fields}, {});
  CHECK(many.size() <= log_line_bytes_max);
  CHECK(std::uint64_t(parse(parser, many)["left_out"]) > 0);
}

TEST_SUITE_END();
