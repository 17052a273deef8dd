// SPDX-License-Identifier: Apache-2.0
#include "hostile_texts.hpp"
#include "refused.hpp"
#include "weir/nats/ordered_consumer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Names of streams and consumers where injection_test.cpp does not try them.
task<> try_as_name(nats::connection& link, const hostile_text& hostile) {
  if (!hostile.is_refused_as('n')) co_return;
  const std::string name(hostile.text);
  nats::jetstream js(link);
  nats::stream_config stream = orders_stream();
  stream.sources.resize(1);
  stream.sources[0].name = name;
  co_await check_awaited("source", name, js.ensure_stream(stream));
  stream = orders_stream();
  stream.mirror.emplace().name = name;
  co_await check_awaited("mirror", name, js.ensure_stream(stream));
  stream = orders_stream();
  stream.name = name;
  co_await check_awaited("compare_stream", name, js.compare_stream(stream));
  co_await check_awaited("last_message", name, js.last_message(name, "a"));
  co_await check_awaited("next_message", name, js.next_message(name, "a", 1));
  co_await check_awaited("delete_message", name, js.delete_message(name, 1));
  co_await check_awaited("consumers", name, as_task(js.consumers(name).next()));
  co_await check_awaited("consumer_names", name, as_task(js.consumer_names(name).next()));
  co_await check_awaited("pause of", name, js.pause_consumer(name, "worker", {}));
  co_await check_awaited("pause", name, js.pause_consumer("ORDERS", name, {}));
  co_await check_awaited("resume", name, js.resume_consumer("ORDERS", name));
  co_await check_awaited("ordered_consumer", name, nats::ordered_consumer::open(js, name));
  co_await check_awaited("ephemeral of", name, js.create_ephemeral_consumer(name, {}));
  nats::consumer_config consumer = worker_consumer();
  consumer.durable = name;
  if (!name.empty())
    co_await check_awaited("compare_consumer", name, js.compare_consumer("ORDERS", consumer));
}

task<> try_as_pattern(nats::connection& link, const hostile_text& hostile) {
  if (!hostile.is_refused_as('p')) co_return;
  const std::string text(hostile.text);
  nats::jetstream js(link);
  nats::stream_config stream = orders_stream();
  stream.subjects = {text};
  co_await check_awaited("subjects", text, js.ensure_stream(stream));
  co_await check_awaited("last_message", text, js.last_message("ORDERS", text));
  co_await check_awaited("next_message", text, js.next_message("ORDERS", text, 1));
  nats::consumer_config consumer = worker_consumer();
  consumer.filter_subject = text;
  co_await check_awaited("filter", text, js.ensure_consumer("ORDERS", consumer));
  consumer.filter_subject.reset();
  consumer.filter_subjects = {"orders.a", text};
  co_await check_awaited("filters", text, js.ensure_consumer("ORDERS", consumer));
  if (text.empty()) co_return;  // Which means: none, or all.
  nats::purge_options purge;
  purge.filter = text;
  co_await check_awaited("purge", text, js.purge_stream("ORDERS", purge));
  stream = orders_stream();
  stream.sources.resize(1);
  stream.sources[0].name = "OTHER";
  stream.sources[0].filter_subject = text;
  co_await check_awaited("source filter", text, js.ensure_stream(stream));
  stream.sources[0].filter_subject.clear();
  stream.sources[0].external = nats::external_stream{.api = text, .deliver = ""};
  co_await check_awaited("external api", text, js.ensure_stream(stream));
  stream.sources[0].external = nats::external_stream{.api = "$JS.hub.API", .deliver = text};
  co_await check_awaited("external deliver", text, js.ensure_stream(stream));
  stream = orders_stream();
  stream.republish = nats::republication{.source = text, .destination = "a"};
  co_await check_awaited("republish source", text, js.ensure_stream(stream));
  stream.republish = nats::republication{.source = "a", .destination = text};
  co_await check_awaited("republish destination", text, js.ensure_stream(stream));
  stream.republish.reset();
  stream.transform = nats::subject_transform{.source = "a", .destination = text};
  co_await check_awaited("transform", text, js.ensure_stream(stream));
}

/// What only the server reads comes there as it was.
task<> try_as_text(nats::connection& link, const hostile_text& hostile) {
  const std::string text(hostile.text);
  nats::jetstream js(link);
  nats::stream_config stream = orders_stream();
  stream.description = text;
  const auto made = co_await js.ensure_stream(stream);
  CHECK(made.info.config.description.value_or("") == text);
  CHECK((co_await js.ensure_stream(stream)).outcome == nats::ensure_outcome::unchanged);
  nats::consumer_config consumer = worker_consumer();
  consumer.description = text;
  const auto worker = co_await js.ensure_consumer("ORDERS", consumer);
  CHECK(worker.info.config.description.value_or("") == text);
  // Whether it is a pattern or not, nothing is found by it and nothing happens.
  auto names = js.stream_names(text);
  static_cast<void>(co_await names.next().as_result());
  const nats::subject to("orders.created");
  co_await js.publish(to, text);
}

task<> try_everything(nats::connection& link, bystander& other) {
  nats::jetstream js(link);
  co_await js.ensure_stream(orders_stream());
  for (const hostile_text& hostile : hostile_texts) {
    CAPTURE(hostile.text);
    co_await try_as_name(link, hostile);
    co_await try_as_pattern(link, hostile);
    co_await try_as_text(link, hostile);
    for (const std::string& subject : co_await other.subjects_after(link)) {
      CAPTURE(subject);
      CHECK((subject.starts_with("$JS.") || subject.starts_with("_INBOX.") ||
             subject == "orders.created"));
    }
  }
  CHECK((co_await js.stream_info("ORDERS")).messages == hostile_texts.size());
}

task<> write_transforms(nats::connection& link) {
  nats::jetstream js(link);
  nats::stream_config stream = orders_stream();
  stream.republish =
      nats::republication{.source = "orders.*", .destination = "again.{{ wildcard(1) }}"};
  const auto made = co_await js.ensure_stream(stream).as_result();
  // Whether the server knows the form or not: it is not weir that refuses it.
  CHECK((made.has_value() || contains(made.error().message(), "the server refused")));
}

}  // namespace

TEST_SUITE("nats.management_injection") {
  TEST_CASE("hostile texts manage nothing, and in descriptions they are no more than texts") {
    beside_bystander(try_everything);
  }
  TEST_CASE("the forms of transforms are let through") {
    live_server server;
    with_connection(server.options(), write_transforms);
  }
}
