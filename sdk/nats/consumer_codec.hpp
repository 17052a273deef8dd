// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config_codec.hpp"
#include "weir/nats/consumer_config.hpp"

namespace weir::nats::detail {

/// The fields of a consumer's configuration that have a value, under the server's names.
json_fields fields_of(const consumer_config& config);
/// The configuration that these fields are.
consumer_config consumer_config_of(const json_fields& fields);
/// What is known of every field.
const std::vector<field_rule>& consumer_rules();

}  // namespace weir::nats::detail
