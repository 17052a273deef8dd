// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/tracer.hpp"

#include <doctest/doctest.h>

#include "collector.hpp"
#include "lines.hpp"
#include "runtime/run.hpp"
#include "weir/observe/span.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.tracer");

namespace {

tracer_settings settings_for(const std::string& url) {
  tracer_settings settings;
  settings.endpoint = url + "/v1/traces";
  settings.service_name = "shop";
  settings.headers = {{"x-key", "secret"}};
  return settings;
}

void leave_spans(std::size_t count, std::string_view name = "call") {
  for (std::size_t at = 0; at < count; ++at) const span one(name);
}

/// Runs `story(collector, tracer)` in virtual time.
template <class Story>
void tell(Story story, std::deque<scripted_answer> script = {}) {
  run_virtually([&]() -> task<> {
    collector with;
    with.script = std::move(script);
    with.open();
    tracer under_test(settings_for(with.url()));
    under_test.start();
    std::exception_ptr failure;
    try {
      co_await story(with, under_test);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await under_test.close();
    co_await with.close();
    if (failure) std::rethrow_exception(failure);
  });
}

/// How long after the other each post came; `times` are asked for as they come.
task<std::vector<duration>> waits_between(collector& with, std::size_t posts) {
  std::vector<duration> waits;
  co_await with.wait_for_posts(1);
  for (std::size_t at = 2; at <= posts; ++at) {
    const time_point before = loop::current().now();
    co_await with.wait_for_posts(at);
    waits.push_back(loop::current().now() - before);
  }
  co_return waits;
}

/// As a metric, in all of this program.
int spans_counted_as_dropped() {
  return std::stoi(
      weir::test::value_of("weir_trace_spans_dropped_total", metrics_registry::global()));
}

}  // namespace

TEST_CASE("spans are posted as OTLP with what the settings say") {
  tell([](collector& with, tracer& under_test) -> task<> {
    span outer("outer", {.kind = span_kind::server});
    outer.set("answer", 42);
    const trace_context parent = outer.context();
    {
      const span inner("inner", {.parent = &parent});
    }
    outer.end();
    const received_span inner = co_await with.wait_for("inner");
    const received_span found = co_await with.wait_for("outer");
    CHECK(found.kind == 2);
    CHECK(found.at("answer") == "42");
    CHECK(found.parent_id.empty());
    CHECK(inner.parent_id == found.span_id);
    CHECK(inner.trace_id == found.trace_id);
    REQUIRE(with.posts.size() == 1);
    received_post& post = with.posts.front();
    CHECK(post.target == "/v1/traces");
    CHECK(post.headers["content-type"] == "application/json");
    CHECK("http://" + post.headers["host"] == with.url());
    CHECK(post.headers["x-key"] == "secret");
    std::map<std::string, std::string> resource;
    read_spans(post.body, &resource);
    CHECK(resource["service.name"] == "shop");
    CHECK(resource["telemetry.sdk.name"] == "weir");
    while (under_test.statistics().exported < 2) co_await sleep(1ms);
    CHECK(under_test.statistics().dropped == 0);
  });
}

TEST_CASE("spans of a second go together, and a full post does not wait for it") {
  tell([](collector& with, tracer&) -> task<> {
    const time_point begun = loop::current().now();
    leave_spans(2);
    co_await sleep(500ms);
    leave_spans(1);
    co_await with.wait_for_posts(1);
    CHECK(with.spans().size() == 3);
    CHECK(loop::current().now() - begun >= 1s);
    CHECK(loop::current().now() - begun < 1100ms);

    const time_point full = loop::current().now();
    leave_spans(tracer::batch_max + 1);
    co_await with.wait_for_posts(2);
    CHECK(loop::current().now() - full < 100ms);
    CHECK(read_spans(with.posts[1].body).size() == tracer::batch_max);
    co_await with.wait_for_posts(3);
    CHECK(with.spans().size() == 3 + tracer::batch_max + 1);
    CHECK(with.connections == 1);
  });
}

TEST_CASE("what a collector may take later is posted again, with growing waits") {
  for (const int status : {429, 502, 503, 504}) {
    CAPTURE(status);
    tell(
        [](collector& with, tracer& under_test) -> task<> {
          leave_spans(1);
          const auto waits = co_await waits_between(with, 4);
          CHECK(waits[0] >= 500ms);
          CHECK(waits[0] < 1100ms);
          CHECK(waits[1] >= 1s);
          CHECK(waits[1] < 2100ms);
          CHECK(waits[2] >= 2s);
          CHECK(waits[2] < 4100ms);
          CHECK(with.posts[0].body == with.posts[3].body);
          while (under_test.statistics().exported == 0) co_await sleep(1ms);
          CHECK(under_test.statistics().dropped == 0);
        },
        {answer_of(status), answer_of(status), answer_of(status)});
  }
}

TEST_CASE("a post is tried so many times, then its spans are dropped, and the next ones tried") {
  const std::deque<scripted_answer> script(tracer::attempts_max, answer_of(503));
  tell(
      [](collector& with, tracer& under_test) -> task<> {
        const int before = spans_counted_as_dropped();
        leave_spans(3);
        co_await with.wait_for_posts(tracer::attempts_max);
        while (under_test.spans_dropped() == 0) co_await sleep(1ms);
        CHECK(under_test.spans_dropped() == 3);
        CHECK(spans_counted_as_dropped() == before + 3);
        leave_spans(1, "later");
        co_await with.wait_for("later");
        CHECK(with.posts.size() == tracer::attempts_max + 1);
      },
      script);
}

TEST_CASE("a collector is left alone for as long as it wants, within a bound") {
  tell(
      [](collector& with, tracer&) -> task<> {
        leave_spans(1);
        const auto waits = co_await waits_between(with, 3);
        CHECK(waits[0] >= 17s);
        CHECK(waits[0] < 18s);
        CHECK(waits[1] >= 5min);
        CHECK(waits[1] < 6min);
      },
      {answer_of(503, "Retry-After: 17\r\n"), answer_of(429, "Retry-After: 86400\r\n")});
}

TEST_CASE("what a collector refuses is dropped at once") {
  for (const int status : {301, 400, 401, 404, 413, 500, 501}) {
    CAPTURE(status);
    tell(
        [](collector& with, tracer& under_test) -> task<> {
          leave_spans(2);
          while (under_test.spans_dropped() == 0) co_await sleep(10ms);
          CHECK(under_test.spans_dropped() == 2);
          co_await sleep(10min);
          CHECK(with.posts.size() == 1);
        },
        {answer_of(status, "Retry-After: 1\r\n")});
  }
}

TEST_CASE("what is refused of a post that is taken is counted") {
  tell(
      [](collector&, tracer& under_test) -> task<> {
        leave_spans(5);
        while (under_test.statistics().exported == 0) co_await sleep(1ms);
        CHECK(under_test.statistics().exported == 3);
        CHECK(under_test.statistics().rejected == 2);
        leave_spans(1);
        while (under_test.statistics().rejected < 3) co_await sleep(1ms);
        CHECK(under_test.statistics().exported == 3);
      },
      {answer_of(200, {}, R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"x"}})"),
       answer_of(200, {}, R"({"partialSuccess":{"rejectedSpans":"999"}})")});
}

TEST_CASE("an answer that is none, or does not come, is a failure that may pass") {
  const scripted_answer bad[] = {
      {.bytes = "SSH-2.0-OpenSSH_9.2\r\n"},
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .closes = true},
      {.closes = true},
      {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .stalls = true},
      {.stalls = true},
      {.bytes = std::string(100'000, 'x'), .stalls = true}};
  for (const scripted_answer& one : bad) {
    CAPTURE(one.bytes.substr(0, 100));
    tell(
        [](collector& with, tracer& under_test) -> task<> {
          leave_spans(1);
          const auto waits = co_await waits_between(with, 2);
          CHECK(waits[0] < 12s);  // The time limit of a post, and the wait behind it.
          while (under_test.statistics().exported == 0) co_await sleep(1ms);
          CHECK(under_test.spans_dropped() == 0);
          CHECK(with.connections == 2);
        },
        {one});
  }
}

TEST_CASE("a connection that the collector has closed meanwhile is no failure") {
  tell(
      [](collector& with, tracer& under_test) -> task<> {
        leave_spans(1);
        while (under_test.statistics().exported == 0) co_await sleep(1ms);
        co_await sleep(1s);
        const time_point begun = loop::current().now();
        leave_spans(tracer::batch_max);
        while (under_test.statistics().exported == 1) co_await sleep(1ms);
        CHECK(loop::current().now() - begun < 100ms);
        CHECK(with.connections == 2);
      },
      {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .closes = true}});
}

TEST_CASE("while the collector is away spans take so much memory and no more") {
  run_virtually([]() -> task<> {
    std::string nobody;
    {
      const collector gone;
      nobody = gone.url();
    }
    tracer under_test(settings_for(nobody));
    under_test.start();
    constexpr std::size_t count = 5 * tracer::spans_max;
    for (std::size_t left = count; left > 0; left -= 64) {
      leave_spans(64);
      co_await sleep(100ms);
    }
    const auto before = under_test.spans_dropped();
    CHECK(before >= count - tracer::spans_max - tracer::batch_max);
    const time_point ending = loop::current().now();
    co_await under_test.close(2s);
    CHECK(loop::current().now() - ending <= 2s);
    CHECK(under_test.spans_dropped() == count);
    CHECK(under_test.statistics().exported == 0);
  });
}

TEST_CASE("at the end what is left is sent") {
  tell([](collector& with, tracer& under_test) -> task<> {
    leave_spans(tracer::batch_max + 10);
    const time_point ending = loop::current().now();
    co_await under_test.close();
    CHECK(loop::current().now() - ending < 100ms);
    CHECK(with.spans().size() == tracer::batch_max + 10);
    CHECK(under_test.statistics().exported == tracer::batch_max + 10);
    leave_spans(1);
    CHECK(under_test.spans_dropped() == 0);
  });
}

TEST_CASE("at the end a wait is cut short, and tried once more") {
  tell(
      [](collector& with, tracer& under_test) -> task<> {
        leave_spans(1, "kept waiting");
        co_await with.wait_for_posts(1);
        co_await sleep(1ms);
        leave_spans(1, "behind it");
        co_await under_test.close();
        CHECK(with.named("behind it").size() == 1);
        CHECK(under_test.statistics().exported == 1);
        CHECK(under_test.spans_dropped() == 1);
      },
      {answer_of(503, "Retry-After: 3600\r\n")});
}

TEST_CASE("at the end a collector that does not answer is waited for no longer than that") {
  tell(
      [](collector& with, tracer& under_test) -> task<> {
        leave_spans(1);
        co_await with.wait_for_posts(1);
        leave_spans(1);
        const time_point ending = loop::current().now();
        co_await under_test.close(3s);
        CHECK(loop::current().now() - ending == 3s);
        CHECK(under_test.spans_dropped() == 2);
      },
      {{.stalls = true}});
}

TEST_CASE("a tracer without an endpoint does nothing") {
  run_virtually([]() -> task<> {
    tracer none{tracer_settings{}};
    none.start();
    leave_spans(3);
    CHECK_FALSE(none.is_recording());
    CHECK(none.spans_dropped() == 0);
    co_await none.close();
  });
}

TEST_CASE("spans that end after their tracer do no harm") {
  run_virtually([]() -> task<> {
    span late;
    {
      collector with;
      with.open();
      tracer short_lived(settings_for(with.url()));
      short_lived.start();
      late = span("late");
      CHECK(late.is_recording());
      co_await short_lived.close();
      co_await with.close();
    }
    late.set("a", 1);
    late.end();
    CHECK_FALSE(late.is_recording());
  });
}

TEST_CASE("a tracer for what is no collector's URL is refused") {
  CHECK_THROWS_AS(tracer(settings_for("https://127.0.0.1")), error);
  tracer_settings settings = settings_for("http://127.0.0.1");
  settings.headers = {{"a", "b\r\nc: d"}};
  CHECK_THROWS_AS(tracer{settings}, error);
}

TEST_SUITE_END();
