// SPDX-License-Identifier: Apache-2.0
// What an event says of where it comes from, in every form of a handler.
#include <doctest/doctest.h>

#include "answering_handlers.hpp"
#include "fixture.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.headers");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::store_alone;
using weir::test::store_many;
using weir::test::store_together;

namespace {

constexpr std::string_view trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string heard_of;  ///< The header `Tone` of the last letter.

weir::task<> answer(Letter letter, weir::publications& out, const weir::meta& about) {
  heard_of = about.header("Tone").value_or("none");
  out.publish(Reply{letter.id});
  co_return;
}

std::string header_of(const weir::nats::stored_message& stored, std::string_view name) {
  for (const auto& [key, value] : stored.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

/// The next reply behind this sequence of the stream of letters.
weir::task<weir::nats::stored_message> reply_after(weir::nats::jetstream& jetstream,
                                                   std::uint64_t sequence) {
  for (;;) {
    const auto stored =
        co_await jetstream.get_message(std::string(Letters::name), sequence + 1).as_result();
    if (stored) co_return *stored;
    co_await weir::sleep(5ms);
  }
}

/// One letter that says what it is a part of, and one that does not.
weir::task<> answer_two(weir::test::office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  weir::nats::headers with;
  with.add(weir::correlation_header, "order-7");
  with.add("traceparent", trace);
  with.add("tracestate", "shop=1");
  with.add("Tone", "polite");
  weir::nats::publish_options how;
  how.msg_id = "letter-1";
  how.headers = &with;
  const auto first = co_await on.jetstream.publish(to, letter(1, "any"), how);
  const auto answered = co_await reply_after(on.jetstream, first.sequence);
  CHECK(header_of(answered, "Weir-Correlation-Id") == "order-7");
  CHECK(header_of(answered, "Weir-Causation-Id") == "letter-1");
  CHECK(header_of(answered, "traceparent") == trace);
  CHECK(header_of(answered, "tracestate") == "shop=1");
  CHECK(header_of(answered, "Tone") == "(none)");

  how.msg_id = "letter-2";
  how.headers = nullptr;
  const auto second = co_await on.jetstream.publish(to, letter(2, "any"), how);
  const auto alone = co_await reply_after(on.jetstream, second.sequence);
  CHECK(header_of(alone, "Weir-Correlation-Id") == "letter-2");
  CHECK(header_of(alone, "Weir-Causation-Id") == "letter-2");
  CHECK(header_of(alone, "traceparent") == "(none)");
}

template <auto Handler>
void check_handler() {
  weir::service service("letters");
  service.on<Handler>(weir::durable("letters"));
  weir::test::post_office().play(service, answer_two);
}

}  // namespace

TEST_CASE("an event names what it is a part of, what it came of, and its trace") {
  SUBCASE("without a database") {
    check_handler<answer>();
    CHECK(heard_of == "none");  // The second letter has none; the first one's is not kept.
  }
  SUBCASE("from a transaction") { check_handler<store_alone>(); }
  SUBCASE("from a group commit") { check_handler<store_together>(); }
  SUBCASE("from a batch of one") { check_handler<store_many>(); }
}

TEST_SUITE_END();
