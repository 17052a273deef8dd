// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::nats {

/// What a connection tells about itself: to `connection_options::on_event` at once, and to the
/// streams of `connection::events()`.
struct connection_event {
  enum class kind : unsigned char {
    connected,       ///< Every subscription has been made again.
    disconnected,    ///< It was connected; `reason` says why it is not any more.
    connect_failed,  ///< One attempt failed; the next comes after a back-off.
    not_permitted,   ///< The server refused a publication or subscription; all else goes on.
    lame_duck,       ///< The server is about to end, and takes no new connections.
  };
  kind what;
  std::string server;        ///< host and port, never the password
  std::string reason;        ///< empty when connected
  unsigned attempt = 0;      ///< how many attempts have failed in a row
  std::string subject = {};  ///< that was not permitted
  /// How many events this reader of a stream has missed since the stream began, because it was
  /// more than `connection_events_kept` behind; 0 in what on_event gets.
  std::uint64_t missed = 0;
};

/// How far the reader of a stream of events may be behind.
inline constexpr std::size_t connection_events_kept = 256;

}  // namespace weir::nats
