// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/span.hpp"

#include <doctest/doctest.h>

#include "runtime/run.hpp"
#include "span_record.hpp"
#include "trace_core.hpp"
#include "weir/observe/event_context.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;
using weir::detail::span_record;
using weir::detail::trace_core;

TEST_SUITE_BEGIN("observe.span");

namespace {

/// Keeps the spans of a case.
class recorder {
 public:
  explicit recorder(std::string_view rule = "always_on")
      : core_(std::make_shared<trace_core>(sampler::from_name(rule), 1000, 1000)) {
    core_->install();
  }
  ~recorder() { core_->retire(); }
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;

  trace_core::batch take() { return core_->take(); }
  std::size_t size() const { return core_->size(); }
  span_record take_one() {
    auto taken = take();
    REQUIRE(taken.size() == 1);
    return std::move(*taken.front());
  }

 private:
  std::shared_ptr<trace_core> core_;
};

trace_context remote(bool sampled) {
  return *trace_context::parse(
      std::string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0") + (sampled ? "1" : "0"),
      "shop=1");
}

/// Somebody else's server.
struct bank {
  std::int64_t paid = 0;

  task<> transfer(std::int64_t cents) {
    co_await sleep(1s);
    paid += cents;
  }
};

task<> pay(bank& with, std::string country, std::int64_t cents) {
  span call("call the bank", {.kind = span_kind::client});
  call.set("bank.country", country);
  co_await with.transfer(cents);
}

task<> settle(bank& with, std::int64_t cents) {
  co_await in_span("settle", pay(with, "IS", cents));  // What it traces is a part of this.
}

task<int> add_slowly(int a, int b) {
  const span inner("add");
  co_await sleep(2s);
  co_return a + b;
}

task<> fail_slowly() {
  co_await sleep(1s);
  throw error(errc::not_found, disposition::permanent, "there is no such bank");
}

task<> leave_span() {
  const span inner("spawned");
  co_return;
}

task<> spawn_one() {
  scope running;
  running.spawn(leave_span());
  co_await running.join();
}

}  // namespace

TEST_CASE("without a tracer a span records nothing") {
  run_virtually([]() -> task<> {
    span one("call");
    one.set("a", 1);
    one.fail("no");
    CHECK_FALSE(one.is_recording());
    CHECK_FALSE(one.context().is_valid());
    one.end();
    CHECK(co_await in_span("add", add_slowly(1, 2)) == 3);
  });
}

TEST_CASE("a span tells its name, kind, times, attributes and failure") {
  run_virtually([]() -> task<> {
    recorder into;
    const auto before = loop::current().driver().wall_clock();
    span one("call the bank", {.kind = span_kind::client});
    CHECK(one.is_recording());
    one.set("text", "a");
    one.set("view", std::string_view("b"));
    one.set("owned", std::string("c"));
    one.set("truth", true);
    one.set("count", std::uint16_t{7});
    one.set("share", 0.5F);
    co_await sleep(3s);
    one.fail(error(errc::unavailable, disposition::retry, "the bank is closed"));
    CHECK(into.size() == 0);
    one.end();
    const span_record told = into.take_one();
    CHECK(told.name == "call the bank");
    CHECK(told.kind == span_kind::client);
    CHECK(told.begun_at == before);
    CHECK(told.took == 3s);
    CHECK(told.parent_id == std::array<std::byte, 8>{});
    REQUIRE(told.attributes.size() == 8);
    CHECK(std::get<std::string>(told.attributes[0].value) == "a");
    CHECK(std::get<std::string>(told.attributes[1].value) == "b");
    CHECK(std::get<std::string>(told.attributes[2].value) == "c");
    CHECK(std::get<bool>(told.attributes[3].value));
    CHECK(std::get<std::int64_t>(told.attributes[4].value) == 7);
    CHECK(std::get<double>(told.attributes[5].value) == 0.5);
    CHECK(told.attributes[6].key == "error.type");
    CHECK(std::get<std::string>(told.attributes[7].value) == "retry");
    CHECK(told.has_failed);
    CHECK(told.failure == "the bank is closed");
  });
}

TEST_CASE("a span ends once: by hand, with its scope, or when another takes its place") {
  run_virtually([]() -> task<> {
    recorder into;
    {
      span one("first");
      one.end();
      one.end();
      one.set("late", 1);
      one.fail("late");
    }
    CHECK(into.size() == 1);
    {
      const span two("second");
    }
    CHECK(into.size() == 2);
    span three("third");
    three = span("fourth");
    CHECK(into.size() == 3);
    const span moved = std::move(three);
    CHECK(into.size() == 3);
    CHECK(moved.is_recording());
    co_return;
  });
}

TEST_CASE("what goes beyond the bounds of a span is cut or dropped, and counted") {
  run_virtually([]() -> task<> {
    recorder into;
    const std::vector<trace_context> links(span::links_max + 5, remote(true));
    span one(std::string(1000, 'n'), {.links = links});
    one.set(std::string(1000, 'k'), std::string(10'000, 't'));
    // An é at the bound is not cut in half.
    one.set("cut", std::string(span::text_bytes_max - 1, 'x') + "\xc3\xa9");
    for (int at = 0; at < 100; ++at) one.set("more", at);
    one.fail(std::string(10'000, 'f'));
    one.end();
    const span_record told = into.take_one();
    CHECK(told.name.size() == span::name_bytes_max);
    CHECK(told.links.size() == span::links_max);
    CHECK(told.dropped_links == 5);
    CHECK(told.attributes.size() == span::attributes_max);
    CHECK(told.dropped_attributes == 102 - span::attributes_max);
    CHECK(told.attributes[0].key.size() == span::key_bytes_max);
    CHECK(std::get<std::string>(told.attributes[0].value).size() == span::text_bytes_max);
    CHECK(std::get<std::string>(told.attributes[1].value) ==
          std::string(span::text_bytes_max - 1, 'x'));
    CHECK(told.failure.size() == span::text_bytes_max);
    co_return;
  });
}

TEST_CASE("a span goes on with the trace of the parent that it is given") {
  run_virtually([]() -> task<> {
    recorder into("parentbased_always_off");
    const span none("none");
    const trace_context other = remote(false);
    const trace_context parent = remote(true);
    const span unrecorded("none", {.parent = &other});
    CHECK_FALSE(none.is_recording());
    CHECK_FALSE(unrecorded.is_recording());
    span one("process", {.kind = span_kind::consumer,
                         .parent = &parent,
                         .has_remote_parent = true,
                         .begun = loop::current().now() - 5s});
    CHECK(one.context().trace_id == remote(true).trace_id);
    CHECK(one.context().span_id != remote(true).span_id);
    CHECK(one.context().state == "shop=1");
    CHECK(one.context().sampled);
    one.end();
    const span_record told = into.take_one();
    CHECK(told.parent_id == remote(true).span_id);
    CHECK(told.has_remote_parent);
    CHECK(told.took == 5s);
    co_return;
  });
}

TEST_CASE("a span begins the trace that it is given, whatever is around it") {
  run_virtually([]() -> task<> {
    recorder into;
    const trace_context mine = trace_context::begin(false);
    const auto story = [&]() -> task<> {
      span one("process", {.begins = &mine});
      one.rename("process orders");
      CHECK(one.context().trace_id == mine.trace_id);
      CHECK(one.context().span_id == mine.span_id);
      one.end();
      CHECK(into.take_one().name == "process orders");
      REQUIRE(current_trace() != nullptr);
      CHECK(current_trace()->trace_id != mine.trace_id);
      co_return;
    };
    CHECK(current_trace() == nullptr);
    co_await in_span("around", story());
  });
}

TEST_CASE("a span with a link to a trace that is recorded is recorded as well") {
  run_virtually([]() -> task<> {
    recorder into("parentbased_always_off");
    const trace_context links[] = {remote(false), remote(true)};
    span one("process", {.links = links});
    CHECK(one.is_recording());
    CHECK(one.context().trace_id != remote(true).trace_id);
    one.end();
    CHECK(into.take_one().links.size() == 2);
    const span other("process", {.links = std::span(links).first(1)});
    CHECK_FALSE(other.is_recording());
    co_return;
  });
}

TEST_CASE("what runs in a span is a part of it, with what it spawns") {
  run_virtually([]() -> task<> {
    recorder into;
    CHECK(co_await in_span("sum", add_slowly(1, 2), span_kind::client) == 3);
    auto told = into.take();
    REQUIRE(told.size() == 2);
    const span_record& inner = *told[0];
    const span_record& outer = *told[1];
    CHECK(inner.name == "add");
    CHECK(outer.name == "sum");
    CHECK(outer.kind == span_kind::client);
    CHECK(outer.took == 2s);
    CHECK(inner.parent_id == outer.context.span_id);
    CHECK(inner.context.trace_id == outer.context.trace_id);

    co_await in_span("outer", in_span("inner", spawn_one()));
    told = into.take();
    REQUIRE(told.size() == 3);
    CHECK(told[0]->name == "spawned");
    CHECK(told[0]->parent_id == told[1]->context.span_id);
    CHECK(told[1]->name == "inner");
    CHECK(told[1]->parent_id == told[2]->context.span_id);
  });
}

TEST_CASE("a handler's own spans tell what it does: the example of the README") {
  run_virtually([]() -> task<> {
    recorder into;
    bank with;
    co_await settle(with, 100);
    CHECK(with.paid == 100);
    const auto told = into.take();
    REQUIRE(told.size() == 2);
    CHECK(told[0]->name == "call the bank");
    CHECK(std::get<std::string>(told[0]->attributes.at(0).value) == "IS");
    CHECK(told[0]->parent_id == told[1]->context.span_id);
    CHECK(told[1]->name == "settle");
  });
}

TEST_CASE("work that throws makes its span fail, a cancellation does not") {
  run_virtually([]() -> task<> {
    recorder into;
    const auto failed = co_await in_span("call", fail_slowly()).as_result();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().is(errc::not_found));
    const span_record told = into.take_one();
    CHECK(told.has_failed);
    CHECK(told.failure == "there is no such bank");

    const auto late = co_await with_timeout(500ms, in_span("call", fail_slowly())).as_result();
    CHECK_FALSE(late.has_value());
    CHECK_FALSE(into.take_one().has_failed);
  });
}

TEST_CASE("what is not recorded is not recorded inside either") {
  run_virtually([]() -> task<> {
    recorder into("traceidratio");
    trace_core never(sampler::from_name("always_off"), 10, 10);
    never.install();
    CHECK(co_await in_span("sum", add_slowly(1, 2)) == 3);
    never.retire();
    CHECK(never.size() == 0);
    CHECK(into.size() == 0);
  });
}

TEST_CASE("of more spans than may be kept the oldest go, and are counted") {
  run_virtually([]() -> task<> {
    const auto core = std::make_shared<trace_core>(sampler(), 3, 2);
    core->install();
    for (const char* name : {"a", "b", "c", "d", "e"}) const span one(name);
    core->retire();
    const span none("f");
    CHECK(core->dropped() == 2);
    CHECK(core->size() == 3);
    CHECK(core->has_batch());
    const auto first = core->take();
    REQUIRE(first.size() == 2);
    CHECK(first[0]->name == "c");
    CHECK_FALSE(core->has_batch());
    CHECK(core->take().size() == 1);
    co_return;
  });
}

TEST_CASE("spans go to the tracer that was made last, whichever ends first") {
  run_virtually([]() -> task<> {
    const auto first = std::make_shared<trace_core>(sampler(), 10, 10);
    const auto second = std::make_shared<trace_core>(sampler(), 10, 10);
    first->install();
    second->install();
    span kept("kept");
    first->retire();
    {
      const span one("one");
    }
    CHECK(second->size() == 1);
    second->retire();
    CHECK(trace_core::current() == nullptr);
    kept.end();  // Where it began.
    CHECK(second->size() == 2);
    co_return;
  });
}

TEST_SUITE_END();
