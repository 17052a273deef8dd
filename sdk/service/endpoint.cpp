// SPDX-License-Identifier: Apache-2.0
#include "weir/service/endpoint.hpp"

#include <fmt/format.h>

#include "service_name.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

void require(bool holds, const std::string& name, std::string_view text) {
  if (holds) return;
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("endpoint '{}': {}", name, text));
}

}  // namespace

endpoint::endpoint(std::string name) : name_(std::move(name)) {
  detail::check_service_name("endpoint", name_);
}

endpoint& endpoint::workers(std::size_t count) {
  require(count > 0 && count <= workers_max, name_,
          fmt::format("workers({}) must be from 1 to {}", count, workers_max));
  workers_ = count;
  return *this;
}

endpoint& endpoint::deadline(duration limit) {
  require(limit > duration::zero(), name_, "deadline() must be positive");
  deadline_ = limit;
  return *this;
}

std::string endpoint::describe(bool has_database) const {
  return fmt::format(
      "  endpoint     {}, at most {} requests at a time\n"
      "  effects      {}\n"
      "  deadline     {:g} s, its wait for a worker included\n",
      name_, workers_,
      has_database ? "committed before the reply" : "repeated with a repeated request",
      std::chrono::duration<double>(deadline_).count());
}

}  // namespace weir
