// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/nats/responder.hpp"

namespace weir::nats {
namespace detail {
class service_state;
}

using service_metadata = std::map<std::string, std::string>;

/// Whether it is a version as of semver.org 2.0.0, which a service must have.
bool is_semantic_version(std::string_view text) noexcept;

/// What a service tells about itself.
struct service_config {
  std::string name;     ///< letters, digits, `-` and `_`
  std::string version;  ///< as of semver.org: "1.4.0", "2.0.0-rc.1+build5"
  std::string description = {};
  service_metadata metadata = {};
  /// Of the endpoints, unless they say otherwise; empty: every instance answers every request.
  std::string queue_group = "q";
};

/// One subject that a service answers.
struct endpoint_config {
  std::string name;          ///< letters, digits, `-` and `_`
  std::string subject = {};  ///< behind the group's prefix; may hold wildcards; empty: the name
  std::optional<std::string> queue_group = {};
  service_metadata metadata = {};
  std::size_t concurrency = 64;  ///< handlers that run at the same time
};

/// What one endpoint has done.
struct endpoint_statistics {
  std::string name;
  std::string subject;
  std::string queue_group;
  responder_statistics counts;
};

/// Endpoints below a common prefix of their subjects; a light handle, which the service outlives.
class service_group {
 public:
  /// Begins to answer. Throws `invalid_argument` for a name or subject that cannot be used.
  void add(endpoint_config endpoint, request_handler handler);
  /// A group below this one; it has this one's queue group unless another is given.
  service_group group(const std::string& prefix, std::optional<std::string> queue_group = {}) const;

 private:
  friend class service;
  service_group(detail::service_state& of, std::string prefix, std::string queue_group)
      : state_(&of), prefix_(std::move(prefix)), queue_group_(std::move(queue_group)) {}

  detail::service_state* state_;
  std::string prefix_;  ///< with its last point, or empty
  std::string queue_group_;
};

/// One instance of a service as of ADR-32: endpoints that answer requests, and the answers to
/// `$SRV.PING`, `$SRV.INFO` and `$SRV.STATS`, alone, with its name, and with its name and id, which
/// the `nats` command line and other clients ask.
///
/// It answers from the start, belongs to its connection's loop, and works on over reconnects.
/// Errors of handlers are answered and counted as a responder does. `co_await` stop() or close()
/// before it is destroyed, and before the connection is.
///
///     nats::service orders(link, {.name = "orders", .version = "1.0.0"});
///     orders.group("orders").add({.name = "get"}, get_order);  // answers orders.get
class service {
 public:
  /// Throws `invalid_argument` for a name or version that cannot be used.
  service(connection& over, service_config config);
  service(service&&) noexcept;
  service& operator=(service&&) = delete;
  ~service();

  /// An endpoint without a prefix; see service_group::add().
  void add(endpoint_config endpoint, request_handler handler);
  service_group group(const std::string& prefix, std::optional<std::string> queue_group = {});

  /// Tells this instance apart from others of the same name.
  const std::string& id() const noexcept;
  std::vector<endpoint_statistics> statistics() const;
  void reset_statistics() noexcept;

  /// Takes no more requests, answers those that it has got, then answers no `$SRV` any more. See
  /// responder::drain().
  task<> stop(duration limit = std::chrono::seconds(5));
  /// The same at once: handlers that run are cancelled.
  task<> close();

  /// True when an endpoint takes no more requests.
  bool has_ended() const noexcept;
  /// Suspends until none of the endpoints that it has takes requests any more. Throws why, once one
  /// of them was not asked to end: see responder::ended(). That `$SRV` is not permitted ends
  /// nothing.
  task<> ended();

 private:
  std::unique_ptr<detail::service_state> state_;
};

}  // namespace weir::nats
