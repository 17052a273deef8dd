// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config_codec.hpp"
#include "weir/error.hpp"
#include "weir/nats/ensured.hpp"

namespace weir::nats::detail {

/// A configuration as it should be: its fields, what is known of them, and what it is of.
struct wanted_config {
  std::string what;  ///< "stream ORDERS"
  json_fields fields;
  const std::vector<field_rule>& rules;
};

/// Where `present` is not as wanted. Fields that nobody wants anything of are not looked at.
std::vector<config_difference> compare(const wanted_config& wanted, const json_fields& present);

/// `present` with what is wanted put over it; what is not wanted, or not known, stays.
json_fields merged(const wanted_config& wanted, json_fields present);

/// The first server that has all these fields, where they are not what an absent one stands for.
since needed_server(const wanted_config& wanted, const std::vector<config_difference>* only);

/// The same error with the fields that were to be changed, and the remedy.
error refused_change(const error& refused, const wanted_config& wanted,
                     const std::vector<config_difference>& differences);

/// `unsupported` for fields that are wanted and not in the server's answer; nothing if all are.
/// `left` says what that has left behind.
std::optional<error> not_taken(const wanted_config& wanted, const json_fields& answered,
                               std::string_view left);

/// `unsupported`: the fields that need a server of this version or a later one.
error too_old(const wanted_config& wanted, std::string_view server_has, since has);

}  // namespace weir::nats::detail
