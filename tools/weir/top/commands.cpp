// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "examples.hpp"
#include "exit_code.hpp"
#include "http_get.hpp"
#include "print_view.hpp"
#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace weir::tools {
namespace {

constexpr auto answer_limit = std::chrono::seconds(3);
constexpr const char* own_service = "http://127.0.0.1:8080/metrics";
constexpr const char* clear_screen = "\x1b[H\x1b[2J";

constexpr const char* details =
    "Reads the metrics of services again and again, and says for each what became of it in\n"
    "between: rate, latency, lag, loop, and the stage that holds it back. Where standard output "
    "is\n"
    "no terminal, or with --once, that is printed once. Ctrl-C ends it.\n"
    "\n"
    "Exits 0, or 1 when a service does not answer or is held back (with --once or --json), 3 when\n"
    "none answers.\n\n";

struct request {
  std::vector<std::string> urls;
  double seconds = 1;
  bool once = false;
  bool json = false;
};

/// One service, and what it said last.
struct watched {
  std::string url;
  std::optional<top::scrape> last = {};
  time_point last_at{};
  std::string failure = {};
};

task<top::shown_service> look(watched& at) {
  top::shown_service shown{.url = at.url};
  const auto page = co_await http_get(at.url, answer_limit).as_result();
  if (!page.has_value()) {
    at.last.reset();
    shown.failure = page.error().message();
    co_return shown;
  }
  top::scrape now = top::parse_metrics(*page);
  const time_point read_at = loop::current().now();
  if (!now.has("weir_messages_acked_total")) {
    shown.failure = "it answers, but has no metrics of a weir service; is it the right page?";
  } else if (at.last) {
    const double span = std::chrono::duration<double>(read_at - at.last_at).count();
    shown.view = top::compare(*at.last, now, span);
  } else {
    shown.view = top::compare(now, now, 1);
  }
  at.last = std::move(now);
  at.last_at = read_at;
  co_return shown;
}

task<std::vector<top::shown_service>> look_at_all(std::vector<watched>& all) {
  std::vector<top::shown_service> shown;
  for (watched& one : all) shown.push_back(co_await look(one));
  co_return shown;
}

int code_of(const std::vector<top::shown_service>& all) {
  std::size_t silent = 0;
  bool is_held_back = false;
  for (const top::shown_service& one : all) {
    if (!one.failure.empty()) ++silent;
    is_held_back = is_held_back || top::judge(one.view).at != top::stage::none;
  }
  if (silent == all.size()) return exit_failed;
  return silent > 0 || is_held_back ? exit_findings : exit_good;
}

task<int> watch(request what) {
  std::vector<watched> all;
  for (const std::string& url : what.urls) all.push_back({.url = url});
  const auto pause =
      std::chrono::duration_cast<duration>(std::chrono::duration<double>(what.seconds));
  co_await look_at_all(all);  // What the first rates are counted from.
  for (;;) {
    co_await sleep(pause);
    const auto shown = co_await look_at_all(all);
    if (what.json) {
      std::cout << top::json_of(shown) << std::flush;
    } else {
      std::cout << (what.once ? "" : clear_screen) << top::text_of(shown) << std::flush;
    }
    if (what.once) co_return code_of(shown);
  }
}

int run(request what) {
  if (what.urls.empty()) what.urls.emplace_back(own_service);
  for (const std::string& url : what.urls) {
    if (!parse_http_address(url)) {
      throw error(errc::invalid_argument, disposition::permanent,
                  "'" + url + "' is no address; it looks like " + own_service);
    }
  }
  what.once = what.once || isatty(STDOUT_FILENO) == 0;
  loop home;
  return home.run(watch(std::move(what)));
}

}  // namespace

void add_top_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf =
      *under.add_subcommand("top", "Shows how running services do, and what holds them back.");
  set_examples(leaf, {"weir top", "weir top http://10.0.0.7:8080/metrics --once --json"});
  leaf.footer(details + under.get_footer());
  leaf.add_option("URL", what->urls, std::string("their metrics; ") + own_service + " without one");
  leaf.add_option("--every", what->seconds, "seconds between two looks")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  leaf.add_flag("--once", what->once, "prints one look and ends");
  leaf.add_flag("--json", what->json, "a line of JSON for each service and look");
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
