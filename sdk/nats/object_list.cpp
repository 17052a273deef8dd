// SPDX-License-Identifier: Apache-2.0
#include "bucket_watch.hpp"
#include "object_description.hpp"
#include "object_names.hpp"
#include "transformed.hpp"
#include "weir/nats/object_store.hpp"

namespace weir::nats {
namespace {

/// Nothing of what no client of objects has written, and of removed ones where they are ignored.
std::optional<object_change> change_of(const std::string& bucket, bool ignore_removed,
                                       const detail::bucket_news& news) {
  object_change change;
  if (!news.message) return change;
  try {
    change.info = detail::read_description(bucket, news.message->payload(),
                                           news.message->sequence(), news.message->time())
                      .info;
  } catch (const error&) {
    return std::nullopt;
  }
  if (change.info->is_removed && ignore_removed) return std::nullopt;
  return change;
}

stream<object_change> changes_of(jetstream js, detail::bucket_watch_request what,
                                 bool ignore_removed) {
  const auto make = [bucket = what.bucket, ignore_removed](const detail::bucket_news& news) {
    return change_of(bucket, ignore_removed, news);
  };
  return detail::transformed(detail::watch_bucket(js, std::move(what)), make);
}

}  // namespace

stream<object_change> object_store::watch(object_watch_options options) const {
  detail::bucket_watch_request what{.bucket = bucket_,
                                    .stream = detail::object_stream(bucket_),
                                    .filter = detail::all_meta_subjects(bucket_)};
  if (options.updates_only) what.start = detail::watch_start::nothing;
  return changes_of(js_, std::move(what), options.ignore_removed);
}

stream<object_info> object_store::list() const {
  return detail::transformed(changes_of(js_,
                                        {.bucket = bucket_,
                                         .stream = detail::object_stream(bucket_),
                                         .filter = detail::all_meta_subjects(bucket_),
                                         .ends_at_mark = true},
                                        true),
                             [](object_change change) { return std::move(change.info); });
}

}  // namespace weir::nats
