// SPDX-License-Identifier: Apache-2.0
#include "object_description.hpp"

#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

// The names are those of ADR-20.

struct link_wire {
  std::string bucket;
  std::optional<std::string> name;
};

struct options_wire {
  std::optional<link_wire> link;
  std::optional<std::uint64_t> max_chunk_size;
};

struct description_wire {
  std::string name;
  std::optional<std::string> description;
  std::optional<std::map<std::string, std::vector<std::string>>> headers;
  std::optional<std::map<std::string, std::string>> metadata;
  std::optional<options_wire> options;
  std::optional<std::string> nuid;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> chunks;
  std::optional<std::string> digest;
  std::optional<bool> deleted;
};

/// The bucket says when it was stored; this stands in the place of the time, as nats.go writes it.
constexpr std::string_view no_time = "0001-01-01T00:00:00Z";

template <class T>
void set_or_erase(json_fields& fields, const std::string& name, const T& value) {
  if (value.empty()) {
    fields.erase(name);
  } else {
    set_field(fields, name, value);
  }
}

object_info info_of(const std::string& bucket, description_wire read) {
  object_info info;
  info.bucket = bucket;
  info.meta.name = std::move(read.name);
  info.meta.description = std::move(read.description).value_or("");
  if (read.headers) info.meta.headers = std::move(*read.headers);
  if (read.metadata) info.meta.metadata = std::move(*read.metadata);
  info.nuid = std::move(read.nuid).value_or("");
  info.size = read.size.value_or(0);
  info.chunks = read.chunks.value_or(0);
  info.digest = std::move(read.digest).value_or("");
  info.is_removed = read.deleted.value_or(false);
  if (!read.options) return info;
  if (read.options->max_chunk_size.value_or(0) > 0)
    info.meta.chunk_size = *read.options->max_chunk_size;
  if (read.options->link)
    info.link = object_link{read.options->link->bucket, read.options->link->name.value_or("")};
  return info;
}

}  // namespace

object_description read_description(const std::string& bucket, std::string_view payload,
                                    std::uint64_t revision, timestamp stored) {
  auto wire = json::decode<description_wire>(payload);
  auto fields = json::decode<json_fields>(payload);
  if (!wire.has_value() || !fields.has_value())
    throw error(errc::protocol, disposition::permanent,
                "revision " + std::to_string(revision) + " of bucket " + bucket +
                    " is no description of an object: " +
                    (wire.has_value() ? fields.error() : wire.error()).message());
  object_description read{.info = info_of(bucket, std::move(*wire)), .fields = std::move(*fields)};
  read.info.revision = revision;
  read.info.modified = stored;
  return read;
}

std::string description_text(const object_info& info, json_fields fields) {
  set_field(fields, "name", info.meta.name);
  set_or_erase(fields, "description", info.meta.description);
  set_or_erase(fields, "headers", info.meta.headers);
  set_or_erase(fields, "metadata", info.meta.metadata);
  if (info.link) {
    options_wire options;
    options.link = link_wire{.bucket = info.link->bucket, .name = {}};
    if (!info.link->is_to_bucket()) options.link->name = info.link->name;
    set_field(fields, "options", options);
  } else if (!fields.contains("options")) {
    set_field(fields, "options", options_wire{.link = {}, .max_chunk_size = info.meta.chunk_size});
  }
  set_field(fields, "bucket", info.bucket);
  set_field(fields, "nuid", info.nuid);
  set_field(fields, "size", info.size);
  set_field(fields, "mtime", std::string(no_time));
  set_field(fields, "chunks", info.chunks);
  set_or_erase(fields, "digest", info.digest);
  if (info.is_removed) {
    set_field(fields, "deleted", true);
  } else {
    fields.erase("deleted");
  }
  return json::encode(fields);
}

}  // namespace weir::nats::detail
