// SPDX-License-Identifier: Apache-2.0
#include "key_value_names.hpp"
#include "key_value_watch.hpp"
#include "transformed.hpp"
#include "weir/loop.hpp"

namespace weir::nats {
namespace {

std::optional<std::string> key_in(const key_value_change& change) { return change.entry->key; }

/// A look at the bucket as it is now, to its end.
detail::watch_request look(const std::string& bucket, const std::string& stream, std::string filter,
                           watch_options options) {
  return {.bucket = bucket,
          .stream = stream,
          .filter = std::move(filter),
          .options = options,
          .ends_at_mark = true};
}

}  // namespace

stream<std::string> key_value::keys(std::string pattern) const {
  const watch_options options{.ignore_removed = true, .keys_only = true};
  auto changes = detail::watch_keys(
      js_, look(bucket_, stream_, detail::key_pattern_subject(bucket_, pattern), options));
  return detail::transformed(std::move(changes), key_in);
}

task<std::vector<key_value_entry>> key_value::history(std::string key) const {
  const watch_options options{.include_history = true};
  auto changes =
      detail::watch_keys(js_, look(bucket_, stream_, detail::key_subject(bucket_, key), options));
  std::vector<key_value_entry> entries;
  while (auto change = co_await changes.next()) entries.push_back(std::move(*change->entry));
  co_return entries;
}

task<std::uint64_t> key_value::purge_removed(duration older_than) const {
  const watch_options options{.keys_only = true};
  auto changes = detail::watch_keys(
      js_, look(bucket_, stream_, detail::key_pattern_subject(bucket_, ">"), options));
  const timestamp oldest_kept = std::chrono::time_point_cast<timestamp::duration>(
      loop::current().driver().wall_clock() - older_than);
  // First all of them: what is purged meanwhile would come into the way of the look.
  std::vector<key_value_entry> marks;
  while (auto change = co_await changes.next()) {
    if (change->entry->operation != key_value_operation::put)
      marks.push_back(std::move(*change->entry));
  }
  jetstream js = js_;
  for (const key_value_entry& mark : marks) {
    // Up to this revision only, so that a value which is written meanwhile stays.
    purge_options below;
    below.filter = detail::key_subject(bucket_, mark.key);
    below.up_to = mark.time < oldest_kept ? mark.revision + 1 : mark.revision;
    co_await js.purge_stream(stream_, below);
  }
  co_return marks.size();
}

}  // namespace weir::nats
