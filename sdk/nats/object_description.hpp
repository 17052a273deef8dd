// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json_fields.hpp"
#include "weir/nats/object_info.hpp"
#include "weir/nats/stored_message.hpp"

namespace weir::nats::detail {

/// An object's description as it stands in its bucket, with the fields that weir does not know.
struct object_description {
  object_info info;
  json_fields fields;
};

/// Reads a description that the bucket stored; throws `protocol` (permanent) for what is none.
object_description read_description(const std::string& bucket, std::string_view payload,
                                    std::uint64_t revision, timestamp stored);

/// The description's text: `info` written over the fields.
std::string description_text(const object_info& info, json_fields fields = {});

}  // namespace weir::nats::detail
