// SPDX-License-Identifier: Apache-2.0
#include "weir/service/publications.hpp"

#include <fmt/format.h>

namespace weir {

void publications::check_last() {
  const entry& last = entries_.back();
  std::string fault;
  if (last.body.size() > body_bytes_max_) {
    fault = fmt::format(
        "an event for {} has {} bytes, the server's max_payload leaves room for {}; publish less, "
        "or store it and publish where it is",
        last.subject, last.body.size(), body_bytes_max_);
  } else if (entries_.size() > most_) {
    fault = fmt::format(
        "a handler publishes more than {} events at a time; publish fewer, or split the message",
        most_);
  } else {
    return;
  }
  entries_.pop_back();
  throw error(errc::limit_exceeded, disposition::permanent, fault);
}

}  // namespace weir
