// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service_messages.hpp"

namespace weir::nats::detail {

/// What is behind a service.
class service_state {
 public:
  service_state(connection& over, service_config config);

  void add(endpoint_config endpoint, const std::string& prefix, const std::string& queue_group,
           request_handler handler);
  task<> stop(duration limit);
  task<> close();
  bool has_ended() const noexcept;
  task<> ended();

  const std::string& id() const noexcept { return id_; }
  const service_config& config() const noexcept { return config_; }
  std::vector<endpoint_statistics> statistics() const;
  void reset_statistics() noexcept;

 private:
  struct endpoint {
    endpoint_config config;  ///< with its whole subject and its queue group
    responder answering;
  };
  using describe = std::string (service_state::*)() const;

  std::string ping() const;
  std::string info() const;
  std::string stats() const;
  std::optional<raw_json> data() const;
  void answer_about(const std::string& verb, describe what);

  connection& over_;
  const service_config config_;
  const std::string id_;
  const timestamp started_;
  std::vector<endpoint> endpoints_;
  std::vector<responder> about_;  ///< the answers to $SRV
};

}  // namespace weir::nats::detail
