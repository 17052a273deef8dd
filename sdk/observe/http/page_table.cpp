// SPDX-License-Identifier: Apache-2.0
#include "page_table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "text.hpp"
#include "weir/error.hpp"

namespace weir::http {
namespace {

/// Methods that are known and that no page serves.
constexpr std::array<std::string_view, 5> other_methods{"DELETE", "OPTIONS", "PATCH", "TRACE",
                                                        "CONNECT"};

std::optional<http_method> method_of(std::string_view name) noexcept {
  if (name == "GET" || name == "HEAD") return http_method::get;
  if (name == "POST") return http_method::post;
  if (name == "PUT") return http_method::put;
  return std::nullopt;
}

std::string_view name_of(http_method method) noexcept {
  switch (method) {
    case http_method::get:
      return "GET, HEAD";
    case http_method::post:
      return "POST";
    case http_method::put:
      return "PUT";
  }
  return {};
}

/// Whether a request was sent to this host under a name of its own. A page of another site that
/// lets its name lead here, to have a browser on this host ask for it, does not know such a one.
bool is_local_name(std::string_view host) noexcept {
  if (host.starts_with('[')) return host.starts_with("[::1]");
  const std::string_view name = host.substr(0, host.find(':'));
  const bool is_number =
      std::ranges::all_of(name, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return equal_ignoring_case(name, "localhost") || (name.starts_with("127.") && is_number);
}

page_answer plain(int status, std::string text) {
  page_answer made;
  made.response = {.status = status, .body = std::move(text) + '\n'};
  return made;
}

page_answer call(const http_page& page, const http_request& asked) {
  try {
    page_answer made{.response = page.handler(asked)};
    made.is_of_page = true;
    return made;
  } catch (...) {
    const error failure = to_error(std::current_exception());
    // The text may tell of what is not for everybody.
    const bool tells = asked.is_from_this_host;
    return plain(500, tells ? "the page failed: " + failure.message() : "the page failed");
  }
}

}  // namespace

bool is_from_loopback(std::string_view peer) noexcept {
  return peer.starts_with("127.") || peer.starts_with("[::1]:") || peer.starts_with("[::ffff:127.");
}

page_table::page_table(std::vector<http_page> pages) {
  for (auto& page : pages) {
    const bool is_path = page.path.starts_with('/') && page.path.find('?') == std::string::npos;
    const bool is_taken = std::ranges::any_of(pages_, [&](const served_page& other) {
      return other.page.path == page.path && other.page.method == page.method;
    });
    if (!is_path || is_taken || !page.handler) {
      throw error(errc::invalid_argument, disposition::permanent,
                  "the page '" + page.path + "' cannot be served: " +
                      (is_taken ? "there is another one for its method"
                                : "it needs a handler, and a path that begins with a slash"));
    }
    pages_.emplace_back(std::move(page));
  }
}

served_page* page_table::find(const request_head& asked) noexcept {
  const auto method = method_of(asked.method);
  const auto found = std::ranges::find_if(pages_, [&](const served_page& one) {
    return method && one.page.path == asked.path && one.page.method == *method;
  });
  return found == pages_.end() ? nullptr : &*found;
}

page_answer page_table::refuse(const request_head& asked) const {
  const bool is_known = method_of(asked.method).has_value() ||
                        std::ranges::find(other_methods, asked.method) != other_methods.end();
  if (!is_known) return plain(501, "the method is not known");
  std::string allow;
  std::string all;
  for (const auto& [page, share] : pages_) {
    all += '\n' + page.path;
    if (page.path != asked.path) continue;
    allow += (allow.empty() ? "" : ", ") + std::string(name_of(page.method));
  }
  if (allow.empty()) return plain(404, "there is no such page; there are" + all);
  page_answer made = plain(405, "the page is for " + allow);
  made.allow = std::move(allow);
  return made;
}

page_answer page_table::answer(const served_page* page, const request_reader::whole_request& asked,
                               bool by_loopback) const {
  const request_head& head = asked.head;
  if (page == nullptr) return refuse(head);
  const bool is_local =
      by_loopback && !head.is_for_another && (!head.host || is_local_name(*head.host));
  if (page->page.for_this_host && !is_local) {
    return plain(403,
                 "this page is for those on the same host, who ask for it by localhost, 127.0.0.1 "
                 "or [::1] and without a proxy");
  }
  return call(page->page, {.method = page->page.method,
                           .path = head.path,
                           .query = head.query,
                           .accept = head.accept,
                           .body = asked.body,
                           .is_from_this_host = is_local});
}

}  // namespace weir::http
