// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace weir {

/// What a page of an http_server may be asked for. Who serves `get` serves HEAD as well.
enum class http_method : unsigned char { get, post, put };

/// A question to a page. Its texts are valid during the call of the handler.
struct http_request {
  http_method method = http_method::get;
  std::string_view path;           ///< "/readyz", as it came: nothing in it is decoded.
  std::string_view query = {};     ///< What stands behind the question mark.
  std::string_view accept = {};    ///< The Accept header, empty where there is none.
  std::string_view body = {};      ///< At most http_server::body_bytes_max.
  bool is_from_this_host = false;  ///< As http_page::for_this_host asks.

  /// Whether the query has `name`, alone or with a value: "verbose" of "?verbose" and "?verbose=1".
  bool asks_for(std::string_view name) const noexcept;
  /// The value of `name` in the query; empty where it is not there.
  std::string_view parameter(std::string_view name) const noexcept;
  /// How much the asker likes a type of content, by Accept: 0 (not at all) to 1; 1 without Accept.
  double likes(std::string_view media_type) const noexcept;
};

/// What a page answers.
struct http_response {
  int status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
};

/// Makes the answer at once, on the server's loop: it waits for nothing, and whatever it computes
/// the other tasks of the loop wait for. What it throws is answered with 500.
using http_handler = std::function<http_response(const http_request&)>;

/// One path of an http_server, for one method.
struct http_page {
  http_method method = http_method::get;
  std::string path;  ///< The whole of it: "/debug/tasks".
  http_handler handler;
  /// Only for those who run on the same host, whatever address the server listens on; others get
  /// 403. A request that a proxy or a browser's page of another site has sent is not from there.
  bool for_this_host = false;
};

}  // namespace weir
