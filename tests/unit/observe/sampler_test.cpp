// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/sampler.hpp"

#include <doctest/doctest.h>

#include "runtime/run.hpp"
#include "weir/error.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.sampler");

namespace {

trace_context with_id(std::string_view second_half) {
  return *trace_context::parse("00-0af7651916cd43dd" + std::string(second_half) +
                               "-b7ad6b7169203331-00");
}

const trace_context lowest = with_id("0000000000000001");
const trace_context highest = with_id("ffffffffffffffff");

std::string refusal(std::string_view name, std::string_view argument = {}) {
  try {
    return "takes " + sampler::from_name(name, argument).describe();
  } catch (const error& refused) {
    CHECK(refused.is(errc::invalid_argument));
    return refused.message();
  }
}

}  // namespace

TEST_CASE("a sampler without a parent's decision records all, nothing, or a share of the ids") {
  for (const std::string prefix : {"", "parentbased_"}) {
    CAPTURE(prefix);
    CHECK(sampler::from_name(prefix + "always_on").records(highest, nullptr));
    CHECK_FALSE(sampler::from_name(prefix + "always_off").records(lowest, nullptr));
    const sampler half = sampler::from_name(prefix + "traceidratio", "0.5");
    CHECK(half.records(lowest, nullptr));
    CHECK(half.records(with_id("7fffffffffffffff"), nullptr));
    CHECK_FALSE(half.records(with_id("8000000000000000"), nullptr));
    CHECK_FALSE(half.records(highest, nullptr));
  }
}

TEST_CASE("a share of 0 records nothing, one of 1 everything, and 1 is what stands for none") {
  CHECK_FALSE(sampler::from_name("traceidratio", "0").records(lowest, nullptr));
  CHECK(sampler::from_name("traceidratio", "1").records(highest, nullptr));
  CHECK(sampler::from_name("traceidratio").records(highest, nullptr));
  CHECK(sampler().records(highest, nullptr));
}

TEST_CASE("a parentbased sampler does as the parent does, the others do not ask it") {
  trace_context recorded = lowest;
  recorded.sampled = true;
  trace_context other = lowest;
  for (const std::string name :
       {"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}) {
    CAPTURE(name);
    const sampler asks = sampler::from_name(name, "0.5");
    CHECK(asks.records(highest, &recorded));
    CHECK_FALSE(asks.records(lowest, &other));
  }
  CHECK(sampler::from_name("always_on").records(highest, &other));
  CHECK_FALSE(sampler::from_name("always_off").records(lowest, &recorded));
  CHECK_FALSE(sampler::from_name("traceidratio", "0.5").records(highest, &recorded));
}

TEST_CASE("a batch with a recorded message is recorded by who asks parents") {
  CHECK(sampler::from_name("parentbased_always_off").records(highest, nullptr, true));
  CHECK_FALSE(sampler::from_name("always_off").records(highest, nullptr, true));
}

TEST_CASE("of many traces about the share is recorded, and the smaller share within the larger") {
  run_virtually([]() -> task<> {
    constexpr int count = 100'000;
    const sampler few = sampler::from_name("traceidratio", "0.01");
    const sampler more = sampler::from_name("traceidratio", "0.02");
    int recorded = 0;
    int only_by_few = 0;
    for (int at = 0; at < count; ++at) {
      const trace_context trace = trace_context::begin();
      const bool is_recorded = few.records(trace, nullptr);
      recorded += is_recorded ? 1 : 0;
      only_by_few += is_recorded && !more.records(trace, nullptr) ? 1 : 0;
    }
    // Ten times the standard deviation.
    CHECK(recorded > 700);
    CHECK(recorded < 1300);
    CHECK(only_by_few == 0);
    co_return;
  });
}

TEST_CASE("a sampler says in a line what it does") {
  CHECK(sampler().describe() == "parentbased_always_on");
  CHECK(sampler::from_name("always_off").describe() == "always_off");
  CHECK(sampler::from_name("parentbased_traceidratio", "0.010").describe() ==
        "parentbased_traceidratio 0.01");
}

TEST_CASE("an unknown sampler and a share that is none are refused with what would be right") {
  CHECK(refusal("sometimes").find("weir knows always_on") != std::string::npos);
  CHECK(refusal("parentbased_jaeger_remote").find("OTEL_TRACES_SAMPLER is 'parentbased_") == 0);
  for (const char* share : {"1.5", "-0.1", "1%", "half", "nan", "0.5 ", "inf"}) {
    CAPTURE(share);
    CHECK(refusal("traceidratio", share).find("from 0 to 1") != std::string::npos);
  }
}

TEST_SUITE_END();
