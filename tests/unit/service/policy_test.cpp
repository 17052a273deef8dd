// SPDX-License-Identifier: Apache-2.0
#include "weir/service/policy.hpp"

#include <doctest/doctest.h>

#include "weir/error.hpp"
#include "weir/service/service.hpp"

TEST_SUITE_BEGIN("service.policy");

using namespace std::chrono_literals;

TEST_CASE("a policy says what it was told") {
  const auto policy = weir::durable("orders")
                          .workers(7)
                          .retry(3, weir::exponential(1s, 2s))
                          .deadline(4s)
                          .ack_wait(5s)
                          .dead_letter("dlq.orders");

  CHECK(policy.name() == "orders");
  CHECK(policy.workers() == 7);
  CHECK(policy.attempts() == 3);
  CHECK(policy.deadline() == 4s);
  CHECK(policy.ack_wait() == 5s);
  CHECK(policy.dead_letter() == "dlq.orders");
}

TEST_CASE("what cannot work is refused when it is said") {
  CHECK_THROWS_AS(weir::durable("x").workers(0), weir::error);
  CHECK_THROWS_AS(weir::durable("x").workers(weir::durable::workers_max + 1), weir::error);
  CHECK_NOTHROW(weir::durable("x").workers(weir::durable::workers_max));
  CHECK_THROWS_AS(weir::durable("x").retry(0, weir::exponential(1s, 2s)), weir::error);
  CHECK_THROWS_AS(weir::durable("x").deadline(0s), weir::error);
  CHECK_THROWS_AS(weir::durable("x").dead_letter("dlq orders"), weir::error);
  CHECK_THROWS_AS(weir::durable("x").ack_wait(999ms), weir::error);
  CHECK_THROWS_AS(weir::durable("x").dead_letter("dlq.>"), weir::error);
}

namespace {

using words = weir::event_stream<"WORDS", "words.>">;
struct word {
  std::int64_t number;
  std::string text;
};
struct other_word {
  std::int64_t number;
};

}  // namespace

template <>
struct weir::bind<word> : weir::bound_to<"words.said", words, 1> {};

namespace {

weir::task<> hear(word) { co_return; }
weir::task<> note(word, weir::tx&) { co_return; }
weir::task<> note_many(std::span<const word>, weir::tx&) { co_return; }

weir::durable named() { return weir::durable("words"); }

}  // namespace

TEST_CASE("a policy that does not fit its handler is refused, with the reason") {
  weir::service service("words");
  const auto refusal = [](const auto& add) {
    std::string text;
    try {
      add();
    } catch (const weir::error& failure) {
      text = failure.message();
    }
    return text;
  };
  CHECK(refusal([&] {
          service.on<hear>(named().skip_older<&word::text, &word::number>());
        }).find("skip_older() remembers the version in the handler's own commit") !=
        std::string::npos);
  CHECK(refusal([&] {
          service.on<note>(named().replayable().skip_older<&word::text, &word::number>());
        }).find("not replayable()") != std::string::npos);
  CHECK(refusal([&] {
          service.on<note>(named().deduplicate(weir::in_memory(1h)));
        }).find("remembers in its own commit, see once()") != std::string::npos);
  CHECK(refusal([&] {
          service.on<hear>(named().identified_by<&word::number>());
        }).find("this handler has neither") != std::string::npos);
  CHECK(refusal([&] {
          service.on<note>(named().identified_by<&other_word::number>());
        }).find("its handler takes") != std::string::npos);
  CHECK(refusal([&] {
          service.on<note_many>(named().skip_older<&word::text, &word::number>());
        }).find("handlers of one event") != std::string::npos);
  CHECK(refusal([&] { named().deduplicate(weir::in_memory(59s)); }).find("a minute or more") !=
        std::string::npos);
  CHECK(service.registrations().empty());
}

TEST_CASE("what a policy does with repetitions stands in its description") {
  weir::service service("words");
  service.on<hear>(named().deduplicate(weir::in_bucket("seen", 2h)).expires(10min));
  service.on<note>(
      weir::durable("notes").identified_by<&word::text>().skip_older<&word::text, &word::number>());
  const std::string text = service.describe();
  CHECK(text.find("not repeated for 2 h, remembered in bucket seen") != std::string::npos);
  CHECK(text.find("10 min after it was stored") != std::string::npos);
  CHECK(text.find("a field of the event") != std::string::npos);
  CHECK(text.find("older ones of a key are skipped") != std::string::npos);
}

TEST_SUITE_END();
