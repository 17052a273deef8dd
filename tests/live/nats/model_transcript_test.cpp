// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"
#include "transcript.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::string api = "$JS.API.";

task<> make(transcript& with, std::string stream_more = "", std::string consumer_more = "") {
  co_await with.ask(api + "STREAM.CREATE.S",
                    R"({"name":"S","subjects":["s.*"])" + stream_more + "}");
  co_await with.ask(api + "CONSUMER.DURABLE.CREATE.S.C",
                    R"({"stream_name":"S","config":{"durable_name":"C","ack_policy":"explicit")" +
                        consumer_more + "}}");
}

task<> pull(transcript& with, std::string body, std::size_t answers) {
  return with.ask(api + "CONSUMER.MSG.NEXT.S.C", std::move(body), answers);
}

task<> manage_streams(transcript& with) {
  co_await with.ask(api + "STREAM.INFO.S");
  co_await with.ask_changed({2, 12}, "10056", api + "STREAM.CREATE.S");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"T"})");
  co_await with.ask_changed({2, 12}, "invalid JSON: can not unmarshal", api + "STREAM.CREATE.S",
                            R"({"name":"S","retention":"sometimes"})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","max_age":1000})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","num_replicas":3})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","subjects":["s.*","s.>"]})");
  co_await with.ask_changed({2, 10}, "overlap with jetstream api require no-ack",
                            api + "STREAM.CREATE.S", R"({"name":"S","subjects":["$JS.API.x"]})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","discard_new_per_subject":true})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","max_age":60000000000})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","max_age":60000000000})");
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","max_msgs":3})");
  co_await with.ask(api + "STREAM.CREATE.T", R"({"name":"T","subjects":["S"]})");
  co_await with.ask(api + "STREAM.UPDATE.S", R"({"name":"S","storage":"memory"})");
  co_await with.ask_changed({2, 10}, "retention: interest", api + "STREAM.UPDATE.S",
                            R"({"name":"S","retention":"interest"})");
  co_await with.ask(api + "STREAM.UPDATE.T", R"({"name":"T"})");
  co_await with.ask(api + "STREAM.UPDATE.S", R"({"name":"S","subjects":["s.*"],"max_bytes":500})");
  co_await with.ask(api + "STREAM.NAMES");
  co_await with.ask(api + "STREAM.NAMES", R"({"subject":"other"})");
  co_await with.ask(api + "STREAM.LIST", R"({"offset":5})");
  co_await with.ask(api + "INFO");
  co_await with.ask(api + "STREAM.DELETE.S", R"({"a":1})");
  co_await with.ask(api + "STREAM.DELETE.S");
  co_await with.ask(api + "STREAM.DELETE.S");
}

task<> manage_consumers(transcript& with) {
  const std::string create = api + "CONSUMER.DURABLE.CREATE.S.C";
  const auto body = [](std::string config) {
    return R"({"stream_name":"S","config":{"durable_name":"C")" + config + "}}";
  };
  co_await with.ask(create, body(""));
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","subjects":["s.*"]})");
  co_await with.ask(create, R"({"stream_name":"T","config":{"durable_name":"C"}})");
  co_await with.ask(create, R"({"stream_name":"S","config":{}})");
  co_await with.ask(create, R"({"stream_name":"S","config":{"durable_name":"D"}})");
  co_await with.ask_changed({2, 12}, "invalid JSON: can not unmarshal", create,
                            body(R"(,"ack_policy":"maybe")"));
  co_await with.ask(create, body(R"(,"deliver_policy":"by_start_sequence")"));
  co_await with.ask(create, body(R"(,"opt_start_seq":3)"));
  co_await with.ask(create, body(R"(,"idle_heartbeat":1000000000)"));
  co_await with.ask(create, body(R"(,"num_replicas":3)"));
  co_await with.ask(create, body(R"(,"ack_policy":"explicit","filter_subject":"s.a")"));
  co_await with.ask(create, body(R"(,"ack_policy":"all")"));
  co_await with.ask(create, body(R"(,"ack_policy":"explicit","deliver_policy":"new")"));
  co_await with.ask(create, body(R"(,"ack_policy":"explicit","max_waiting":7)"));
  co_await with.ask(create, body(R"(,"ack_policy":"explicit","ack_wait":5000000000)"));
  co_await with.ask(api + "CONSUMER.INFO.S.C");
  co_await with.ask(api + "CONSUMER.INFO.S.D");
  co_await with.ask(api + "CONSUMER.INFO.T.D");
  co_await with.ask(api + "CONSUMER.NAMES.S");
  co_await with.ask(api + "CONSUMER.LIST.S");
  co_await with.ask(api + "CONSUMER.DELETE.S.C");
  co_await with.ask(api + "CONSUMER.DELETE.S.C");
}

task<> take_what_2_10_takes(transcript& with) {
  constexpr nats::server_version changed{2, 10};
  co_await with.ask(api + "STREAM.CREATE.S", R"({"name":"S","subjects":["s.*"]})");
  for (const char* field :
       {R"("filter_subject":"t.*")", R"("backoff":[1000000000,2000000000],"max_deliver":2)"}) {
    co_await with.ask_changed(
        changed, "consumer_create_response", "$JS.API.CONSUMER.DURABLE.CREATE.S.C",
        R"({"stream_name":"S","config":{"durable_name":"C",)" + std::string(field) + "}}");
    co_await with.ask_changed(changed, "success: true", api + "CONSUMER.DELETE.S.C");
  }
}

task<> publish(transcript& with) {
  co_await make(with, R"(,"allow_rollup_hdrs":true,"max_msg_size":100,"allow_direct":true)");
  co_await with.ask("s.a", "one", 1, {{"Nats-Expected-Stream", "T"}});
  co_await with.ask("s.a", "one", 1, {{"Nats-Expected-Last-Sequence", "3"}});
  co_await with.ask("s.a", "one", 1, {{"Nats-Expected-Last-Subject-Sequence", "0"}});
  co_await with.ask("s.a", "two", 1, {{"Nats-Expected-Last-Subject-Sequence", "0"}});
  co_await with.ask("s.b", "two", 1, {{"Nats-Expected-Last-Msg-Id", "none"}});
  co_await with.ask("s.b", "two");
  co_await with.ask("s.b", std::string(101, 'x'));
  co_await with.ask("s.b", "three", 1, {{"Nats-Rollup", "sub"}});
  co_await with.ask(api + "STREAM.INFO.S", R"({"subjects_filter":">","deleted_details":true})");
  co_await with.ask(api + "STREAM.MSG.GET.S", R"({"seq":2})");
  co_await with.ask(api + "STREAM.MSG.GET.S", R"({"seq":3})");
  co_await with.ask(api + "STREAM.MSG.GET.S", R"({"last_by_subj":"s.a"})");
  co_await with.ask(api + "STREAM.MSG.GET.S", R"({"seq":2,"next_by_subj":"s.*"})");
  co_await with.ask(api + "STREAM.MSG.GET.S", R"({"seq":2,"last_by_subj":"s.a"})");
  co_await with.ask(api + "STREAM.MSG.GET.S", "");
  co_await with.ask(api + "DIRECT.GET.S", R"({"last_by_subj":"s.a"})");
  co_await with.ask(api + "DIRECT.GET.S.s.b");
  co_await with.ask(api + "DIRECT.GET.S.s.c");
  co_await with.ask(api + "DIRECT.GET.S", "{");
  co_await with.ask(api + "STREAM.MSG.DELETE.S", R"({"seq":1})");
  co_await with.ask(api + "STREAM.PURGE.S", R"({"seq":1,"keep":1})");
  co_await with.ask(api + "STREAM.PURGE.S", R"({"filter":"s.b"})");
  co_await with.ask(api + "STREAM.INFO.S");
}

task<> reach_limits(transcript& with) {
  co_await make(with, R"(,"max_msgs":2)");
  for (const char* subject : {"s.a", "s.b", "s.c"}) co_await with.ask(subject, "x");
  co_await with.ask(api + "STREAM.INFO.S");
  co_await with.ask(api + "STREAM.UPDATE.S",
                    R"({"name":"S","subjects":["s.*"],"max_msgs":2,"discard":"new"})");
  co_await with.ask("s.d", "x");
  co_await with.ask(api + "STREAM.UPDATE.S",
                    R"({"name":"S","subjects":["s.*"],"max_bytes":100,"discard":"new"})");
  co_await with.ask("s.d", std::string(60, 'x'));
  co_await with.ask(api + "STREAM.UPDATE.S",
                    R"({"name":"S","subjects":["s.*"],"max_msgs_per_subject":1,"discard":"new",)"
                    R"("discard_new_per_subject":true})");
  co_await with.ask("s.c", "x");
  co_await with.ask("s.d", "x");
  co_await with.ask(api + "STREAM.INFO.S", R"({"subjects_filter":">"})");
}

task<> refuse_pulls(transcript& with) {
  co_await make(with, "",
                R"(,"max_batch":5,"max_expires":90500000000,"max_bytes":1000,"max_waiting":1)");
  co_await pull(with, R"({"batch":6})", 1);
  co_await pull(with, R"({"expires":91000000000})", 1);
  co_await pull(with, R"({"max_bytes":1001})", 1);
  co_await pull(with, R"({"expires":1000000000,"idle_heartbeat":600000000})", 1);
  co_await pull(with, R"({"no_wait":true})", 1);
  co_await pull(with, R"({"batch":3,"expires":1000000000,"idle_heartbeat":400000000})", 0);
  co_await pull(with, "2", 1);
  co_await with.hear(3);  // two heartbeats, and the end
  co_await with.ask(api + "CONSUMER.DELETE.S.C");
}

task<> end_pulls(transcript& with) {
  co_await make(with);
  for (const char* subject : {"s.a", "s.b", "s.c"}) co_await with.ask(subject, "12345");
  co_await pull(with, R"({"batch":5,"no_wait":true})", 4);
  with.changed({2, 12}, "404");
  co_await with.ask("s.d", std::string(500, 'x'));
  co_await pull(with, R"({"batch":2,"expires":5000000000,"max_bytes":100})", 1);
  co_await pull(with, "", 1);
  co_await with.ask(api + "CONSUMER.INFO.S.C");
  co_await pull(with, R"({"batch":2,"expires":30000000000})", 0);
  co_await with.wait_for_pull();
  co_await with.ask(api + "CONSUMER.DELETE.S.C", "", 2);
}

}  // namespace

TEST_SUITE("nats.model_transcript") {
  TEST_CASE("the model manages streams as nats-server does") { compare_servers(manage_streams); }
  TEST_CASE("the model manages consumers as nats-server does") {
    compare_servers(manage_consumers);
  }
  TEST_CASE("the model refuses what nats-server takes from 2.10 on") {
    compare_servers(take_what_2_10_takes);
  }
  TEST_CASE("the model takes, refuses and gives messages as nats-server does") {
    compare_servers(publish);
  }
  TEST_CASE("the model keeps a stream's limits as nats-server does") {
    compare_servers(reach_limits);
  }
  TEST_CASE("the model refuses pulls as nats-server does") { compare_servers(refuse_pulls); }
  TEST_CASE("the model ends pulls as nats-server does") { compare_servers(end_pulls); }
}
