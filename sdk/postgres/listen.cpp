// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/listen.hpp"

#include "pool_core.hpp"
#include "text_statement.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres {
namespace {

using detail::connection;
using detail::pool_core;

/// A connection beside those of the pool, closed by it.
class own_connection {
 public:
  explicit own_connection(pool_core& pool) noexcept : pool_(pool) {}
  own_connection(const own_connection&) = delete;
  own_connection& operator=(const own_connection&) = delete;
  ~own_connection() { close(); }

  void put(std::unique_ptr<connection> opened) {
    close();
    held_ = std::move(opened);
  }
  void close() {
    if (held_) pool_.close_apart(std::move(held_));
  }
  connection* operator->() const noexcept { return held_.get(); }

 private:
  pool_core& pool_;
  std::unique_ptr<connection> held_;
};

/// As an identifier in SQL text.
std::string quoted_identifier(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void check_channels(const std::vector<std::string>& channels) {
  const auto refuse = [](std::string text) {
    throw weir::error(errc::invalid_argument, disposition::permanent, std::move(text));
  };
  if (channels.empty() || channels.size() > channels_max) {
    refuse("listen() takes 1 to " + std::to_string(channels_max) + " channels, not " +
           std::to_string(channels.size()));
  }
  for (const std::string& one : channels) {
    if (one.empty() || one.find('\0') != one.npos) {
      refuse("a channel of listen() is empty or holds a zero byte: give it a name");
    }
  }
}

/// Throws what the server refuses, and when the connection is lost.
task<> ask_for(connection& on, const std::vector<std::string>& channels) {
  for (const std::string& channel : channels) {
    const auto asked =
        std::make_shared<detail::text_statement>("listen " + quoted_identifier(channel));
    on.send_unprepared(asked->shape, {}, std::nullopt, asked);
  }
  on.send_sync();
  co_await on.settle();
  if (on.failure()) throw error(*on.failure());
  if (on.lost()) throw error(*on.lost());
}

/// Opens a connection that listens. Tries until it succeeds; the server's refusals, and whatever
/// goes wrong after `until`, are thrown.
task<> connect(own_connection& to, pool_core& pool, const std::vector<std::string>& channels,
               time_point until) {
  for (duration pause = pool.options().connect_backoff_min;;
       pause = std::min(pause * 2, pool.options().connect_backoff_max)) {
    auto opened = co_await pool.open_apart().as_result();
    if (opened) {
      to.put(std::move(*opened));
      const auto asked = co_await ask_for(*to.operator->(), channels).as_result();
      if (asked) co_return;
      const bool is_refused = asked.error().disposition() == disposition::permanent;
      if (is_refused || asked.error().is_cancelled()) throw asked.error();
      opened = asked.error();
    }
    to.close();
    if (opened.error().is_cancelled() || loop::current().now() >= until) throw opened.error();
    co_await sleep(pause);
  }
}

}  // namespace

weir::stream<notification> listen(pool& on, std::vector<std::string> channels) {
  check_channels(channels);
  pool_core& pool = detail::pool_access::of(on);
  own_connection from(pool);
  for (bool is_first = true;; is_first = false) {
    for (bool is_connected = false; !is_connected;) {
      const time_point until =
          is_first ? saturating_add(loop::current().now(), pool.options().acquire_timeout)
                   : time_point::max();
      const auto connected = co_await connect(from, pool, channels, until).as_result();
      is_connected = connected.has_value();
      if (!is_connected) co_yield failed(connected.error());
    }
    if (!is_first) co_yield notification{.channel = {}, .payload = {}, .is_gap = true};
    while (!from->lost()) {
      while (auto one = from->next_notification()) {
        co_yield notification{.channel = std::move(one->channel),
                              .payload = std::move(one->payload)};
      }
      const auto received = co_await from->receive().as_result();
      if (!received) co_yield failed(received.error());
    }
    // What came with the end is given first.
    while (auto one = from->next_notification()) {
      co_yield notification{.channel = std::move(one->channel), .payload = std::move(one->payload)};
    }
  }
}

}  // namespace weir::postgres
