// SPDX-License-Identifier: Apache-2.0
#include "server_watch.hpp"

#include <fmt/format.h>

#include "line_splitter.hpp"
#include "servers/server_error.hpp"
#include "weir/error.hpp"
#include "weir/poll.hpp"

namespace weir::dev {
namespace {

/// How a server ended whose end descriptor was readable; empty where it still runs.
std::string ending_of(servers::private_server& ended) {
  try {
    return ended.is_running() ? std::string() : ended.ending();
  } catch (const servers::server_error&) {
    return "its guard (weir-guard) is gone, and the kernel killed it";
  }
}

void show_log(const servers::private_server& of, console& out) {
  line_splitter lines([&out](std::string_view line) { out.line("log", line); });
  lines.add(servers::last_lines(of.log_file()));
  lines.finish();
}

std::string remedy(const servers::private_server& of) {
  if (!of.is_kept()) {
    return "Its data and its log go with it; --keep FOLDER lets them stay. The same command begins "
           "anew";
  }
  return "Its whole log is " + of.log_file().string() +
         "; its data stay, and the same command goes on with them";
}

}  // namespace

task<> watch_server(servers::private_server& watched, std::string name, console& out) {
  std::string ending;
  while (ending.empty()) {
    co_await poll(watched.end_descriptor(), POLLIN);
    ending = ending_of(watched);
  }
  out.say(fmt::format("{} ended by itself: {}; its log ends:", name, ending));
  show_log(watched, out);
  throw error(errc::unavailable, disposition::permanent,
              fmt::format("{} on 127.0.0.1:{} ended by itself: {}; the end of its log is above. {}",
                          name, watched.port(), ending, remedy(watched)));
}

}  // namespace weir::dev
