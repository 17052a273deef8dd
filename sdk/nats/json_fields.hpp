// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "weir/event/json.hpp"

namespace weir::nats::detail {

/// The fields of a configuration, each as its JSON, so that fields which this library does not know
/// are kept through an update.
using json_fields = std::map<std::string, raw_json>;

template <class T>
void set_field(json_fields& fields, const std::string& name, const T& value) {
  fields[name] = raw_json::parse(json::encode(value)).value();
}

}  // namespace weir::nats::detail
