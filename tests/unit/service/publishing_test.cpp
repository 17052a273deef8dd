// SPDX-License-Identifier: Apache-2.0
// What handlers without a database publish, where not all of it is taken.
#include <doctest/doctest.h>

#include "office.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.publishing");

using namespace std::chrono_literals;
namespace nats = weir::nats;
using weir::test::program;

namespace {

struct line {
  std::string text;
};
struct page {
  std::string text;
};
struct sheet {
  std::string text;
};
using short_stream = weir::event_stream<"SHORT", "short.>">;
using late_stream = weir::event_stream<"LATE", "late.>">;
using paper_stream = weir::event_stream<"PAPER", "paper.>">;

}  // namespace

template <>
struct weir::bind<line> : weir::bound_to<"short.line", short_stream, 1> {};
template <>
struct weir::bind<page> : weir::bound_to<"late.page", late_stream, 1> {};
template <>
struct weir::bind<sheet> : weir::bound_to<"paper.sheet", paper_stream, 1> {};

namespace {

int runs = 0;

weir::task<> write_down(note read, weir::publications& out) {
  ++runs;
  out.publish(sheet{"first"});
  out.publish(line{std::string(200, 'x')});  // Too long for its stream.
  out.publish(page{"one"});
  out.publish(sheet{read.text});
  co_return;
}

weir::task<> make_stream(nats::jetstream& jetstream, std::string name, std::string subject,
                         std::int32_t message_bytes_max = -1) {
  nats::stream_config made;
  made.name = std::move(name);
  made.subjects = {std::move(subject)};
  made.max_message_size = message_bytes_max;
  co_await jetstream.ensure_stream(std::move(made));
}

weir::task<std::uint64_t> count(nats::jetstream& jetstream, std::string stream) {
  const auto now = co_await jetstream.stream_info(std::move(stream));
  co_return now.messages;
}

weir::task<> refuse_one_of_many() {
  runs = 0;
  nats::model_server server;
  auto writer = program::of<write_down>(
      server, weir::durable("writers").retry(3, weir::fixed(1s)).dead_letter("dead.notes"));
  co_await writer.start();
  nats::jetstream& jetstream = writer.jetstream();
  co_await make_stream(jetstream, "SHORT", "short.>", 100);
  co_await make_stream(jetstream, "PAPER", "paper.>");
  co_await writer.write(1, "last");
  co_await weir::sleep(1min);
  // What may still be taken is waited for, before anything is said of the message.
  CHECK(writer.statistics().dead_lettered.value() == 0);
  auto sheets = co_await count(jetstream, "PAPER");
  CHECK(sheets == 2);

  co_await make_stream(jetstream, "LATE", "late.>");
  while (writer.statistics().dead_lettered.value() == 0) co_await weir::sleep(10ms);
  CHECK(runs == 1);
  const auto pages = co_await count(jetstream, "LATE");
  CHECK(pages == 1);
  sheets = co_await count(jetstream, "PAPER");
  CHECK(sheets == 2);
  const auto letter = co_await jetstream.get_message("DEAD_NOTES", 1);
  std::string cause;
  for (const auto& [name, value] : letter.headers) {
    if (name == "Weir-Cause") cause = value;
  }
  CHECK(cause.find("short.line") != std::string::npos);
  const auto left = co_await jetstream.consumer_info("NOTES", "writers");
  CHECK(left.ack_pending == 0);
  CHECK(writer.statistics().processed.value() == 0);
  co_await writer.drain();
}

}  // namespace

TEST_CASE("of a message's events one that is refused for good keeps none of the others back") {
  weir::simulate({}, refuse_one_of_many);
}

TEST_SUITE_END();
