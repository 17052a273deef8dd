// SPDX-License-Identifier: Apache-2.0
#include "service_name.hpp"

#include <fmt/format.h>

#include "weir/error.hpp"
#include "weir/nats/service.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::string_view allowed =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

}  // namespace

void check_service_name(std::string_view what, std::string_view name) {
  const bool fits = !name.empty() && name.size() <= name_bytes_max &&
                    name.find_first_not_of(allowed) == name.npos;
  if (fits) return;
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("{} '{}': the name of one that answers requests has letters, digits, - "
                          "and _ only, and is not empty",
                          what, name));
}

void check_service_version(std::string_view service, std::string_view version) {
  if (nats::is_semantic_version(version)) return;
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("service '{}': version(\"{}\") is no semantic version; say one like "
                          "1.4.2 or 2.0.0-rc.1, without a \"v\"",
                          service, version));
}

}  // namespace weir::detail
