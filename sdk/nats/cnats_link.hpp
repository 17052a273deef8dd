// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nats/nats.h>

#include <memory>
#include <string>

#include "cnats_events.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/manual_reset_event.hpp"

namespace weir::nats::detail {

/// What the library's event-loop callbacks tell, and a descriptor to poll.
///
/// The callbacks come on a helper thread while connecting and while destroying, on the loop in
/// between. `on_loop` tells which it is; it changes only while no other thread is in the library.
struct cnats_link {
  /// The socket, for polling. The library has a second descriptor of it, which it closes whenever
  /// it likes, and a closed number may be somebody else's a moment later.
  file_descriptor socket;
  natsSock library_socket = -1;
  bool on_loop = false;
  bool has_unsent = false;
  bool ended = false;
  manual_reset_event wants_write;
};

/// An open connection of the library's; destroyed on a helper thread, since that may block.
class cnats_connection {
 public:
  cnats_connection(natsConnection* native, std::shared_ptr<cnats_link> link) noexcept
      : native_(native), link_(std::move(link)) {}
  cnats_connection(cnats_connection&& other) noexcept
      : native_(std::exchange(other.native_, nullptr)), link_(std::move(other.link_)) {}
  cnats_connection& operator=(cnats_connection&&) = delete;
  ~cnats_connection();

  natsConnection* native() const noexcept { return native_; }
  cnats_link& link() const noexcept { return *link_; }

 private:
  natsConnection* native_;
  std::shared_ptr<cnats_link> link_;
};

/// Puts the library on a connection that was made: `socket` has led to `server`, which has sent its
/// PONG. Throws `unavailable`.
task<cnats_connection> open_cnats(file_descriptor socket, server_info server,
                                  const cnats_events& events);

}  // namespace weir::nats::detail
