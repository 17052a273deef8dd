// SPDX-License-Identifier: Apache-2.0
#include "http/page_table.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "http/response_text.hpp"
#include "weir/error.hpp"

namespace weir::http {
namespace {

http_page page(std::string path, http_method method = http_method::get) {
  return {.method = method, .path = std::move(path), .handler = [](const http_request& asked) {
            return http_response{.body = std::string(asked.path) + '?' + std::string(asked.query)};
          }};
}

page_table table() {
  http_page guarded = page("/secret");
  guarded.for_this_host = true;
  http_page broken = page("/broken");
  broken.handler = [](const http_request&) -> http_response {
    throw std::runtime_error("hunter2");
  };
  return page_table({page("/a"), page("/a", http_method::put), page("/b"), std::move(guarded),
                     std::move(broken)});
}

page_answer ask(request_head head, bool by_loopback = true) {
  if (head.method.empty()) head.method = "GET";
  page_table pages = table();
  return pages.answer(pages.find(head), {head, {}}, by_loopback);
}

double liked(std::string_view accept, std::string_view type) {
  return http_request{.path = "/", .accept = accept}.likes(type);
}

std::string refusal(std::vector<http_page> pages) {
  try {
    const page_table made(std::move(pages));
  } catch (const error& refused) {
    return refused.message();
  }
  return {};
}

TEST_SUITE("observe.page_table") {
  TEST_CASE("a page is found by its whole path and its method") {
    CHECK(ask({.path = "/a", .query = "x=1"}).response.body == "/a?x=1");
    CHECK(ask({.path = "/a"}).is_of_page);
    CHECK(ask({.method = "HEAD", .path = "/a"}).response.status == 200);
    CHECK(ask({.method = "PUT", .path = "/a"}).response.status == 200);
    for (const std::string_view path : {"/", "/A", "/a/", "//a", "/a%20", "/%61", "/a/../b"}) {
      INFO(path);
      CHECK(ask({.path = path}).response.status == 404);
    }
    CHECK_FALSE(ask({.path = "/c"}).is_of_page);
  }

  TEST_CASE("a wrong method is told the right ones; one that nobody knows is another error") {
    const page_answer wrong = ask({.method = "POST", .path = "/a"});
    CHECK(wrong.response.status == 405);
    CHECK(wrong.allow == "GET, HEAD, PUT");
    CHECK(ask({.method = "TRACE", .path = "/b"}).allow == "GET, HEAD");
    CHECK(ask({.method = "DELETE", .path = "/c"}).response.status == 404);
    CHECK(ask({.method = "get", .path = "/a"}).response.status == 501);
  }

  TEST_CASE("a page for this host is for nobody else, nor for who asks in another's place") {
    for (const std::string_view host :
         {"localhost", "LocalHost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:80", "[::1]"}) {
      INFO(host);
      CHECK(ask({.path = "/secret", .host = host}).response.status == 200);
      CHECK(ask({.path = "/secret", .host = host}, false).response.status == 403);
      CHECK(ask({.path = "/secret", .host = host, .is_for_another = true}).response.status == 403);
    }
    for (const std::string_view host :
         {"shop.example", "127.0.0.1.example", "10.0.0.1", "", "[::2]", "localhost.example"}) {
      INFO(host);
      CHECK(ask({.path = "/secret", .host = host}).response.status == 403);
    }
    CHECK(ask({.path = "/secret", .is_1_0 = true}).response.status == 200);
  }

  TEST_CASE("a peer is on this host by its address") {
    for (const std::string_view peer :
         {"127.0.0.1:4", "127.9.9.9:4", "[::1]:4", "[::ffff:127.0.0.1]:4"}) {
      INFO(peer);
      CHECK(is_from_loopback(peer));
    }
    for (const std::string_view peer : {"10.0.0.1:4", "[::2]:4", "[::ffff:10.0.0.1]:4",
                                        "[fe80::1]:4", "128.0.0.1:4", "", "a peer that is gone"}) {
      INFO(peer);
      CHECK_FALSE(is_from_loopback(peer));
    }
  }

  TEST_CASE("why a page fails is told on this host only") {
    const page_answer here = ask({.path = "/broken"});
    CHECK(here.response.status == 500);
    CHECK(here.response.body.find("hunter2") != std::string::npos);
    const page_answer elsewhere = ask({.path = "/broken"}, false);
    CHECK(elsewhere.response.status == 500);
    CHECK(elsewhere.response.body.find("hunter2") == std::string::npos);
  }

  TEST_CASE("two pages in one place are refused, and pages that nobody could ask for") {
    CHECK(refusal({page("/a"), page("/b"), page("/a")}).find("'/a'") != std::string::npos);
    CHECK_FALSE(refusal({page("a")}).empty());
    CHECK_FALSE(refusal({page("")}).empty());
    CHECK_FALSE(refusal({page("/a?b")}).empty());
    CHECK_FALSE(refusal({{.path = "/a", .handler = nullptr}}).empty());
    CHECK(refusal({page("/a"), page("/a", http_method::post)}).empty());
  }

  TEST_CASE("the query is read by its names") {
    const http_request asked{.path = "/", .query = "verbose&level=a=b&empty="};
    CHECK(asked.asks_for("verbose"));
    CHECK(asked.asks_for("empty"));
    CHECK_FALSE(asked.asks_for("verb"));
    CHECK(asked.parameter("level") == "a=b");
    CHECK(asked.parameter("verbose").empty());
    CHECK(asked.parameter("none").empty());
  }

  TEST_CASE("of what Accept says about a type the most exact counts") {
    CHECK(liked("", "text/plain") == 1);
    CHECK(liked("*/*", "text/plain") == 1);
    CHECK(liked("application/json", "application/json") == 1);
    CHECK(liked("application/json", "text/plain") == 0);
    CHECK(liked("text/plain;q=0.5, */*;q=0.1", "text/plain") == 0.5);
    CHECK(liked("*/*;q=0.1 , TEXT/*; q=0.3", "text/plain") == 0.3);
    CHECK(liked("text/plain;version=0.0.4;q=0.3,*/*;q=0.1", "text/plain") == 0.3);
    CHECK(liked("text/plain;q=much", "text/plain") == 0);
    CHECK(liked("text/plain;q=-1", "text/plain") == 0);
    CHECK(liked("text/plain;q=7", "text/plain") == 1);
    CHECK(liked(",;,=;q", "text/plain") == 0);
  }

  TEST_CASE("an answer as bytes has its size, and ends its connection where that is said") {
    page_answer made;
    made.response = {.status = 405, .body = "no\n"};
    made.allow = "GET, HEAD";
    const auto when = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) +
                      std::chrono::hours(8) + std::chrono::seconds(37);
    CHECK(response_text(made, {.service = "a\r\nb", .now = when, .closes = true}) ==
          "HTTP/1.1 405 Method Not Allowed\r\nDate: Sun, 06 Nov 1994 08:00:37 GMT\r\n"
          "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
          "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nWeir-Service: a??b\r\n"
          "Allow: GET, HEAD\r\nConnection: close\r\n\r\nno\n");
    CHECK(response_text(made, {.now = when, .has_body = false}).ends_with("\r\n\r\n"));
  }
}

}  // namespace
}  // namespace weir::http
