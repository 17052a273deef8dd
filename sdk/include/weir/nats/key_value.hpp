// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/jetstream.hpp"
#include "weir/nats/key_value_config.hpp"
#include "weir/nats/key_value_entry.hpp"

namespace weir::nats {

/// What a watch gives.
struct watch_options {
  /// Every kept value of a key to begin with, and not only its last.
  bool include_history = false;
  /// Nothing to begin with, only what changes from now on; then no mark is given.
  bool updates_only = false;
  bool ignore_removed = false;  ///< no marks of removed or purged keys
  bool keys_only = false;       ///< entries without their values
  /// From this revision on, in place of the last values; 0: those.
  std::uint64_t from_revision = 0;
};

/// A bucket of keys and values in a stream (ADR-8), as every client of NATS reads and writes it.
///
/// A light handle: the connection must outlive it and everything that it gives. A key is letters,
/// digits, and `-/_=` in tokens with points between them; a wrong one is `invalid_argument`.
/// Writing is repeated until it is confirmed, and is done once. What arguments refer to, and the
/// bucket itself, must live until a task is done.
class key_value {
 public:
  /// Makes the bucket, or changes what differs, as jetstream::ensure_stream does.
  static task<key_value> ensure(jetstream js, key_value_config wanted);
  /// Throws `not_found` unless there is such a bucket.
  static task<key_value> open(jetstream js, std::string bucket);
  /// Removes the bucket with all that is in it. Throws `not_found`.
  static task<> remove_bucket(jetstream js, std::string bucket);
  /// The names of all buckets of the account.
  static stream<std::string> buckets(jetstream js);

  const std::string& bucket() const noexcept { return bucket_; }
  task<key_value_status> status() const;

  /// The key's value; nothing where it has none, or was removed. From `any_replica` it is faster,
  /// and may be older than what was written a moment ago.
  task<std::optional<key_value_entry>> get(std::string key, get_from from = get_from::leader) const;
  /// The value that it had at this revision, or the mark of its removal; nothing where that
  /// revision is another key's or not kept any more.
  task<std::optional<key_value_entry>> get(std::string key, std::uint64_t revision,
                                           get_from from = get_from::leader) const;

  /// Writes, whatever is there; gives the revision.
  task<std::uint64_t> put(std::string key, std::string_view value) const;
  /// Writes where the key has no value; throws `conflict` where it has one. With a `ttl` (server
  /// 2.11, a bucket with `limit_marker_ttl`) the value is removed after it.
  task<std::uint64_t> create(std::string key, std::string_view value,
                             std::optional<duration> ttl = {}) const;
  /// Writes where the key's last change is `revision`; throws `conflict` where it is another.
  task<std::uint64_t> update(std::string key, std::string_view value, std::uint64_t revision) const;
  /// Marks the key as removed; its history stays. With a revision, only where that is the last
  /// change; else throws `conflict`.
  task<> remove(std::string key, std::optional<std::uint64_t> revision = {}) const;
  /// Marks the key as purged, in place of all that it was; the same for the revision. With a `ttl`
  /// (as for create) the mark is removed after it.
  task<> purge(std::string key, std::optional<std::uint64_t> revision = {},
               std::optional<duration> ttl = {}) const;

  /// The keys that have a value and fit the pattern, in the order of their last change.
  stream<std::string> keys(std::string pattern = ">") const;
  /// What is kept of a key, oldest first: at most 64 entries. Empty where it never had a value.
  task<std::vector<key_value_entry>> history(std::string key) const;
  /// Removes what is behind the marks of removed and purged keys, and the marks themselves where
  /// they are older than this; gives the number of keys. A key that is written meanwhile is kept.
  task<std::uint64_t> purge_removed(duration older_than = std::chrono::minutes(30)) const;

  /// The last values of the keys that fit the pattern, in the order of their revisions, then the
  /// mark that these are all, then every change, without end.
  ///
  /// Goes on over lost connections and restarted servers: no revision comes twice, and none that is
  /// still kept is missed (of several changes of a key while there was no connection, as many as
  /// the history keeps). Throws `not_found` once the bucket was removed,
  /// even where another was made in its place. A next() that is cancelled
  /// has lost nothing. The handle need not live as long.
  stream<key_value_change> watch(std::string pattern = ">", watch_options options = {}) const;

 private:
  key_value(jetstream js, std::string bucket);

  task<std::uint64_t> write(std::string key, std::string_view value, publish_options options) const;

  jetstream js_;
  std::string bucket_;
  std::string stream_;
};

}  // namespace weir::nats
