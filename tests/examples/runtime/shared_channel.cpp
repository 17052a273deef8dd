// SPDX-License-Identifier: Apache-2.0
#include "weir/shared_channel.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "weir/runtime.hpp"

namespace {

weir::task<> make_jobs(weir::shared_channel<int>& jobs) {
  for (int job = 1; job <= 100; ++job) co_await jobs.send(job);
  jobs.close();
}

weir::task<> do_jobs(weir::shared_channel<int>& jobs, std::atomic<int>& sum) {
  while (const auto job = co_await jobs.receive()) sum += *job;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("shared_channel: one loop makes jobs, two others do them") {
    weir::shared_channel<int> jobs(8);
    std::atomic<int> sum{0};
    weir::runtime(3).run(
        [&](weir::peers all) { return all.index() == 0 ? make_jobs(jobs) : do_jobs(jobs, sum); });
    CHECK(sum == 5050);
  }
}
