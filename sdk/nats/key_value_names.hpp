// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/nats/key_value_entry.hpp"

namespace weir::nats::detail {

/// What stands before the name of a bucket in that of its stream.
inline constexpr std::string_view bucket_stream_prefix = "KV_";

/// The subject of a key; throws `invalid_argument` unless it can be one.
std::string key_subject(const std::string& bucket, std::string_view key);
/// The same for a pattern of keys, with `*` and a last `>`.
std::string key_pattern_subject(const std::string& bucket, std::string_view pattern);
/// The key in a message's subject.
std::string key_of(const std::string& bucket, std::string_view subject);

/// What a message in a bucket's stream does, by its headers.
template <class Message>
key_value_operation operation_of(const Message& stored) {
  // A server writes marks of its own where values run out or are purged.
  if (const auto reason = stored.header("Nats-Marker-Reason"))
    return *reason == "Remove" ? key_value_operation::remove : key_value_operation::purge;
  const auto operation = stored.header("KV-Operation");
  if (operation == "DEL") return key_value_operation::remove;
  return operation == "PURGE" ? key_value_operation::purge : key_value_operation::put;
}

}  // namespace weir::nats::detail
