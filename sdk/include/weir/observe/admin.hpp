// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/observe/health.hpp"
#include "weir/observe/http_page.hpp"

namespace weir {

/// An address to listen on, in numbers.
struct admin_address {
  std::string ip;
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:8080" or "[::]:8080"; nothing for "off" and an empty text. Throws
/// `invalid_argument` for what is no address with a port.
std::optional<admin_address> parse_admin_address(std::string_view listen);

/// What the pages are made of; a page whose function is missing is not there.
struct admin_sources {
  std::string service = {};                          ///< Its name.
  const weir::health* state = nullptr;               ///< Outlives the pages.
  http_handler metrics = nullptr;                    ///< GET /metrics
  std::function<std::string()> config = nullptr;     ///< GET /debug/config: secrets are masked.
  std::function<std::string()> log_level = nullptr;  ///< GET /loglevel
  /// PUT or POST /loglevel, the level as body or as ?level=; false for one that there is not.
  std::function<bool(std::string_view)> set_log_level = nullptr;
  std::function<void()> drain = nullptr;  ///< POST /drain: begins the drain.
};

/// The pages of a service: /livez, /readyz with its other names /healthz and /ready, /startupz,
/// /debug/tasks, and those of the sources.
///
/// Health is told by the status, 200 or 503; the text is "ok", or with ?verbose, or when something
/// fails, a line for each check; as JSON where Accept prefers application/json. Why something fails
/// is told to those on this host only, as all of /debug, /loglevel and /drain.
std::vector<http_page> admin_pages(admin_sources from);

/// A report as JSON: {"service":"orders","question":"readyz","ok":true,"checks":[...]}.
std::string to_json(const health_report& report, std::string_view service, bool with_reasons);

}  // namespace weir
