// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "responder.hpp"
#include "weir/nats/service.hpp"

namespace weir::detail {

/// All responders of a service: the endpoints of one service on NATS.
class responders {
 public:
  responders(const service& which, const responder::dependencies& on) : which_(which), on_(on) {}

  /// Begins to answer. Throws where the server does not permit that; after an error it is to be
  /// closed.
  task<> open();
  /// Suspends until drain() or close(). Throws when one of them can answer no more, such as after a
  /// reconnect with other permissions.
  task<> run() { return service_->ended(); }
  /// Takes no more requests, and finishes those that it has got until `limit`; then cancels them,
  /// which is answered, too.
  task<> drain(duration limit);
  /// The same at once.
  task<> close();

 private:
  task<> finish_sending();

  const service& which_;
  responder::dependencies on_;
  std::vector<std::unique_ptr<responder>> endpoints_;  // Outlive what calls them.
  std::optional<nats::service> service_;
};

}  // namespace weir::detail
