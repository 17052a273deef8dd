// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weir/nats/key_value.hpp"
#include "weir/resilience/recent_ids.hpp"
#include "weir/service/deduplication.hpp"

namespace weir::detail {

/// Which messages a consumer has handled, as far as its policy remembers: in memory, or in a
/// bucket.
class handled_ids {
 public:
  handled_ids(deduplication how, std::string consumer);

  /// Makes the bucket where it is missing; what it is stays as it is.
  task<> open(const nats::jetstream& over);

  task<bool> contains(const std::string& id) const;
  task<> add(const std::string& id);

 private:
  std::string key_of(std::string_view id) const;

  deduplication how_;
  std::string consumer_;
  std::optional<recent_ids> in_memory_;
  std::optional<nats::key_value> in_bucket_;
};

/// The text as a token of a key: what may not stand in one is written as "=2E".
std::string key_token(std::string_view text);

}  // namespace weir::detail
