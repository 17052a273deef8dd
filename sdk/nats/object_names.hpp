// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::nats::detail {

/// What stands before the name of a bucket of objects in that of its stream.
inline constexpr std::string_view object_stream_prefix = "OBJ_";

/// The stream of a bucket.
std::string object_stream(std::string_view bucket);
/// Where an object's description stands; throws `invalid_argument` unless it can have this name.
std::string meta_subject(const std::string& bucket, std::string_view name);
/// Where the descriptions of all objects stand.
std::string all_meta_subjects(const std::string& bucket);
/// Where the chunks stand that belong to `nuid`; throws `protocol` for one that is no single token,
/// which would be a subject of other objects' chunks as well.
std::string chunk_subject(const std::string& bucket, std::string_view nuid);

/// A name for the chunks of one put, never used before.
std::string make_nuid();
/// "object "name" of bucket b", for the texts of errors.
std::string object_shown(const std::string& bucket, std::string_view name);
/// The text of a digest, for 32 bytes of a hash.
std::string digest_text(std::string_view hash);

}  // namespace weir::nats::detail
