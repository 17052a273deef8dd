// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::servers {

/// What an HTTP server on 127.0.0.1 answers to a GET of `path`, its header included; empty where
/// nobody serves there, or does not answer within a second.
std::string http_page(std::uint16_t port, const std::string& path);

}  // namespace weir::servers
