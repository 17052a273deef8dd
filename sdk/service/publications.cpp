// SPDX-License-Identifier: Apache-2.0
#include "weir/service/publications.hpp"

#include <fmt/format.h>

#include "weir/loop.hpp"

namespace weir {

timestamp detail::time_after(duration delay) {
  const auto now = loop::current().driver().wall_clock();
  return std::chrono::floor<std::chrono::microseconds>(now + delay);
}

void publications::add(entry one) {
  std::string fault;
  if (one.body.size() > body_bytes_max_) {
    fault = fmt::format(
        "an event for {} has {} bytes, the server's max_payload leaves room for {}; publish less, "
        "or store it and publish where it is",
        one.subject, one.body.size(), body_bytes_max_);
  } else if (entries_.size() >= most_) {
    fault = fmt::format(
        "a handler publishes more than {} events at a time; publish fewer, or split the message",
        most_);
  } else {
    entries_.push_back(std::move(one));
    return;
  }
  throw error(errc::limit_exceeded, disposition::permanent, fault);
}

}  // namespace weir
