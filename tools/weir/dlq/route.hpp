// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

/// Where a message goes that is published again under its subject.
struct route {
  std::string stream;               ///< empty: no stream takes the subject
  std::set<std::string> consumers;  ///< durable ones that get it
};

/// Asks the server for routes, once for each subject.
class route_book {
 public:
  explicit route_book(nats::jetstream on) noexcept : on_(on) {}

  task<route> find(std::string subject);

 private:
  task<route> ask(std::string subject);

  nats::jetstream on_;
  std::map<std::string, route> known_;
};

}  // namespace weir::dlq
