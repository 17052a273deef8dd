// SPDX-License-Identifier: Apache-2.0
#include "key_value_watch.hpp"

#include "bucket_watch.hpp"
#include "key_value_names.hpp"
#include "transformed.hpp"

namespace weir::nats::detail {
namespace {

watch_start start_of(const watch_options& options) {
  if (options.updates_only) return watch_start::nothing;
  if (options.from_revision != 0) return watch_start::revision;
  return options.include_history ? watch_start::everything : watch_start::last_values;
}

bucket_watch_request request_of(const watch_request& what) {
  return {.bucket = what.bucket,
          .stream = what.stream,
          .filter = what.filter,
          .start = start_of(what.options),
          .first_revision = what.options.from_revision,
          .headers_only = what.options.keys_only,
          .ends_at_mark = what.ends_at_mark};
}

key_value_entry entry_of(const watch_request& what, const stream_message& came) {
  return {.bucket = what.bucket,
          .key = key_of(what.bucket, came.subject()),
          .value = what.options.keys_only ? std::string() : std::string(came.payload()),
          .revision = came.sequence(),
          .time = came.time(),
          .operation = operation_of(came)};
}

}  // namespace

stream<key_value_change> watch_keys(jetstream js, watch_request what) {
  auto news = watch_bucket(js, request_of(what));
  const auto make =
      [what = std::move(what)](const bucket_news& came) -> std::optional<key_value_change> {
    key_value_change change;
    if (!came.message) return change;
    change.entry = entry_of(what, *came.message);
    const bool is_put = change.entry->operation == key_value_operation::put;
    if (!is_put && what.options.ignore_removed) return std::nullopt;
    return change;
  };
  return transformed(std::move(news), make);
}

}  // namespace weir::nats::detail
