// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/key_value.hpp"

#include "bucket_names.hpp"
#include "key_value_names.hpp"
#include "key_value_watch.hpp"
#include "weir/error.hpp"

namespace weir::nats {
namespace {

constexpr int history_max = 64;
constexpr auto duplicate_window_max = std::chrono::minutes(2);

stream_config stream_for(const key_value_config& wanted) {
  detail::check_bucket(wanted.bucket);
  if (wanted.history && (*wanted.history < 1 || *wanted.history > history_max))
    throw error(errc::invalid_argument, disposition::permanent,
                "bucket " + wanted.bucket + " cannot keep " + std::to_string(*wanted.history) +
                    " values of a key: 1 to " + std::to_string(history_max));
  stream_config config;
  config.name = std::string(detail::bucket_stream_prefix) + wanted.bucket;
  config.subjects = {"$KV." + wanted.bucket + ".>"};
  config.description = wanted.description;
  config.discard = discard_policy::new_messages;
  config.deny_delete = true;
  config.allow_rollup = true;
  config.allow_direct = true;
  config.max_messages_per_subject = wanted.history;
  config.max_age = wanted.ttl;
  if (wanted.ttl && *wanted.ttl > duration::zero())
    config.duplicate_window = std::min<duration>(*wanted.ttl, duplicate_window_max);
  config.max_bytes = wanted.max_bytes;
  config.max_message_size = wanted.max_value_size;
  config.storage = wanted.storage;
  config.replicas = wanted.replicas;
  config.placement = wanted.placement;
  config.republish = wanted.republish;
  config.compression = wanted.compression;
  config.metadata = wanted.metadata;
  if (wanted.limit_marker_ttl) {
    config.allow_message_ttl = true;
    config.subject_delete_marker_ttl = wanted.limit_marker_ttl;
  }
  return config;
}

key_value_entry entry_of(const std::string& bucket, stored_message stored) {
  const key_value_operation operation = detail::operation_of(stored);
  return {.bucket = bucket,
          .key = detail::key_of(bucket, stored.subject),
          .value = std::move(stored.payload),
          .revision = stored.sequence,
          .time = stored.time,
          .operation = operation};
}

error conflict_of(const error& refused, const std::string& bucket, const std::string& key,
                  const std::string& rule) {
  if (!refused.is(errc::conflict)) return refused;
  return {errc::conflict, refused.disposition(),
          "key " + key + " of bucket " + bucket + ": " + rule + ": " + refused.message()};
}

}  // namespace

key_value::key_value(jetstream js, std::string bucket)
    : js_(js),
      bucket_(std::move(bucket)),
      stream_(std::string(detail::bucket_stream_prefix) + bucket_) {}

task<key_value> key_value::ensure(jetstream js, key_value_config wanted) {
  stream_config config = stream_for(wanted);
  if (!wanted.history) {
    // Without a limit it would be no bucket; an existing one keeps its own.
    const auto seen = co_await js.compare_stream(config);
    if (!seen.exists) config.max_messages_per_subject = 1;
  }
  co_await js.ensure_stream(std::move(config));
  co_return key_value(js, std::move(wanted.bucket));
}

task<key_value> key_value::open(jetstream js, std::string bucket) {
  detail::check_bucket(bucket);
  key_value opened(js, std::move(bucket));
  co_await opened.status();
  co_return opened;
}

task<> key_value::remove_bucket(jetstream js, std::string bucket) {
  detail::check_bucket(bucket);
  co_await js.delete_stream(std::string(detail::bucket_stream_prefix) + bucket);
}

stream<std::string> key_value::buckets(jetstream js) {
  return detail::bucket_names(js.stream_names("$KV.*.>"),
                              std::string(detail::bucket_stream_prefix));
}

task<key_value_status> key_value::status() const {
  jetstream js = js_;
  nats::stream_info info = co_await js.stream_info(stream_);
  co_return key_value_status{.bucket = bucket_,
                             .values = info.messages,
                             .bytes = info.bytes,
                             .history = info.config.max_messages_per_subject.value_or(-1),
                             .ttl = info.config.max_age.value_or(duration::zero()),
                             .stream = info};
}

task<std::optional<key_value_entry>> key_value::get(std::string key, get_from from) const {
  const std::string subject = detail::key_subject(bucket_, key);
  jetstream js = js_;
  auto stored = co_await js.last_message(stream_, subject, from).as_result();
  if (!stored.has_value()) {
    if (stored.error().is(errc::not_found)) co_return std::nullopt;
    throw stored.error();
  }
  key_value_entry entry = entry_of(bucket_, std::move(*stored));
  if (entry.operation != key_value_operation::put) co_return std::nullopt;
  co_return entry;
}

task<std::optional<key_value_entry>> key_value::get(std::string key, std::uint64_t revision,
                                                    get_from from) const {
  const std::string subject = detail::key_subject(bucket_, key);
  jetstream js = js_;
  auto stored = co_await js.get_message(stream_, revision, from).as_result();
  if (!stored.has_value()) {
    if (stored.error().is(errc::not_found)) co_return std::nullopt;
    throw stored.error();
  }
  if (stored->subject != subject) co_return std::nullopt;
  co_return entry_of(bucket_, std::move(*stored));
}

task<std::uint64_t> key_value::write(std::string key, std::string_view value,
                                     publish_options options) const {
  const nats::subject to(detail::key_subject(bucket_, key));
  jetstream js = js_;
  options.expected_stream = stream_;
  const publish_ack stored = co_await js.publish(to, value, options);
  co_return stored.sequence;
}

task<std::uint64_t> key_value::put(std::string key, std::string_view value) const {
  return write(std::move(key), value, {});
}

task<std::uint64_t> key_value::create(std::string key, std::string_view value,
                                      std::optional<duration> ttl) const {
  publish_options options;
  options.ttl = ttl;
  options.expected_last_subject_sequence = 0;
  const auto first = co_await write(key, value, options).as_result();
  if (first.has_value()) co_return *first;
  const error refused =
      conflict_of(first.error(), bucket_, key, "it has a value already; update() takes its place");
  if (!refused.is(errc::conflict)) throw refused;
  jetstream js = js_;
  const auto last =
      co_await js.last_message(stream_, detail::key_subject(bucket_, key)).as_result();
  if (!last.has_value()) throw last.error().is(errc::not_found) ? refused : last.error();
  if (detail::operation_of(*last) == key_value_operation::put) throw refused;
  options.expected_last_subject_sequence = last->sequence;
  const auto second = co_await write(key, value, options).as_result();
  if (second.has_value()) co_return *second;
  throw conflict_of(second.error(), bucket_, key, "somebody else gave it a value in this moment");
}

task<std::uint64_t> key_value::update(std::string key, std::string_view value,
                                      std::uint64_t revision) const {
  publish_options options;
  options.expected_last_subject_sequence = revision;
  const auto written = co_await write(key, value, options).as_result();
  if (written.has_value()) co_return *written;
  throw conflict_of(
      written.error(), bucket_, key,
      "its last change is not revision " + std::to_string(revision) + "; read it again");
}

task<> key_value::remove(std::string key, std::optional<std::uint64_t> revision) const {
  const nats::headers mark{{"KV-Operation", "DEL"}};
  publish_options options;
  options.headers = &mark;
  options.expected_last_subject_sequence = revision;
  const auto written = co_await write(key, {}, options).as_result();
  if (!written.has_value())
    throw conflict_of(written.error(), bucket_, key, "its last change is another; read it again");
}

task<> key_value::purge(std::string key, std::optional<std::uint64_t> revision,
                        std::optional<duration> ttl) const {
  const nats::headers mark{{"KV-Operation", "PURGE"}};
  publish_options options;
  options.headers = &mark;
  options.rollup = rollup::subject;
  options.ttl = ttl;
  options.expected_last_subject_sequence = revision;
  const auto written = co_await write(key, {}, options).as_result();
  if (!written.has_value())
    throw conflict_of(written.error(), bucket_, key, "its last change is another; read it again");
}

stream<key_value_change> key_value::watch(std::string pattern, watch_options options) const {
  return detail::watch_keys(js_, {.bucket = bucket_,
                                  .stream = stream_,
                                  .filter = detail::key_pattern_subject(bucket_, pattern),
                                  .options = options});
}

}  // namespace weir::nats
