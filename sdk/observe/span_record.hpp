// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "weir/clock.hpp"
#include "weir/observe/span.hpp"

namespace weir::detail {

class trace_core;

/// All that is told of a span.
struct span_record {
  struct attribute {
    std::string key;
    std::variant<std::string, bool, std::int64_t, double> value;
  };
  struct link {
    std::array<std::byte, 16> trace_id;
    std::array<std::byte, 8> span_id;
    bool sampled;
  };

  std::shared_ptr<trace_core> to;  ///< Where it goes when it has ended.
  trace_context context;
  std::array<std::byte, 8> parent_id = {};  ///< Zeros for the first span of a trace.
  bool has_remote_parent = false;
  span_kind kind = span_kind::internal;
  std::string name;
  time_point begun = {};
  std::chrono::system_clock::time_point begun_at = {};
  duration took = {};
  std::vector<attribute> attributes;
  std::uint32_t dropped_attributes = 0;
  std::vector<link> links;
  std::uint32_t dropped_links = 0;
  bool has_failed = false;
  std::string failure;
};

}  // namespace weir::detail
