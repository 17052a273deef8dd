// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "otlp_answer.hpp"
#include "otlp_endpoint.hpp"
#include "weir/tcp.hpp"

namespace weir::detail {

/// Posts to one collector, over a connection that is kept from one post to the next. One task at a
/// time.
class otlp_client {
 public:
  explicit otlp_client(const tracer_settings& settings);

  /// Gives what the collector answers, whatever its status. Throws what keeps it from answering;
  /// bound it with with_timeout().
  task<otlp_answer> post(std::string_view body);

  const std::string& authority() const noexcept { return endpoint_.authority; }

 private:
  task<otlp_answer> exchange(std::string_view body);

  otlp_endpoint endpoint_;
  std::string head_;  ///< Of each post, up to its length.
  std::optional<tcp_stream> open_;
  bool has_answered_ = false;  ///< Something of the present answer has come.
  std::vector<std::byte> read_;
};

}  // namespace weir::detail
