// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "cut_proxy.hpp"
#include "servers/nats_server.hpp"
#include "weir/clock.hpp"

namespace weir::soak {

/// What is done to a server and to the connections to it.
enum class fault : unsigned char { crash, stand_still, cut, lame_duck, restart };
inline constexpr std::size_t fault_kinds = 5;
std::string_view name_of(fault what) noexcept;

struct fault_options {
  duration every{};  ///< from the end of one to the next; 0: none
  std::uint64_t seed = 0;
  /// Told of each before it is done.
  std::function<void(fault)> on_fault = {};
};

/// What lame ducks need to be brief.
servers::nats_server_options soaked_server();

/// Does one fault after another until it is cancelled: all kinds in a random order, and again. The
/// server runs when it has ended.
task<> do_faults(servers::nats_server& server, cut_proxy& proxy, fault_options options);

}  // namespace weir::soak
