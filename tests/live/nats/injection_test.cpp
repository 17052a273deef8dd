// SPDX-License-Identifier: Apache-2.0
#include "fake_message.hpp"
#include "hostile_texts.hpp"
#include "refused.hpp"
#include "told.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/service.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<nats::reply> never(nats::message) { co_return nats::reply{}; }

void try_as_header(const hostile_text& hostile) {
  const std::string_view text = hostile.text;
  nats::headers all;
  const auto name = thrown_by([&] { all.add(text, "value"); });
  CHECK(name.has_value() == hostile.is_refused_as('h'));
  if (name) check_refused("header name", text, name);
  const auto value = thrown_by([&] { all.add("Name", text); });
  CHECK(value.has_value() == hostile.is_refused_as('v'));
  if (value) check_refused("header value", text, value);
}

task<> try_as_subject(nats::connection& link, const hostile_text& hostile) {
  const std::string_view text = hostile.text;
  const auto subject = thrown_by([&] { nats::subject{text}; });
  CHECK(subject.has_value() == hostile.is_refused_as('s'));
  const auto pattern = thrown_by([&] { nats::subject_pattern{text}; });
  CHECK(pattern.has_value() == hostile.is_refused_as('p'));
  if (pattern) {
    check_refused("pattern", text, pattern);
    nats::service orders(link, {.name = "orders", .version = "1.0.0"});
    if (!text.empty()) {
      check_thrown("endpoint subject", text,
                   [&] { orders.add({.name = "a", .subject = std::string(text)}, never); });
    }
    check_thrown("group", text, [&] { orders.group(std::string(text)); });
    co_await orders.close();
  }
  if (!subject) co_return;
  check_refused("subject", text, subject);
  const nats::message asked = fake_message("a", std::string(text), "");
  co_await check_awaited("reply", text, nats::respond(link, asked, "answer"));
}

task<> try_as_queue_group(nats::connection& link, const hostile_text& hostile) {
  const std::string group(hostile.text);
  if (!hostile.is_refused_as('q') || group.empty()) co_return;
  const nats::subject_pattern pattern("a");
  check_thrown("subscription", group,
               [&] { nats::subscription wrong(link, pattern, {.queue_group = group}); });
  check_thrown("responder", group,
               [&] { nats::responder wrong(link, pattern, never, {.queue_group = group}); });
  check_thrown("service", group, [&] {
    nats::service wrong(link, {.name = "a", .version = "1.0.0", .queue_group = group});
  });
}

task<> try_as_name(nats::connection& link, const hostile_text& hostile) {
  const std::string name(hostile.text);
  if (!hostile.is_refused_as('n')) co_return;
  nats::jetstream js(link);
  nats::stream_config stream = orders_stream();
  stream.name = name;
  co_await check_awaited("ensure_stream", name, js.ensure_stream(stream));
  co_await check_awaited("stream_info", name, js.stream_info(name));
  co_await check_awaited("delete_stream", name, js.delete_stream(name));
  co_await check_awaited("purge_stream", name, js.purge_stream(name));
  co_await check_awaited("get_message", name, js.get_message(name, 1));
  nats::consumer_config consumer = worker_consumer();
  co_await check_awaited("ensure_consumer of", name, js.ensure_consumer(name, consumer));
  consumer.durable = name;
  co_await check_awaited("ensure_consumer", name, js.ensure_consumer("ORDERS", consumer));
  co_await check_awaited("consumer_info of", name, js.consumer_info(name, "worker"));
  co_await check_awaited("consumer_info", name, js.consumer_info("ORDERS", name));
  co_await check_awaited("delete_consumer of", name, js.delete_consumer(name, "worker"));
  co_await check_awaited("delete_consumer", name, js.delete_consumer("ORDERS", name));
  co_await check_awaited("consumer", name, nats::consumer::open(js, "ORDERS", name));
  co_await check_awaited("pull_source", name, nats::pull_source::open(js, name, "worker"));
  check_thrown("service name", name,
               [&] { nats::service wrong(link, {.name = name, .version = "1.0.0"}); });
  check_thrown("service version", name,
               [&] { nats::service wrong(link, {.name = "a", .version = name}); });
}

task<> try_as_publish_option(nats::connection& link, const hostile_text& hostile) {
  const std::string_view text = hostile.text;
  nats::jetstream js(link);
  const nats::subject to("orders.created");
  if (hostile.is_refused_as('v')) {
    co_await check_awaited("msg_id", text, js.publish(to, "", {.msg_id = text}));
    co_await check_awaited("last_msg_id", text, js.publish(to, "", {.expected_last_msg_id = text}));
    co_await check_awaited("schedule", text,
                           js.publish(to, "", {.schedule = text, .schedule_target = "a"}));
  }
  if (hostile.is_refused_as('n') && !text.empty())
    co_await check_awaited("expected_stream", text, js.publish(to, "", {.expected_stream = text}));
  if (hostile.is_refused_as('p') && !text.empty()) {
    co_await check_awaited(
        "last_subject", text,
        js.publish(to, "", {.expected_last_subject_sequence = 1, .expected_last_subject = text}));
  }
}

task<> try_everything(nats::connection& link, const nats::connection_options& options,
                      told& heard) {
  nats::connection watching(options);
  nats::subscription seen(watching, nats::subject_pattern(">"));
  co_await watching.wait_connected();
  co_await watching.flush();
  co_await link.wait_connected();
  for (const hostile_text& hostile : hostile_texts) {
    try_as_header(hostile);
    co_await try_as_subject(link, hostile);
    co_await try_as_queue_group(link, hostile);
    co_await try_as_name(link, hostile);
    co_await try_as_publish_option(link, hostile);
  }
  co_await link.publish(nats::subject("mark"), "");
  co_await link.flush();
  co_await watching.flush();
  const std::vector<nats::message> all = co_await seen.next_batch(10'000);
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject() == "mark");
  CHECK(heard.all.size() == 1);  // connected, once
  co_await watching.close();
}

task<> stay_below_the_line(nats::connection& link, told& heard) {
  const std::string longest(2000, 'x');
  CHECK(contains(message_of([&] { nats::subject(longest + "x"); }), "2000"));
  CHECK(contains(message_of([&] { nats::subject_pattern(longest + "x"); }), "2000"));
  const std::string name(255, 'x');
  nats::check_name("stream", name);
  CHECK(contains(message_of([&] { nats::check_name("stream", name + "x"); }), "255"));
  CHECK(contains(message_of([&] { nats::check_queue_group(name + "x"); }), "255"));
  // The longest that are taken are within what the server takes.
  const nats::subject to(longest);
  const nats::subject reply_to(std::string(2000, 'y'));
  nats::subscription got(link, nats::subject_pattern(longest), {.queue_group = name});
  const nats::headers with{{"Name", "value"}};
  co_await nats::publish_request(link, to, reply_to, "", with);
  const auto one = co_await got.next();
  CHECK(one->reply() == reply_to.text());
  CHECK(heard.all.size() == 1);
}

}  // namespace

TEST_SUITE("nats.injection") {
  TEST_CASE("no hostile text passes any entry, and the server sees nothing of it") {
    live_server server;
    told heard;
    const nats::connection_options options = server.options();
    with_connection(heard.listen(options),
                    [&](auto& link) { return try_everything(link, options, heard); });
  }
  TEST_CASE("texts so long that the server would end the connection are refused") {
    live_server server;
    told heard;
    with_connection(heard.listen(server.options()),
                    [&](auto& link) { return stay_below_the_line(link, heard); });
  }
}
