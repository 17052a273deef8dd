// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "transcript.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::string api = "$JS.API.";

task<> make(transcript& with, std::string stream_more, std::string consumer_more) {
  co_await with.ask(api + "STREAM.CREATE.S",
                    R"({"name":"S","subjects":["s.*"])" + stream_more + "}");
  co_await with.ask(api + "CONSUMER.DURABLE.CREATE.S.C",
                    R"({"stream_name":"S","config":{"durable_name":"C")" + consumer_more + "}}");
}

task<> pull(transcript& with, std::string body = {}, std::size_t answers = 1) {
  return with.ask(api + "CONSUMER.MSG.NEXT.S.C", std::move(body), answers);
}

/// Messages that are all that is pending then.
task<> fill(transcript& with, int count) {
  for (int i = 1; i <= count; ++i) co_await with.ask("s.a", std::to_string(i));
  co_await with.wait_for_pending(static_cast<std::uint64_t>(count));
}

task<> info(transcript& with) { return with.ask(api + "CONSUMER.INFO.S.C"); }

task<> acknowledge(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"explicit","max_deliver":2)");
  co_await fill(with, 5);
  co_await pull(with);
  co_await with.answer_delivery("+ACK", 1);
  co_await info(with);
  co_await pull(with);
  co_await with.answer_delivery("-NAK", 1);
  co_await pull(with);
  co_await with.answer_delivery("+WPI", 1);
  co_await with.answer_delivery("-NAK", 1);
  co_await pull(with);  // the second has been delivered as often as it may be
  co_await info(with);
  co_await with.answer_delivery("+TERM", 1);
  co_await info(with);
  co_await pull(with);
  co_await with.answer_delivery("+NXT", 1);
  co_await with.answer_delivery(R"(-NAK {"delay":3600000000000})", 1);
  co_await pull(with, R"({"no_wait":true})");
  co_await info(with);
}

task<> acknowledge_all(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"all")");
  co_await fill(with, 4);
  for (int i = 0; i < 3; ++i) co_await pull(with);
  co_await with.answer_delivery("", 1);
  co_await info(with);
  co_await pull(with);
  co_await info(with);
}

task<> acknowledge_nothing(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"none","headers_only":true)");
  co_await fill(with, 2);
  co_await pull(with, "3", 2);
  co_await info(with);
}

task<> wait_for_acks(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"explicit","ack_wait":300000000,"max_ack_pending":2)");
  co_await fill(with, 4);
  co_await pull(with, "3", 3);  // two, and after ack_wait the first of them
}

task<> back_off(transcript& with) {
  co_await make(with, "",
                R"(,"ack_policy":"explicit","max_deliver":3,"backoff":[200000000,400000000])");
  co_await fill(with, 1);
  co_await pull(with, "4", 3);
  co_await pull(with, R"({"expires":1000000000})");
  co_await info(with);
  // 2.10 alone moves the floor over a message whose deliveries are used up.
  if (with.version() < nats::server_version{2, 11})
    with.changed({2, 10}, "ack_floor: {consumer_seq: 3,");
}

task<> filter(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"explicit","filter_subject":"s.b")");
  for (const char* subject : {"s.a", "s.b", "s.c", "s.b", "s.a"}) co_await with.ask(subject, "x");
  co_await with.wait_for_pending(2);
  co_await info(with);
  co_await pull(with);
  co_await info(with);
  co_await with.answer_delivery("", 1);
  co_await info(with);
  co_await pull(with);
  co_await with.answer_delivery("", 1);
  co_await pull(with, R"({"no_wait":true})");
  co_await info(with);
}

task<> begin_elsewhere(transcript& with) {
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","subjects":["s.*"]})");
  for (const char* subject : {"s.a", "s.b", "s.c", "s.b", "s.a"}) co_await with.ask(subject, "x");
  for (const char* policy :
       {R"("last")", R"("new")", R"("by_start_sequence","opt_start_seq":3)",
        R"("last_per_subject","filter_subject":"s.*")", R"("last","filter_subject":"s.b")"}) {
    co_await with.ask(api + "CONSUMER.DURABLE.CREATE.S.C",
                      R"({"stream_name":"S","config":{"durable_name":"C","ack_policy":"explicit",)"
                      R"("deliver_policy":)" +
                          std::string(policy) + "}}");
    co_await pull(with, R"({"no_wait":true})", 1);
    co_await info(with);
    co_await with.ask(api + "CONSUMER.DELETE.S.C");
  }
}

task<> work_queue(transcript& with) {
  co_await make(with, R"(,"retention":"workqueue")", R"(,"ack_policy":"explicit")");
  co_await with.ask(api + "CONSUMER.DURABLE.CREATE.S.D",
                    R"({"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}})");
  co_await with.ask_changed(
      {2, 12}, "requires explicit ack policy on workqueue stream",
      api + "CONSUMER.DURABLE.CREATE.S.D",
      R"({"stream_name":"S","config":{"durable_name":"D","ack_policy":"none"}})");
  co_await fill(with, 3);
  co_await pull(with);
  co_await pull(with);
  co_await with.answer_delivery("", 1);
  co_await with.ask(api + "STREAM.INFO.S", R"({"deleted_details":true})");
}

task<> interest(transcript& with) {
  co_await with.ask(api + "STREAM.CREATE.S",
                    R"({"name":"S","subjects":["s.*"],"retention":"interest"})");
  co_await with.ask("s.a", "nobody is interested");
  co_await make(with, R"(,"retention":"interest")", R"(,"ack_policy":"explicit")");
  co_await with.ask(api + "CONSUMER.DURABLE.CREATE.S.D",
                    R"({"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit",)"
                    R"("filter_subject":"s.b"}})");
  co_await with.ask("s.a", "one");
  co_await with.ask("s.b", "two");
  co_await with.wait_for_pending(2);
  co_await pull(with);
  co_await with.answer_delivery("", 1);
  co_await pull(with);
  co_await with.answer_delivery("", 1);
  co_await with.ask(api + "STREAM.INFO.S");
  co_await with.ask(api + "CONSUMER.DELETE.S.D");
  co_await with.ask(api + "STREAM.INFO.S");
}

task<> purge_under(transcript& with) {
  co_await make(with, "", R"(,"ack_policy":"explicit")");
  co_await fill(with, 4);
  co_await pull(with);
  co_await pull(with);
  co_await with.ask(api + "STREAM.PURGE.S", R"({"seq":4})");
  co_await info(with);
  co_await pull(with);
  co_await with.ask(api + "STREAM.PURGE.S");
  co_await info(with);
  co_await fill(with, 1);
  co_await pull(with);
  co_await info(with);
}

}  // namespace

TEST_SUITE("nats.model_delivery") {
  TEST_CASE("the model answers every kind of acknowledgement as nats-server does") {
    compare_servers(acknowledge);
  }
  TEST_CASE("an acknowledgement of all before, in the model and in nats-server") {
    compare_servers(acknowledge_all);
  }
  TEST_CASE("a consumer without acknowledgements, in the model and in nats-server") {
    compare_servers(acknowledge_nothing);
  }
  TEST_CASE("ack_wait and max_ack_pending, in the model and in nats-server") {
    compare_servers(wait_for_acks);
  }
  TEST_CASE("a back-off and max_deliver, in the model and in nats-server") {
    compare_servers(back_off);
  }
  TEST_CASE("a filter, in the model and in nats-server") { compare_servers(filter); }
  TEST_CASE("where a consumer begins, in the model and in nats-server") {
    compare_servers(begin_elsewhere);
  }
  TEST_CASE("a work queue, in the model and in nats-server") { compare_servers(work_queue); }
  TEST_CASE("retention by interest, in the model and in nats-server") { compare_servers(interest); }
  TEST_CASE("a purge under a consumer, in the model and in nats-server") {
    compare_servers(purge_under);
  }
}
