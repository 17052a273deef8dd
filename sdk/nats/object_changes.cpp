// SPDX-License-Identifier: Apache-2.0
#include "object_changes.hpp"

#include "bucket_message.hpp"
#include "object_names.hpp"
#include "weir/loop.hpp"

namespace weir::nats::detail {

task<std::optional<object_description>> find_description(jetstream js, std::string bucket,
                                                         std::string name) {
  const auto found = co_await last_in_bucket(js, object_stream(bucket), meta_subject(bucket, name));
  if (!found) co_return std::nullopt;
  try {
    co_return read_description(bucket, found->payload, found->sequence, found->time);
  } catch (const error&) {
  }
  object_description none;
  none.info.bucket = bucket;
  none.info.meta.name = name;
  none.info.revision = found->sequence;
  none.info.is_removed = true;
  co_return none;
}

task<std::optional<std::uint64_t>> store_description(jetstream js, object_description what,
                                                     std::uint64_t after) {
  const object_info& info = what.info;
  const nats::subject to(meta_subject(info.bucket, info.meta.name));
  const std::string stream = object_stream(info.bucket);
  const std::string text = description_text(info, what.fields);
  publish_options options;
  options.expected_stream = stream;
  options.expected_last_subject_sequence = after;
  options.rollup = rollup::subject;
  const auto stored = co_await js.publish(to, text, options).as_result();
  if (stored.has_value()) co_return stored->sequence;
  if (stored.error().is(errc::conflict)) co_return std::nullopt;
  const error& refused = stored.error();
  throw error(refused.code(), refused.disposition(),
              object_shown(info.bucket, info.meta.name) +
                  ": its description was not stored: " + refused.message());
}

task<changed_description> change_description(jetstream js, std::string bucket, std::string name,
                                             description_change change) {
  for (unsigned tries = 0; tries < change_tries_max; ++tries) {
    auto before = co_await find_description(js, bucket, name);
    object_description after = change(before);
    const auto revision = co_await store_description(js, after, revision_of(before));
    if (!revision) continue;
    after.info.revision = *revision;
    after.info.modified =
        std::chrono::time_point_cast<timestamp::duration>(loop::current().driver().wall_clock());
    co_return changed_description{std::move(after.info), std::move(before)};
  }
  throw changed_by_others(bucket, name);
}

error changed_by_others(const std::string& bucket, const std::string& name) {
  return {errc::conflict, disposition::retry,
          object_shown(bucket, name) + " was changed by others each of the " +
              std::to_string(change_tries_max) +
              " times that it was to be changed: try again, or let one of them write it"};
}

task<> purge_chunks(jetstream js, std::string bucket, std::string nuid) {
  const purge_options chunks{.filter = chunk_subject(bucket, nuid)};
  co_await js.purge_stream(object_stream(bucket), chunks);
}

}  // namespace weir::nats::detail
