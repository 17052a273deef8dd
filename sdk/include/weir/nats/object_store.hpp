// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/jetstream.hpp"
#include "weir/nats/object_change.hpp"
#include "weir/nats/object_contents.hpp"
#include "weir/nats/object_source.hpp"
#include "weir/nats/object_store_config.hpp"

namespace weir::nats {

/// What object_store::get() takes at most, unless it is told otherwise.
inline constexpr std::size_t object_bytes_max = std::size_t{64} << 20;

/// A bucket of objects of any size in a stream (ADR-20), as every client of NATS reads and writes
/// it: each object in chunks, and behind them a description with its size and SHA-256.
///
/// A light handle: the connection must outlive it and everything that it gives. A name that is
/// empty, above 1024 bytes or not UTF-8 is `invalid_argument`. Where several change an object at
/// the same time, each change is made to what the other left. What arguments refer to, and the
/// bucket itself, must live until a task is done.
class object_store {
 public:
  /// Makes the bucket, or changes what differs, as jetstream::ensure_stream does; what the server
  /// refuses to change is thrown with the fields.
  static task<object_store> ensure(jetstream js, object_store_config wanted);
  /// What ensure() would find different; changes nothing.
  static task<config_comparison> compare(jetstream js, object_store_config wanted);
  /// Throws `not_found` unless there is such a bucket.
  static task<object_store> open(jetstream js, std::string bucket);
  /// Removes the bucket with all that is in it. Throws `not_found`.
  static task<> remove_bucket(jetstream js, std::string bucket);
  /// The names of all buckets of objects of the account.
  static stream<std::string> buckets(jetstream js);

  const std::string& bucket() const noexcept { return bucket_; }
  task<object_store_status> status() const;
  /// Forbids every change from now on, for good.
  task<> seal() const;

  /// Stores an object, in place of one of that name, which can be read until then.
  ///
  /// The bytes come from `from` piece by piece (a weir::byte_source, or a stream of texts of any
  /// size), and about 4 MiB of them are under way at a time. Every chunk is repeated until it is
  /// confirmed, and stored once. When the source or the bucket fails, or the task is cancelled, the
  /// old object is as it was, and the chunks that were stored are purged: that is waited for, for
  /// five seconds at most, and where the server cannot be reached then, it is done in the
  /// connection's background. Once the description has been sent a cancellation comes too late;
  /// where its confirmation does not come (`deadline_exceeded`), the object may be stored or not,
  /// and its chunks stay.
  ///
  /// Throws what the source throws, `limit_exceeded` for chunks above the server's limit, or
  /// (retry) where the bucket or its account is full, `deadline_exceeded` (retry) where a chunk is
  /// not stored within 30 s, or within half of the bucket's duplicate window where that is less,
  /// and `unavailable` (retry) where the server stored the chunks out of order, as a cluster may
  /// that changes its leader.
  task<object_info> put(object_meta what, std::string_view bytes) const;
  task<object_info> put(object_meta what, stream<std::string> from) const;
  template <byte_source Source>
  task<object_info> put(object_meta what, Source& from) const {
    detail::object_source_of<Source> source(from);
    co_return co_await put_from(std::move(what), source);
  }

  /// The whole object, verified. Throws `not_found`, `limit_exceeded` where it has more than
  /// `limit` bytes, and what object_contents says. Links are followed, up to 8 in a row; one to a
  /// bucket is `invalid_argument`.
  task<std::string> get(std::string name, std::size_t limit = object_bytes_max) const;
  /// The object as a stream of its pieces; the same errors.
  task<object_contents> read(std::string name) const;

  /// What is known of an object, or of a link itself; nothing where there is none.
  task<std::optional<object_info>> info(std::string name) const;
  /// Leaves a mark in place of the object, and purges its chunks. Throws `not_found` where there
  /// never was one. After an error do it again: what was removed already is no error.
  task<> remove(std::string name) const;
  /// Puts name, description, headers and metadata in place of those that the object has; its bytes
  /// stay. Throws `conflict` where another object has the new name, `not_found` where there is none
  /// of the old one.
  task<object_info> update(std::string name, object_meta as) const;
  /// Makes a link, in place of another link of that name. Throws `conflict` where an object has the
  /// name, `not_found` where there is nothing to lead to, `invalid_argument` for a link to a link.
  task<object_info> link(std::string name, object_link to) const;

  /// The objects and links, in the order of their last change.
  stream<object_info> list() const;
  /// What list() gives and the marks of what was removed, then the mark that these are all, then
  /// every change, without end.
  ///
  /// Goes on over lost connections, with no revision twice; of several changes of an object while
  /// there was no connection, the last is given. Throws `not_found` once the bucket was removed,
  /// even where another was made in its place. A next() that is cancelled has lost nothing.
  stream<object_change> watch(object_watch_options options = {}) const;

 private:
  object_store(jetstream js, std::string bucket);

  task<object_info> put_from(object_meta what, detail::object_source& from) const;

  jetstream js_;
  std::string bucket_;
};

}  // namespace weir::nats
