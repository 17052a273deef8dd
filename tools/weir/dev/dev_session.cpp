// SPDX-License-Identifier: Apache-2.0
#include "dev_session.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "builder.hpp"
#include "event_feed.hpp"
#include "run_service.hpp"
#include "server_watch.hpp"
#include "source_watch.hpp"
#include "weir/error.hpp"
#include "weir/when_any.hpp"

namespace weir::dev {
namespace {

constexpr std::size_t paths_shown_max = 3;

std::string text_of(const std::set<std::string>& changed) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& path : changed) {
    if (path.empty()) return "changes were lost, so all is looked at";
    if (++shown > paths_shown_max) break;
    text += (text.empty() ? "" : ", ") + path;
  }
  const bool is_all = changed.size() <= paths_shown_max;
  return text + (is_all ? "" : fmt::format(" and {} more", changed.size() - paths_shown_max)) +
         " changed";
}

/// The rounds of change, build and restart.
class rounds {
 public:
  rounds(project in, std::string wanted, surroundings around, console& out)
      : project_(std::move(in)),
        wanted_(std::move(wanted)),
        out_(out),
        watch_(project_.root),
        builder_(project_, out),
        service_(std::move(around), out) {}

  task<> run() {
    // Before the build, so that what changes during it is seen.
    co_await watch_.open();
    out_.say(fmt::format("watches {} folders of {}", watch_.folders(), project_.root.string()));
    for (;;) {
      co_await build_and_start();
      out_.say(text_of(co_await watch_.next()));
    }
  }

  /// Drains the program.
  task<> end() {
    co_await builder_.stop();
    co_await service_.stop();
    co_await service_.close();
  }

 private:
  task<> build_and_start() {
    const auto built = co_await builder_.build(wanted_).as_result();
    if (!built.has_value()) {
      // What is wrong from the beginning is the command line's; later on it is the sources'.
      if (!was_built_ || built.error().is_cancelled()) throw built.error();
      out_.say("error: " + built.error().message());
    }
    if (!built.has_value() || !*built) {
      out_.say(service_.is_running() ? "the build failed; the program from before runs on"
                                     : "the build failed; it is tried again upon the next change");
      co_return;
    }
    was_built_ = true;
    co_await service_.stop();
    service_.start(**built, project_.folder);
  }

  const project project_;
  const std::string wanted_;
  console& out_;
  source_watch watch_;
  builder builder_;
  run_service service_;
  bool was_built_ = false;
};

task<> until(tools::interruption& stop) { co_await stop.wanted.wait(); }

}  // namespace

task<> develop(project in, std::string wanted, private_servers& own, surroundings around,
               tools::interruption& stop, console& out) {
  nats::connection_options options;
  options.url = around.nats_url;
  options.name = "weir dev";
  nats::connection link(std::move(options));
  std::exception_ptr failure;
  rounds work(std::move(in), std::move(wanted), std::move(around), out);
  try {
    event_feed events(link, out);
    co_await when_any(work.run(), events.run(), watch_server(own.nats, "nats-server", out),
                      watch_server(own.postgres, "PostgreSQL", out), until(stop));
  } catch (...) {
    failure = std::current_exception();
  }
  if (stop.is_wanted()) out.say("ends; once more, and it ends at once");
  co_await work.end();
  co_await link.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace weir::dev
