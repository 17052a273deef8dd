// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"

namespace weir::test {

/// The server waits, at the end of each commit, for a standby that does not exist. The commit has
/// taken place by then, and a cancel ends the wait only. To be gone while the server runs.
class absent_standby {
 public:
  absent_standby() { set("= 'nobody'"); }
  absent_standby(const absent_standby&) = delete;
  ~absent_standby() { set("to default"); }

  /// True while a commit waits for it.
  static bool is_awaited() {
    return run_elsewhere(
               "select exists (select from pg_stat_activity where wait_event = 'SyncRep')") == "t";
  }

 private:
  static void set(const std::string& names) {
    run_elsewhere("alter system set synchronous_standby_names " + names);
    run_elsewhere("select pg_reload_conf()");
  }
};

}  // namespace weir::test
