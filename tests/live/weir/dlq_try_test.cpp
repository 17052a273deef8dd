// SPDX-License-Identifier: Apache-2.0
// `weir dlq try`, from the command through the service's program to its exit code.
#include <sys/wait.h>

#include <cstdio>

#include "fixture.hpp"

TEST_SUITE_BEGIN("weir.dlq_try");

using namespace weir;
using namespace weir::test;

namespace {

struct ending {
  int code = -1;
  std::string output;
};

/// Runs the command; its other arguments are plain words.
ending run_try(post_office& in, const std::string& arguments) {
  // Of a server that is in no use where --nats says another one.
  const std::string line = std::string("WEIR_NATS__URL=nats://127.0.0.1:1 ") + WEIR_COMMAND +
                           " dlq try --nats " + in.url() + " " + arguments + " 2>&1";
  std::FILE* const child = popen(line.c_str(), "r");
  REQUIRE(child != nullptr);
  ending seen;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, child)) {
    seen.output.append(part, size);
  }
  const int status = pclose(child);
  REQUIRE(WIFEXITED(status));
  seen.code = WEXITSTATUS(status);
  return seen;
}

const std::string by_billing = " --service " BILLING_PROGRAM;

hand_written order(const std::string& body) {
  hand_written made;
  made.body = body;
  return made;
}

task<> tries(post_office& in) {
  co_await in.write(order(R"({"id":7})"));
  co_await in.write(order(R"({"id":13})"));
  hand_written of_others = order(R"({"id":7})");
  of_others.more.emplace_back("Weir-Consumer", "shipping");
  co_await in.write(of_others);

  const ending good = run_try(in, "1" + by_billing);
  CHECK(good.output ==
        "DLQ_ORDERS:1: message ORDERS:1 on orders.created\n"
        "billing succeeds\n"
        "event on orders.billed\n"
        "  {\"order\":7}\n"
        "Nothing of it was stored or published.\n");
  CHECK(good.code == 0);

  const ending bad = run_try(in, "DLQ_ORDERS:2 --json" + by_billing);
  CHECK(bad.output ==
        R"({"tried":"DLQ_ORDERS:2","stream":"ORDERS","sequence":1,"subject":"orders.created",)"
        R"("consumer":"billing","succeeds":false,"is_outdated":false,)"
        R"("failure":{"cause":"no customer 13",)"
        R"("error_code":"weir:8","disposition":"permanent"},"tables":[],"events":[]})"
        "\n");
  CHECK(bad.code == 1);

  const ending foreign = run_try(in, "3" + by_billing);
  CHECK(contains(foreign.output, "a letter of consumer shipping"));
  CHECK(foreign.code == 2);
  const ending absent = run_try(in, "9" + by_billing);
  CHECK(contains(absent.output, "there is no message DLQ_ORDERS:9"));
  CHECK(absent.code == 3);
  const ending nobody = run_try(in, "1 --service ./no-such-program");
  CHECK(contains(nobody.output, "./no-such-program"));
  CHECK(nobody.code == 3);
  const ending more = run_try(in, "1" + by_billing + " -- --describe");
  CHECK(contains(more.output, "excludes"));
  CHECK(more.code == 2);

  const auto letters = co_await in.count("DLQ_ORDERS");
  const auto orders = co_await in.count("ORDERS");
  CHECK(letters == 3);
  CHECK(orders == 0);
}

/// A letter with the beginning of its message.
task<> tries_the_whole(post_office& in) {
  co_await in.publish("orders.created", R"({"id":7})");
  const auto original = co_await in.js().get_message("ORDERS", 1);
  hand_written cut = order(R"({"i)");
  cut.published_at = to_rfc3339(original.time);
  cut.more.emplace_back("Weir-Body-Bytes", "8");
  co_await in.write(cut);
  const ending whole = run_try(in, "1" + by_billing);
  CHECK(contains(whole.output, "billing succeeds\nevent on orders.billed\n  {\"order\":7}\n"));
  CHECK(whole.code == 0);

  co_await in.js().delete_message("ORDERS", 1);
  const ending gone = run_try(in, "1" + by_billing);
  CHECK(contains(gone.output, "has only the beginning of its message"));
  CHECK(gone.code == 3);
}

}  // namespace

TEST_CASE("of a letter that is cut the message is tried, where its stream still has it") {
  post_office::open(tries_the_whole);
}

TEST_CASE("a letter is tried by the program of its service, whose exit code is given on") {
  post_office::open(tries);
}

TEST_SUITE_END();
