// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/admin.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "http/page_table.hpp"
#include "run.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.admin");

namespace {

/// The pages of a program, without a server in front of them.
class desk {
 public:
  explicit desk(admin_sources from) : pages_(admin_pages(std::move(from))) {}

  http_response ask(std::string_view method, std::string_view path, std::string_view accept = "",
                    std::string_view body = "", bool by_loopback = true) {
    http::request_head head{.method = method, .path = path.substr(0, path.find('?'))};
    if (path.find('?') != path.npos) head.query = path.substr(path.find('?') + 1);
    head.host = "localhost";
    head.accept = accept;
    return pages_.answer(pages_.find(head), {head, body}, by_loopback).response;
  }

 private:
  http::page_table pages_;
};

task<> tell_health() {
  health state;
  std::optional<std::string> nats = "password is hunter2";
  state.add({.name = "nats", .trouble = [&nats] { return nats; }});
  desk pages({.service = "shop", .state = &state});
  CHECK(pages.ask("GET", "/livez").body == "ok\n");
  CHECK(pages.ask("GET", "/livez").status == 200);
  CHECK(pages.ask("GET", "/livez?verbose").body == "[+]loop ok\nlivez check passed\n");
  CHECK(pages.ask("GET", "/startupz").status == 503);
  state.started();
  CHECK(pages.ask("GET", "/startupz").status == 200);
  for (const char* path : {"/readyz", "/ready", "/healthz"}) {
    INFO(path);
    const http_response failed = pages.ask("GET", path);
    CHECK(failed.status == 503);
    CHECK(failed.body ==
          "[+]startup ok\n[-]nats failed: password is hunter2\n[+]drain ok\nreadyz check failed\n");
    const http_response elsewhere = pages.ask("GET", path, "", "", false);
    CHECK(elsewhere.status == 503);
    CHECK(elsewhere.body.find("hunter2") == std::string::npos);
  }
  const http_response json = pages.ask("GET", "/readyz", "application/json");
  CHECK(json.status == 503);
  CHECK(json.content_type == "application/json");
  CHECK(json.body == R"({"service":"shop","question":"readyz","ok":false,"checks":[)"
                     R"({"name":"startup","ok":true,"optional":false},)"
                     R"({"name":"nats","ok":false,"optional":false,)"
                     R"("reason":"password is hunter2"},)"
                     R"({"name":"drain","ok":true,"optional":false}]})"
                     "\n");
  CHECK(pages.ask("GET", "/readyz", "application/json", "", false).body.find("hunter2") ==
        std::string::npos);
  CHECK(pages.ask("GET", "/readyz", "*/*").content_type.starts_with("text/plain"));
  nats.reset();
  CHECK(pages.ask("GET", "/readyz").body == "ok\n");
  co_return;
}

task<> work_the_levers() {
  std::string level = "info";
  int drained = 0;
  const auto set = [&level](std::string_view wanted) {
    if (wanted != "debug" && wanted != "warn") return false;
    level = wanted;
    return true;
  };
  desk pages({.metrics = [](const http_request&) { return http_response{.body = "m 1\n"}; },
              .config = [] { return std::string("url = ***\n"); },
              .log_level = [&level] { return level; },
              .set_log_level = set,
              .drain = [&drained] { ++drained; }});
  CHECK(pages.ask("GET", "/metrics", "", "", false).body == "m 1\n");
  CHECK(pages.ask("GET", "/debug/config").body == "url = ***\n");
  CHECK(pages.ask("GET", "/loglevel").body == "info\n");
  CHECK(pages.ask("PUT", "/loglevel", "", "debug\r\n").body == "debug\n");
  CHECK(level == "debug");
  CHECK(pages.ask("POST", "/loglevel?level=warn").status == 200);
  CHECK(level == "warn");
  CHECK(pages.ask("POST", "/loglevel", "", "loud").status == 400);
  CHECK(pages.ask("GET", "/drain").status == 405);
  CHECK(drained == 0);
  CHECK(pages.ask("POST", "/drain").status == 202);
  CHECK(pages.ask("GET", "/debug/tasks").body.find("1 running") != std::string::npos);
  for (const auto& [method, path] :
       {std::pair("POST", "/drain"), std::pair("PUT", "/loglevel"), std::pair("GET", "/loglevel"),
        std::pair("GET", "/debug/tasks"), std::pair("GET", "/debug/config")}) {
    INFO(path);
    CHECK(pages.ask(method, path, "", "debug", false).status == 403);
  }
  CHECK(drained == 1);
  CHECK(level == "warn");
  co_return;
}

std::string address(std::string_view listen) {
  try {
    const auto found = parse_admin_address(listen);
    return found ? found->ip + ' ' + std::to_string(found->port) : "off";
  } catch (const error& refused) {
    CHECK(refused.message().find("'" + std::string(listen) + "'") != std::string::npos);
    return "refused";
  }
}

}  // namespace

TEST_CASE("health is told by the status, in text or JSON, and why on this host only") {
  run_virtually(tell_health);
}

TEST_CASE("the level is changed and the drain begun on this host only") {
  run_virtually(work_the_levers);
}

TEST_CASE("what nobody provides is not there") {
  run_virtually([]() -> task<> {
    desk pages(admin_sources{});
    for (const char* path : {"/livez", "/metrics", "/debug/config", "/loglevel", "/drain"}) {
      INFO(path);
      CHECK(pages.ask("GET", path).status == 404);
    }
    co_return;
  });
}

TEST_CASE("an address is numbers with a port, or off") {
  CHECK(address("127.0.0.1:8080") == "127.0.0.1 8080");
  CHECK(address("0.0.0.0:0") == "0.0.0.0 0");
  CHECK(address("[::1]:8080") == "::1 8080");
  CHECK(address("off") == "off");
  CHECK(address("") == "off");
  for (const char* wrong :
       {"127.0.0.1", ":8080", "8080", "localhost:8080", "127.0.0.1:", "::1:80", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:80 ", "[127.0.0.1]:80", "[::1]80", "on"}) {
    INFO(wrong);
    CHECK(address(wrong) == "refused");
  }
}

TEST_SUITE_END();
