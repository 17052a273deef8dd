// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/admin.hpp"

#include <charconv>
#include <memory>

#include "weir/error.hpp"
#include "weir/event/json.hpp"
#include "weir/loop.hpp"
#include "weir/socket_address.hpp"

namespace weir {
namespace {

constexpr std::string_view json_type = "application/json";
/// Of the task tree: looking at more would hold the loop for longer than a page should.
constexpr std::size_t shown_tasks = 2000;

/// The form of a report as JSON; its names are what tools read.
struct check_in_json {
  std::string name;
  bool ok;
  bool optional;
  std::optional<std::string> reason;
};
struct report_in_json {
  std::string service;
  std::string question;
  bool ok;
  std::vector<check_in_json> checks;
};

/// An error's text may hold any bytes, JSON only UTF-8.
std::string plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = '?';
  }
  return text;
}

http_response answer(const health_report& report, const http_request& asked,
                     const std::string& service) {
  http_response made{.status = report.is_well() ? 200 : 503};
  if (asked.likes(json_type) > asked.likes("text/plain")) {
    made.content_type = json_type;
    made.body = to_json(report, service, asked.is_from_this_host) + '\n';
  } else if (report.is_well() && !asked.asks_for("verbose")) {
    made.body = "ok\n";
  } else {
    made.body = report.describe(asked.is_from_this_host);
  }
  return made;
}

using ask_health = health_report (health::*)() const;

http_page health_page(std::string path, ask_health question, const admin_sources& from) {
  return {
      .path = std::move(path),
      .handler = [question, state = from.state, service = from.service](const http_request& asked) {
        return answer((state->*question)(), asked, service);
      }};
}

http_response show_tasks(const http_request&) {
  const loop& here = loop::current();
  return {.body = format_tasks(here.tasks(shown_tasks), here.counters().tasks_alive)};
}

http_response set_level(const std::function<bool(std::string_view)>& set,
                        const http_request& asked) {
  std::string_view level = asked.body;
  while (level.ends_with('\n') || level.ends_with('\r')) level.remove_suffix(1);
  if (level.empty()) level = asked.parameter("level");
  if (!set(level)) return {.status = 400, .body = "there is no such level\n"};
  return {.body = std::string(level) + '\n'};
}

void add_log_level(std::vector<http_page>& pages, const admin_sources& from) {
  constexpr std::string_view path = "/loglevel";
  if (from.log_level) {
    pages.push_back(
        {.path = std::string(path),
         .handler = [level = from.log_level](
                        const http_request&) { return http_response{.body = level() + '\n'}; },
         .for_this_host = true});
  }
  if (!from.set_log_level) return;
  for (const http_method method : {http_method::put, http_method::post}) {
    pages.push_back({.method = method,
                     .path = std::string(path),
                     .handler = [set = from.set_log_level](
                                    const http_request& asked) { return set_level(set, asked); },
                     .for_this_host = true});
  }
}

[[noreturn]] void refuse_address(std::string_view listen) {
  throw error(errc::invalid_argument, disposition::permanent,
              "the pages cannot listen on '" + std::string(listen) +
                  "'; it must look like 127.0.0.1:8080 or [::1]:8080, with port 0 for one that is "
                  "free, or be off");
}

}  // namespace

std::optional<admin_address> parse_admin_address(std::string_view listen) {
  if (listen.empty() || listen == "off") return std::nullopt;
  const std::size_t colon = listen.rfind(':');
  if (colon == listen.npos) refuse_address(listen);
  std::string_view ip = listen.substr(0, colon);
  const std::string_view port = listen.substr(colon + 1);
  const bool has_brackets = ip.starts_with('[') && ip.ends_with(']');
  if (has_brackets) ip = ip.substr(1, ip.size() - 2);
  admin_address found{.ip = std::string(ip)};
  const auto read = std::from_chars(port.begin(), port.end(), found.port);
  const bool is_number = read.ec == std::errc() && read.ptr == port.end();
  const bool is_6 = ip.find(':') != ip.npos;
  const bool is_address = socket_address::of_ip(ip, found.port).has_value();
  if (!is_number || !is_address || is_6 != has_brackets) refuse_address(listen);
  return found;
}

std::vector<http_page> admin_pages(admin_sources from) {
  std::vector<http_page> pages;
  if (from.state != nullptr) {
    pages.push_back(health_page("/livez", &health::live, from));
    for (const char* path : {"/readyz", "/ready", "/healthz"}) {
      pages.push_back(health_page(path, &health::ready, from));
    }
    pages.push_back(health_page("/startupz", &health::startup, from));
  }
  if (from.metrics) pages.push_back({.path = "/metrics", .handler = std::move(from.metrics)});
  pages.push_back({.path = "/debug/tasks", .handler = show_tasks, .for_this_host = true});
  if (from.config) {
    pages.push_back(
        {.path = "/debug/config",
         .handler = [config = std::move(from.config)](
                        const http_request&) { return http_response{.body = config()}; },
         .for_this_host = true});
  }
  add_log_level(pages, from);
  if (from.drain) {
    pages.push_back({.method = http_method::post,
                     .path = "/drain",
                     .handler =
                         [drain = std::move(from.drain)](const http_request&) {
                           drain();
                           return http_response{.status = 202, .body = "drains\n"};
                         },
                     .for_this_host = true});
  }
  return pages;
}

std::string to_json(const health_report& report, std::string_view service, bool with_reasons) {
  report_in_json told{.service = plain(std::string(service)),
                      .question = report.question,
                      .ok = report.is_well(),
                      .checks = {}};
  for (const auto& fact : report.facts) {
    std::optional<std::string> reason;
    if (fact.trouble && with_reasons) reason = plain(*fact.trouble);
    told.checks.push_back({plain(fact.name), fact.is_well(), fact.is_optional, std::move(reason)});
  }
  return json::encode(told);
}

}  // namespace weir
