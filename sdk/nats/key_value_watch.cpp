// SPDX-License-Identifier: Apache-2.0
#include "key_value_watch.hpp"

#include <algorithm>

#include "key_value_names.hpp"
#include "weir/loop.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/sleep.hpp"

namespace weir::nats::detail {
namespace {

/// Taken with one pull, at most.
constexpr std::size_t pull_size = 256;
/// How long a pull for the next change waits.
constexpr auto pull_expires = std::chrono::seconds(30);
/// The server removes the consumer of a watch that is gone, or that nobody has asked for so long.
constexpr auto forgotten_after = std::chrono::minutes(1);
constexpr auto retry_interval = std::chrono::milliseconds(100);
/// What came for a next() that was cancelled is kept for at least so long.
constexpr auto kept_for = std::chrono::seconds(10);

/// How far a watch is.
struct watch_position {
  std::uint64_t last = 0;   ///< the revision that was seen last
  bool is_initial = false;  ///< the values of the beginning are not all seen
  /// When the bucket was made: another one of its name has revisions of its own. Empty before the
  /// first look at it.
  std::optional<timestamp> bucket_made = {};
};

/// A consumer that gives what comes after a position, each message once and unacknowledged.
struct watch_source {
  consumer from;
  std::string name;
  std::uint64_t next = 1;  ///< the number of its next delivery
};

consumer_config consumer_for(const watch_request& what, const watch_position& at) {
  consumer_config config;
  config.filter_subject = what.filter;
  config.ack = ack_policy::none;
  config.memory_storage = true;
  config.replicas = 1;
  config.inactive_threshold = forgotten_after;
  if (what.options.keys_only) config.headers_only = true;
  const bool only_last = !what.options.include_history && what.options.from_revision == 0;
  if (at.is_initial && only_last) {
    // In the order of the revisions, so what was seen already can be told.
    config.deliver = deliver_policy::last_per_subject;
  } else {
    config.deliver = deliver_policy::by_start_sequence;
    config.start_sequence = at.last + 1;
  }
  return config;
}

task<watch_source> open_source(jetstream js, const watch_request& what, watch_position& at) {
  const stream_info now = co_await js.stream_info(what.stream);
  if (at.bucket_made && *at.bucket_made != now.created)
    throw error(errc::not_found, disposition::permanent,
                "bucket " + what.bucket +
                    " was removed, and another made in its place: watch that one anew");
  if (at.bucket_made) {
    // A server that lost power may have lost the last changes, and gives their revisions again.
    at.last = std::min(at.last, now.last_sequence);
  } else if (what.options.updates_only) {
    at.last = now.last_sequence;
  }
  if (what.options.from_revision != 0) at.last = std::max(at.last, what.options.from_revision - 1);
  at.bucket_made = now.created;
  const consumer_info made =
      co_await js.create_ephemeral_consumer(what.stream, consumer_for(what, at));
  auto from = co_await consumer::open(js, what.stream, made.name).as_result();
  if (from.has_value()) co_return watch_source{std::move(*from), made.name};
  if (!from.error().is(errc::not_found)) throw from.error();
  // The server was restarted in this moment; whether the stream is gone shows when asked again.
  throw error(errc::unavailable, disposition::retry, from.error().message());
}

/// What is there, or else the next that comes; in the beginning only what is there.
task<fetched> take(consumer& from, bool is_initial) {
  fetched got = co_await from.fetch(pull_size, duration::zero());
  if (!got.messages.empty() || got.end != fetch_end::no_messages || is_initial) co_return got;
  co_return co_await from.fetch(1, pull_expires);
}

/// Whether the consumer goes on: nothing was lost on the way to the end of this fetch.
bool goes_on(fetch_end end) {
  return end == fetch_end::complete || end == fetch_end::timeout || end == fetch_end::no_messages;
}

key_value_entry entry_of(const watch_request& what, const delivery& came) {
  return {.bucket = what.bucket,
          .key = key_of(what.bucket, came.subject()),
          .value = what.options.keys_only ? std::string() : std::string(came.payload()),
          .revision = came.info().stream_sequence,
          .time = came.info().time,
          .operation = operation_of(came)};
}

/// The changes among what came; moves the position. `is_whole` becomes false at a gap.
std::vector<key_value_change> changes_in(const watch_request& what, const fetched& got,
                                         watch_source& source, watch_position& at, bool& is_whole) {
  std::vector<key_value_change> changes;
  is_whole = goes_on(got.end);
  for (const delivery& came : got.messages) {
    if (came.info().consumer_sequence != source.next) {
      is_whole = false;
      break;
    }
    ++source.next;
    if (came.info().stream_sequence > at.last) {
      at.last = came.info().stream_sequence;
      key_value_entry entry = entry_of(what, came);
      if (entry.operation == key_value_operation::put || !what.options.ignore_removed)
        changes.push_back({std::move(entry)});
    }
    if (!at.is_initial || came.info().pending != 0) continue;
    at.is_initial = false;
    changes.push_back({});
  }
  // What was still to come may have been purged, so the last message need not say that it is last.
  if (at.is_initial && got.messages.empty() && got.end == fetch_end::no_messages) {
    at.is_initial = false;
    changes.push_back({});
  }
  return changes;
}

}  // namespace

stream<key_value_change> watch_bucket(jetstream js, watch_request what) {
  watch_position at{.is_initial = !what.options.updates_only};
  for (;;) {
    auto opened = co_await open_source(js, what, at).as_result();
    if (!opened.has_value()) {
      if (opened.error().is_cancelled() || opened.error().is(errc::deadline_exceeded)) {
        co_yield failed(opened.error());
      } else if (opened.error().disposition() == disposition::permanent) {
        throw opened.error();
      } else {
        const auto waited = co_await sleep(retry_interval).as_result();
        if (!waited.has_value()) co_yield failed(waited.error());
      }
      continue;
    }
    watch_source& source = *opened;
    bool goes_on = true;
    while (goes_on) {
      const auto got = co_await take(source.from, at.is_initial).as_result();
      if (!got.has_value()) {
        if (!got.error().is_cancelled() && !got.error().is(errc::deadline_exceeded)) break;
        const time_point left_at = loop::current().now();
        co_yield failed(got.error());
        goes_on = loop::current().now() - left_at < kept_for;
        continue;
      }
      auto changes = changes_in(what, *got, source, at, goes_on);
      for (key_value_change& one : changes) {
        if (what.ends_at_mark && one.is_up_to_date_mark()) break;
        co_yield std::move(one);
      }
      if (what.ends_at_mark && !at.is_initial) break;
    }
    if (!what.ends_at_mark || at.is_initial) continue;
    // The server removes it in a while if this fails.
    static_cast<void>(co_await js.delete_consumer(what.stream, source.name).as_result());
    co_return;
  }
}

}  // namespace weir::nats::detail
