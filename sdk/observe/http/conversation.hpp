// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "loop_share.hpp"
#include "page_table.hpp"
#include "request_reader.hpp"
#include "weir/detail/intrusive_list.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/observe/http_server.hpp"
#include "weir/tcp.hpp"

namespace weir::http {

class conversation;

/// What the connections of a server have in common.
struct desk {
  page_table pages;
  std::string service;
  /// To read and to refuse.
  loop_share share{http_server::share_of_loop, http_server::burst};
  http_server_counters counters = {};
  /// Those that are open and not displaced; the first has waited longest for its peer.
  weir::detail::intrusive_list<conversation> waiting = {};
};

/// One connection: its requests, one after the other, and their answers.
class conversation : private weir::detail::list_hook {
 public:
  conversation(desk& at, tcp_stream peer);
  ~conversation();
  conversation(const conversation&) = delete;
  conversation& operator=(const conversation&) = delete;

  /// Until the peer leaves, is told to, or is displaced; whatever happens to it is no error.
  task<> run();
  /// Lets run() end at once.
  void displace() noexcept;

 private:
  template <class, class>
  friend class weir::detail::intrusive_list;

  task<> converse();
  task<bool> serve_next();
  task<std::size_t> read(std::span<std::byte> into, time_point until);
  task<bool> answer(const request_reader::whole_request& asked);
  task<> refuse(refused_request why);
  task<> send(std::string text);
  task<> send_rest(std::string text, std::size_t sent);
  task<> see_off();

  desk& at_;
  tcp_stream peer_;
  const bool is_loopback_;
  request_reader reader_;
  bool has_read_ = false;
  manual_reset_event displaced_;
};

}  // namespace weir::http
