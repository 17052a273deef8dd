// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/object_store.hpp"

#include <algorithm>

#include "bucket_names.hpp"
#include "object_changes.hpp"
#include "object_names.hpp"
#include "object_read.hpp"
#include "object_upload.hpp"
#include "quoted_text.hpp"
#include "weir/timeout.hpp"

namespace weir::nats {
namespace {

using detail::object_description;
using detail::object_shown;

/// Bytes that are there already.
class bytes_source final : public detail::object_source {
 public:
  explicit bytes_source(std::string_view from) noexcept : rest_(from) {}

  task<std::size_t> read_some(std::span<std::byte> into) override {
    const std::string_view taken = rest_.substr(0, into.size());
    std::ranges::copy(std::as_bytes(std::span(taken)), into.begin());
    rest_.remove_prefix(taken.size());
    co_return taken.size();
  }

 private:
  std::string_view rest_;
};

/// What a description says is believed up to here; from there on memory follows the bytes that
/// came.
constexpr std::uint64_t reserved_bytes_max = std::uint64_t{4} << 20;
constexpr auto duplicate_window_max = std::chrono::minutes(2);

stream_config stream_for(const object_store_config& wanted) {
  detail::check_bucket(wanted.bucket);
  stream_config config;
  config.name = detail::object_stream(wanted.bucket);
  config.subjects = {"$O." + wanted.bucket + ".C.>", "$O." + wanted.bucket + ".M.>"};
  config.description = wanted.description;
  config.discard = discard_policy::new_messages;
  config.allow_rollup = true;
  config.allow_direct = true;
  config.max_age = wanted.ttl;
  if (wanted.ttl && *wanted.ttl > duration::zero())
    config.duplicate_window = std::min<duration>(*wanted.ttl, duplicate_window_max);
  config.max_bytes = wanted.max_bytes;
  config.storage = wanted.storage;
  config.replicas = wanted.replicas;
  config.placement = wanted.placement;
  config.compression = wanted.compression;
  config.metadata = wanted.metadata;
  return config;
}

error not_there(const std::string& bucket, const std::string& name) {
  return {errc::not_found, disposition::permanent, object_shown(bucket, name) + " is not there"};
}

bool is_there(const std::optional<object_description>& found) {
  return found && !found->info.is_removed;
}

/// The mark that stays of an object, with the nuid `chunks`.
object_description mark_of(object_description removed, std::string chunks) {
  removed.info.is_removed = true;
  removed.info.size = removed.info.chunks = 0;
  removed.info.digest.clear();
  removed.info.nuid = std::move(chunks);
  return removed;
}

void take_over(object_info& info, const object_meta& as) {
  const std::size_t chunk_size = info.meta.chunk_size;
  info.meta = as;
  info.meta.chunk_size = chunk_size;
}

/// Takes the old name from an object that has a new one already.
task<> drop_old_name(jetstream js, object_description old, object_info renamed) {
  const std::string bucket = old.info.bucket;
  const std::string name = old.info.meta.name;
  const std::uint64_t seen = old.info.revision;
  // The mark has a nuid of its own: the chunks belong to the new name.
  const auto marked =
      co_await detail::store_description(js, mark_of(std::move(old), detail::make_nuid()), seen);
  if (marked) {
    purge_options mark;
    mark.filter = detail::meta_subject(bucket, name);
    mark.up_to = *marked + 1;
    co_await js.purge_stream(detail::object_stream(bucket), mark);
    co_return;
  }
  // Whoever changed it in this moment has the chunks, or has purged them.
  const std::uint64_t made = renamed.revision;
  co_await detail::store_description(
      js, mark_of({.info = std::move(renamed), .fields = {}}, detail::make_nuid()), made);
  throw error(errc::conflict, disposition::retry,
              object_shown(bucket, name) +
                  " was changed by somebody else while it was renamed, and keeps its name");
}

/// Gives an object another name, under which there is none.
task<object_info> rename(jetstream js, std::string bucket, std::string name, object_meta as) {
  const auto old = co_await detail::find_description(js, bucket, name);
  if (!is_there(old)) throw not_there(bucket, name);
  const auto stored = co_await detail::change_description(
      js, bucket, as.name, [&](const std::optional<object_description>& before) {
        // The same chunks: an earlier attempt got as far as this.
        if (is_there(before) && before->info.nuid != old->info.nuid)
          throw error(errc::conflict, disposition::permanent,
                      object_shown(bucket, name) + " cannot be renamed: there is an " +
                          object_shown(bucket, as.name) + "; remove that first");
        object_description made = *old;
        take_over(made.info, as);
        return made;
      });
  co_await shield(drop_old_name(js, *old, stored.info));
  co_return stored.info;
}

}  // namespace

object_store::object_store(jetstream js, std::string bucket)
    : js_(js), bucket_(std::move(bucket)) {}

task<object_store> object_store::ensure(jetstream js, object_store_config wanted) {
  co_await js.ensure_stream(stream_for(wanted));
  co_return object_store(js, std::move(wanted.bucket));
}

task<config_comparison> object_store::compare(jetstream js, object_store_config wanted) {
  co_return co_await js.compare_stream(stream_for(wanted));
}

task<object_store> object_store::open(jetstream js, std::string bucket) {
  detail::check_bucket(bucket);
  object_store opened(js, std::move(bucket));
  co_await opened.status();
  co_return opened;
}

task<> object_store::remove_bucket(jetstream js, std::string bucket) {
  detail::check_bucket(bucket);
  co_await js.delete_stream(detail::object_stream(bucket));
}

stream<std::string> object_store::buckets(jetstream js) {
  return detail::bucket_names(js.stream_names("$O.*.C.>"),
                              std::string(detail::object_stream_prefix));
}

task<object_store_status> object_store::status() const {
  jetstream js = js_;
  nats::stream_info info = co_await js.stream_info(detail::object_stream(bucket_));
  co_return object_store_status{.bucket = bucket_,
                                .description = info.config.description.value_or(""),
                                .bytes = info.bytes,
                                .ttl = info.config.max_age.value_or(duration::zero()),
                                .storage = info.config.storage.value_or(storage_type::file),
                                .replicas = info.config.replicas.value_or(1),
                                .is_sealed = info.config.sealed.value_or(false),
                                .stream = info};
}

task<> object_store::seal() const {
  jetstream js = js_;
  stream_config sealed;
  sealed.name = detail::object_stream(bucket_);
  sealed.sealed = true;
  co_await js.stream_info(sealed.name);  // One that is not there is not to be made.
  co_await js.ensure_stream(std::move(sealed));
}

task<object_info> object_store::put_from(object_meta what, detail::object_source& from) const {
  return detail::upload_object(js_, bucket_, std::move(what), from);
}

task<object_info> object_store::put(object_meta what, stream<std::string> from) const {
  detail::pieces_source source(std::move(from));
  co_return co_await put_from(std::move(what), source);
}

task<object_info> object_store::put(object_meta what, std::string_view bytes) const {
  bytes_source source(bytes);
  co_return co_await put_from(std::move(what), source);
}

task<object_contents> object_store::read(std::string name) const {
  return detail::read_object(js_, bucket_, std::move(name));
}

task<std::string> object_store::get(std::string name, std::size_t limit) const {
  object_contents contents = co_await read(name);
  if (contents.info.size > limit)
    throw error(errc::limit_exceeded, disposition::permanent,
                object_shown(bucket_, name) + " has " + std::to_string(contents.info.size) +
                    " bytes, and " + std::to_string(limit) +
                    " are the limit: give another one, or read() it piece by piece");
  std::string bytes;
  bytes.reserve(std::min(contents.info.size, reserved_bytes_max));
  while (const auto piece = co_await contents.pieces.next()) bytes += *piece;
  co_return bytes;
}

task<std::optional<object_info>> object_store::info(std::string name) const {
  auto found = co_await detail::find_description(js_, bucket_, std::move(name));
  if (!is_there(found)) co_return std::nullopt;
  co_return std::move(found->info);
}

task<> object_store::remove(std::string name) const {
  auto found = co_await detail::find_description(js_, bucket_, name);
  if (!found) throw not_there(bucket_, name);
  object_info removed = found->info;
  if (!removed.is_removed) {
    const auto marked = co_await detail::change_description(
        js_, bucket_, name, [&](const std::optional<object_description>& before) {
          if (!before) throw not_there(bucket_, name);
          return mark_of(*before, before->info.nuid);
        });
    removed = marked.info;
  }
  // Nobody else does it once the mark is there.
  if (!removed.is_link() && !removed.nuid.empty())
    co_await shield(detail::purge_chunks(js_, bucket_, removed.nuid));
}

task<object_info> object_store::update(std::string name, object_meta as) const {
  if (name != as.name) co_return co_await rename(js_, bucket_, std::move(name), std::move(as));
  const auto changed = co_await detail::change_description(
      js_, bucket_, name, [&](const std::optional<object_description>& before) {
        if (!is_there(before)) throw not_there(bucket_, name);
        object_description made = *before;
        take_over(made.info, as);
        return made;
      });
  co_return changed.info;
}

task<object_info> object_store::link(std::string name, object_link to) const {
  detail::check_bucket(to.bucket);
  jetstream js = js_;
  co_await js.stream_info(detail::object_stream(to.bucket));
  if (!to.is_to_bucket()) {
    const auto target = co_await detail::find_description(js, to.bucket, to.name);
    if (!is_there(target)) throw not_there(to.bucket, to.name);
    if (target->info.is_link())
      throw error(errc::invalid_argument, disposition::permanent,
                  object_shown(to.bucket, to.name) + " is a link itself: link to what it leads to");
  }
  object_description made;
  made.info.bucket = bucket_;
  made.info.meta.name = name;
  made.info.link = std::move(to);
  made.info.nuid = detail::make_nuid();
  const auto changed = co_await detail::change_description(
      js, bucket_, name, [&](const std::optional<object_description>& before) {
        if (is_there(before) && !before->info.is_link())
          throw error(errc::conflict, disposition::permanent,
                      object_shown(bucket_, name) +
                          " is no link, and none can take its place: remove it first");
        return made;
      });
  co_return changed.info;
}

}  // namespace weir::nats
