// SPDX-License-Identifier: Apache-2.0
#include "bucket_watch.hpp"
#include "object_description.hpp"
#include "object_names.hpp"
#include "weir/nats/object_store.hpp"

namespace weir::nats {
namespace {

stream<object_change> changes_of(jetstream js, detail::bucket_watch_request what,
                                 bool ignore_removed) {
  const std::string bucket = what.bucket;
  auto news = detail::watch_bucket(js, std::move(what));
  for (;;) {
    auto came = co_await news.next().as_result();
    if (!came.has_value()) {
      if (came.error().disposition() == disposition::permanent) throw came.error();
      co_yield failed(came.error());
      continue;
    }
    if (!*came) co_return;
    object_change change;
    if (const auto& message = (*came)->message) {
      try {
        change.info = detail::read_description(bucket, message->payload(), message->sequence(),
                                               message->time())
                          .info;
      } catch (const error&) {
        continue;  // Not written by a client of objects: there is no object of this name.
      }
      if (change.info->is_removed && ignore_removed) continue;
    }
    co_yield std::move(change);
  }
}

stream<object_info> infos_of(stream<object_change> changes) {
  for (;;) {
    auto change = co_await changes.next().as_result();
    if (!change.has_value()) {
      if (change.error().disposition() == disposition::permanent) throw change.error();
      co_yield failed(change.error());
      continue;
    }
    if (!*change) co_return;
    co_yield std::move(*(*change)->info);
  }
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
  return infos_of(changes_of(js_,
                             {.bucket = bucket_,
                              .stream = detail::object_stream(bucket_),
                              .filter = detail::all_meta_subjects(bucket_),
                              .ends_at_mark = true},
                             true));
}

}  // namespace weir::nats
