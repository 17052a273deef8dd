// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop_share.hpp"
#include "request_reader.hpp"
#include "weir/observe/http_page.hpp"

namespace weir::http {

/// What is sent back.
struct page_answer {
  http_response response;
  std::string allow = {};  ///< The methods of the path, where that was the wrong one.
  bool is_of_page = false;
};

/// Whether who is at `peer`, "127.0.0.1:4711", runs on this host.
bool is_from_loopback(std::string_view peer) noexcept;

/// A page, and what it may cost.
struct served_page {
  explicit served_page(http_page served) : page(std::move(served)) {}

  http_page page;
  /// Of its own: whoever wears out a page that costs much keeps nobody from those that cost little.
  loop_share share{http_server::share_of_loop, http_server::burst};
};

/// The pages of a server, by path and method.
class page_table {
 public:
  /// Throws `invalid_argument` for two pages of one path and method, and for a path that no request
  /// can have.
  explicit page_table(std::vector<http_page> pages);

  /// The page that is asked for; null where there is none for this path and method.
  served_page* find(const request_head& asked) noexcept;
  /// What `page`, which find() gave, answers. Throws nothing but std::bad_alloc.
  page_answer answer(const served_page* page, const request_reader::whole_request& asked,
                     bool by_loopback) const;

 private:
  page_answer refuse(const request_head& asked) const;

  std::vector<served_page> pages_;
};

}  // namespace weir::http
