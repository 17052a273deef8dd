// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "planted.hpp"
#include "private_servers.hpp"

TEST_SUITE_BEGIN("crash.planted");

using weir::test::mistake;

TEST_CASE("a sound program is left alone") {
  weir::test::private_servers servers;

  const auto report = weir::test::crash_sweep(planted(mistake::none), servers.both);

  INFO(to_string(report));
  CHECK(report.findings.empty());
  CHECK(report.points > 20);
  CHECK(report.tried > 2 * report.points);
}

TEST_CASE("every planted mistake is found") {
  weir::test::private_servers servers;
  for (const mistake which :
       {mistake::ack_first, mistake::no_inbox, mistake::inbox_in_memory, mistake::inbox_before,
        mistake::inbox_after, mistake::publish_after_ack, mistake::publish_before_commit,
        mistake::outbox_deleted_first, mistake::fresh_event_ids, mistake::relay_newest_first,
        mistake::unknown_commit_is_success, mistake::errors_are_acknowledged,
        mistake::term_before_dead_letter}) {
    const auto report = weir::test::crash_sweep(planted(which), servers.both);
    INFO(name_of(which), ": ", to_string(report));
    CHECK(!report.findings.empty());
  }
}

TEST_SUITE_END();
