// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "api_fault.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail::model {

/// One answer of the API: an object with its type, and what the operation puts into it.
class answer {
 public:
  /// `operation` as in "io.nats.jetstream.api.v1.<operation>_response".
  explicit answer(const std::string& operation) {
    set("type", "io.nats.jetstream.api.v1." + operation + "_response");
  }

  template <class T>
  void set(const std::string& name, const T& value) {
    fields_[name] = raw_json::parse(json::encode(value)).value();
  }
  /// Puts every field of a struct into the answer.
  template <class T>
  void set_all(const T& described) {
    const auto put = json::decode<std::map<std::string, raw_json>>(json::encode(described)).value();
    for (const auto& [name, value] : put) fields_[name] = value;
  }

  std::string text() const { return json::encode(fields_); }

 private:
  std::map<std::string, raw_json> fields_;
};

}  // namespace weir::nats::detail::model
