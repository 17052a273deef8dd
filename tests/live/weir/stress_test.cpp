// SPDX-License-Identifier: Apache-2.0
// `weir stress` against a server, and against a service made of a subscription.
#include <filesystem>
#include <fstream>

#include "command.hpp"
#include "fixture.hpp"
#include "servers/sandbox.hpp"
#include "stress/load.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/scope.hpp"

TEST_SUITE_BEGIN("weir.stress_load");

using namespace weir;
using namespace weir::test;
using tools::load_request;
using tools::stress_report;

namespace {

constexpr auto tick = 100ms;

load_request request(std::vector<tools::load_phase> phases) {
  load_request wanted;
  wanted.subject = "orders.created";
  wanted.body = tools::body_template(R"({"id":{{sequence}}})");
  wanted.phases = std::move(phases);
  return wanted;
}

void nobody(const tools::load_status&) {}

task<> confirms(post_office& in) {
  tools::interruption stop;
  std::uint64_t told = 0;
  const auto count = [&told](const tools::load_status& now) { told = now.planned; };
  const auto wanted = request({{.span = 1s, .rate = 200}, {.span = 1s, .rate = 400}});
  const stress_report report = co_await tools::run_load(in.link(), wanted, stop, tick, count);
  CHECK(report.is_good());
  CHECK(report.phases[0].confirmed == 200);
  CHECK(report.phases[1].confirmed == 400);
  CHECK(report.total().confirmation.count() == 600);
  CHECK(told == 600);
  const auto stored = co_await in.count("ORDERS");
  CHECK(stored == 600);
}

/// A service that drops every tenth message.
task<> answer(post_office& in, nats::subscription& from) {
  std::uint64_t seen = 0;
  const nats::subject to("shipped");
  while (const auto next = co_await from.next()) {
    if (++seen % 10 == 0) continue;
    nats::headers with;
    with.add("Weir-Causation-Id", *next->header("Nats-Msg-Id"));
    co_await in.link().publish(to, next->payload(), with);
  }
}

task<> waits_for_events(post_office& in) {
  for (const char* const by : {"header:Weir-Causation-Id", "field:id"}) {
    nats::subscription orders(in.link(), nats::subject_pattern("orders.created"));
    scope service;
    service.spawn(answer(in, orders));
    tools::interruption stop;
    auto wanted = request({{.span = 1s, .rate = 100}});
    wanted.until_event = "shipped";
    wanted.by = *tools::parse_correlation_key(by);
    wanted.patience = 200ms;
    const stress_report report = co_await tools::run_load(in.link(), wanted, stop, tick, nobody);
    co_await service.close();
    CHECK(report.total().confirmed == 100);
    CHECK(report.total().events == 90);
    CHECK(report.unanswered == 10);
    CHECK(report.unrelated == 0);
    CHECK_FALSE(report.is_good());
  }
}

task<> counts_failures(post_office& in) {
  nats::stream_config tiny;
  tiny.name = "TINY";
  tiny.subjects = {"tiny"};
  tiny.max_messages = 5;
  tiny.discard = nats::discard_policy::new_messages;
  co_await in.js().ensure_stream(tiny);
  tools::interruption stop;
  auto wanted = request({{.span = 1s, .rate = 20}});
  wanted.subject = "tiny";
  const stress_report report = co_await tools::run_load(in.link(), wanted, stop, tick, nobody);
  CHECK(report.total().confirmed == 5);
  CHECK(report.total().failed == 15);
  CHECK(report.failures.size() == 1);
  CHECK_FALSE(report.is_good());
}

task<> ends_early(post_office& in) {
  tools::interruption stop;
  auto wanted = request({{.span = 3600s, .rate = 10}});
  const auto stop_it = [&stop](const tools::load_status&) { stop.wanted.set(); };
  const stress_report report = co_await tools::run_load(in.link(), wanted, stop, tick, stop_it);
  CHECK(report.was_stopped);
  CHECK(report.total().sent < 36'000);
  wanted.subject = "nobody.keeps";
  tools::interruption on;
  const auto refused = co_await error_of(tools::run_load(in.link(), wanted, on, tick, nobody));
  CHECK(refused.is(errc::not_found));
}

std::string text_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

task<> writes_files(post_office& in) {
  const servers::sandbox box("stress");
  const std::string at = box.path().string();
  const ending good =
      run_command(in,
                  "stress orders.created --phase 1s@50 --phase 1s@100 --watch ORDERS:none "
                  "--json " +
                      at + "/r.json --hgrm " + at + "/r.hgrm --html " + at + "/r.html");
  CHECK(good.code == 0);
  CHECK(contains(good.output, "in flight"));
  CHECK(contains(good.output, "\nPHASE        SENT"));
  CHECK(contains(text_in(box.path() / "r.json"), R"("good":true)"));
  CHECK(contains(text_in(box.path() / "r.hgrm"), "Total count = 150]"));
  CHECK(contains(text_in(box.path() / "r.html"), "</body></html>"));
  const ending wrong = run_command(in, "stress orders.created --phase 1s");
  CHECK(wrong.code == 2);
  const ending unwritable = run_command(in, "stress orders.created --json " + at + "/no/r.json");
  CHECK(unwritable.code == 2);
  co_return;
}

/// A service's own servers fail under it, and every order has its event all the same.
void fails_and_recovers() {
  const servers::sandbox box("stress");
  const std::string body = box.write("order.json", R"({"order_id":"{{uuid}}","user_id":"{{uuid}}",)"
                                                   R"("amount_cents":1250,"created_at":"{{now}}"})")
                               .string();
  const std::string json = (box.path() / "r.json").string();
  const std::string line = WEIR_COMMAND " stress orders.created --file " + body +
                           " --service " ORDER_PROCESSOR
                           " --rate 100 --for 6s "
                           "--until-event orders.processed --patience 60s";
  const ending good = run_line(line + " --json " + json +
                               " --fault 1s@kill-nats --fault 3s@pause-postgres "
                               "--fault 4s@pause-service");
  INFO(good.output);
  CHECK(good.code == 0);
  CHECK(contains(good.output, "\nfault: kill-nats from "));
  CHECK(contains(good.output, "\nfault: pause-postgres from "));
  CHECK(contains(good.output, "\nfault: pause-service from "));
  CHECK(contains(text_in(json), R"("events":600)"));

  const ending late = run_line(line + " --fault 7s@kill-nats");
  CHECK(late.code == 2);
  CHECK(contains(late.output, "comes after the end of the load"));
  const ending alone = run_line(WEIR_COMMAND " stress orders.created --fault 1s@kill-nats");
  CHECK(alone.code == 2);
  const ending none = run_line(WEIR_COMMAND " stress orders.created --service /no/program");
  CHECK(none.code == 2);
  const ending wrong = run_line(WEIR_COMMAND " stress orders.created --service /bin/false");
  CHECK(wrong.code == 3);
  CHECK(contains(wrong.output, "false ended by itself, with exit code 1"));
}

}  // namespace

TEST_CASE("a service is loaded while its servers fail, and what cannot be is refused") {
  fails_and_recovers();
}
TEST_CASE("a load sends all that is due, phase by phase, and counts what was confirmed") {
  post_office::open(confirms);
}
TEST_CASE("a load finds the results of its messages, and tells how many have none") {
  post_office::open(waits_for_events);
}
TEST_CASE("a load goes on when messages are refused, and tells why they were") {
  post_office::open(counts_failures);
}
TEST_CASE("a load ends when the operator wants it, and begins only where a stream confirms") {
  post_office::open(ends_early);
}
TEST_CASE("a load as a command writes its reports") { post_office::open(writes_files); }

TEST_SUITE_END();
