// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/event/raw_json.hpp"
#include "weir/nats/service.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats::detail {

/// The JSON of ADR-32, by its own names; times are nanoseconds.
struct service_ping {
  std::string type = "io.nats.micro.v1.ping_response";
  std::string name;
  std::string id;
  std::string version;
  service_metadata metadata;
};

struct service_info_endpoint {
  std::string name;
  std::string subject;
  std::string queue_group;
  service_metadata metadata;
};

struct service_info {
  std::string type = "io.nats.micro.v1.info_response";
  std::string name;
  std::string id;
  std::string version;
  service_metadata metadata;
  std::string description;
  std::vector<service_info_endpoint> endpoints;
};

struct service_stats_endpoint {
  std::string name;
  std::string subject;
  std::string queue_group;
  std::uint64_t num_requests = 0;
  std::uint64_t num_errors = 0;
  std::string last_error;
  std::int64_t processing_time = 0;
  std::int64_t average_processing_time = 0;
  std::optional<raw_json> data;
};

struct service_stats {
  std::string type = "io.nats.micro.v1.stats_response";
  std::string name;
  std::string id;
  std::string version;
  service_metadata metadata;
  timestamp started;
  std::vector<service_stats_endpoint> endpoints;
  std::optional<raw_json> data;
};

}  // namespace weir::nats::detail
