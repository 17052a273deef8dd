// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "responder.hpp"
#include "service_host.hpp"
#include "weir/nats/service.hpp"

namespace weir::detail {

/// Whether a service is one on NATS (ADR-32), which `nats micro` finds: also without endpoints, but
/// not in tests that did not ask for that, and not under a name that cannot be used there.
bool is_found(const service& which, const service_host* host);

/// Whether nothing but discovery is at this subject.
bool is_discovery(std::string_view subject) noexcept;

/// All responders of a service: the endpoints of one service on NATS.
class responders {
 public:
  /// `facts` gives the health of the service as JSON, for $SRV.STATS.
  responders(const service& which, const responder::dependencies& on,
             std::function<std::string()> facts = nullptr)
      : which_(which), on_(on), facts_(std::move(facts)) {}

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
  std::function<std::string()> facts_;
  std::vector<std::unique_ptr<responder>> endpoints_;  // Outlive what calls them.
  std::optional<nats::service> service_;
};

}  // namespace weir::detail
