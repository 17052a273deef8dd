// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"

namespace weir::test {

/// Stands between clients and a PostgreSQL server on 127.0.0.1, and cuts their connections after a
/// chosen byte. Belongs to the loop it is made on.
class byte_cutter {
 public:
  enum class direction { to_server, to_client };
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  explicit byte_cutter(std::uint16_t server)
      : listener_(tcp_listener::bind("127.0.0.1", 0)), server_(server) {}

  std::uint16_t port() const { return listener_.port(); }
  /// Serves until it is cancelled.
  task<> serve();

  /// Lets `count` more bytes go in one direction, and ends all connections behind them, once. The
  /// bytes that have come to this side so far count no more.
  void cut_after(direction way, std::size_t count);
  /// Takes connections that come from now on to another server.
  void lead_to(std::uint16_t server) { server_ = server; }
  /// Ends all connections.
  void cut_all() {
    ended_.set();
    ended_.reset();
  }
  /// From now on clients get these bytes, behind whole messages, when a connection was cut: as from
  /// a pooler that has lost its server.
  void say_at_end(std::string words) { last_words_ = std::move(words); }
  /// How many bytes went in one direction since cut_after().
  std::size_t passed(direction way) const { return passed_[index(way)]; }

 private:
  static std::size_t index(direction way) { return way == direction::to_server ? 0 : 1; }
  task<> relay(tcp_stream client);
  task<> wait_for_end();
  task<> copy(tcp_stream& from, tcp_stream& to, direction way);

  tcp_listener listener_;
  std::uint16_t server_;
  std::size_t left_[2] = {never, never};
  std::size_t passed_[2] = {0, 0};
  std::string last_words_;
  manual_reset_event ended_;
};

}  // namespace weir::test
