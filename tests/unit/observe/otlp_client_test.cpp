// SPDX-License-Identifier: Apache-2.0
#include "otlp_client.hpp"

#include <doctest/doctest.h>

#include "collector.hpp"
#include "runtime/run.hpp"
#include "weir/timeout.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;
using weir::detail::otlp_client;

TEST_SUITE_BEGIN("observe.otlp_client");

namespace {

constexpr auto patience = 20s;  // for what hangs

tracer_settings settings_for(const collector& with) {
  tracer_settings settings;
  settings.endpoint = with.url() + "/v1/traces?a=b";
  return settings;
}

task<> post_some(collector& with) {
  otlp_client client(settings_for(with));
  const std::string large(300'000, 'x');
  const auto first = co_await client.post("{}");
  CHECK(first.status() == 200);
  CHECK(first.body() == "{}");
  const auto second = co_await client.post(large);
  CHECK(second.status() == 503);
  const auto third = co_await client.post("");
  CHECK(third.status() == 202);
  REQUIRE(with.posts.size() == 3);
  CHECK(with.posts[0].target == "/v1/traces?a=b");
  CHECK(with.posts[1].body == large);
  CHECK(with.posts[1].connection == 1);
  CHECK(with.posts[2].body.empty());
  CHECK(with.posts[2].connection == 2);
}

task<> cancel_one(collector& with) {
  otlp_client client(settings_for(with));
  scope running;
  const auto ask = [&]() -> task<> { co_await client.post("first"); };
  running.spawn(ask);
  co_await with.wait_for_posts(1);
  co_await running.close();
  const auto answer = co_await client.post("second");
  CHECK(answer.status() == 200);
  CHECK(with.connections == 2);
}

template <class Story>
void tell(Story story, std::deque<scripted_answer> script) {
  test::run([&]() -> task<> {
    collector with;
    with.script = std::move(script);
    with.open();
    std::exception_ptr failure;
    try {
      co_await with_timeout(patience, story(with));
    } catch (...) {
      failure = std::current_exception();
    }
    co_await with.close();
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace

TEST_CASE("posts share a connection for as long as the server keeps it") {
  tell(post_some,
       {answer_of(200, {}, "{}"), answer_of(503, "Connection: close\r\n", std::string(20'000, 'y')),
        answer_of(202)});
}

TEST_CASE("a post that is cancelled leaves no answer for the next one") {
  tell(cancel_one, {{.stalls = true}});
}

TEST_CASE("that nobody listens is told with the address") {
  test::run([]() -> task<> {
    tracer_settings settings;
    {
      const collector gone;
      settings = settings_for(gone);
    }
    otlp_client client(settings);
    const auto answer = co_await client.post("{}").as_result();
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().disposition() == disposition::retry);
    CHECK(answer.error().message().find("127.0.0.1") != std::string::npos);
  });
}

TEST_SUITE_END();
