// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "envelope.hpp"
#include "stream_settings.hpp"

namespace weir::nats::detail::model {

/// A message in a stream.
struct stored {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;  ///< nanoseconds since 1970
  shared_envelope message;
};

/// The messages that a filter finds from some sequence on.
struct found_messages {
  std::uint64_t count = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// What a purge is limited to; empty for everything.
struct purge_request {
  std::optional<std::string> filter;
  std::optional<std::uint64_t> seq;   ///< up to here, this one not
  std::optional<std::uint64_t> keep;  ///< so many of the last remain
};

/// The messages of one stream, and its limits. An empty pattern matches every subject.
class stream_store {
 public:
  using message_map = std::map<std::uint64_t, stored>;

  explicit stream_store(const stream_settings& limits) : limits_(&limits) {}

  /// Called with what a limit or remove() takes out; not by purges, after which whoever counts
  /// looks again.
  std::function<void(const stored&)> on_removed;

  /// Why the limits leave no room for this message, in the server's words.
  std::optional<std::string> refusal(const envelope& message) const;
  std::uint64_t append(shared_envelope message, std::int64_t time);
  /// Uses up a sequence without a message.
  std::uint64_t skip() noexcept;
  bool remove(std::uint64_t sequence);
  std::uint64_t purge(const purge_request& wanted);
  /// Takes out what is beyond the limits, by their present values.
  void enforce_limits();
  /// Takes out what is too old; gives when the next message will be, 0 for never.
  std::int64_t expire(std::int64_t now);

  const stored* find(std::uint64_t sequence) const noexcept;
  /// The first with a matching subject, at `from` or behind.
  const stored* next(std::string_view pattern, std::uint64_t from) const noexcept;
  const stored* last(std::string_view pattern) const noexcept;
  found_messages count(std::string_view pattern, std::uint64_t from) const noexcept;
  /// The first message that was stored then or later, or the sequence behind the last.
  std::uint64_t sequence_at(std::int64_t time) const noexcept;

  const message_map& messages() const noexcept { return messages_; }
  /// How many messages each subject has.
  std::map<std::string, std::uint64_t> subjects(std::string_view pattern) const;
  std::uint64_t bytes() const noexcept { return bytes_; }
  std::uint64_t first_sequence() const noexcept { return first_; }
  std::uint64_t last_sequence() const noexcept { return last_; }
  std::int64_t last_time() const noexcept { return last_time_; }

 private:
  std::uint64_t size_of(const envelope& message) const noexcept;
  void take_out(message_map::iterator at, bool tell);
  std::uint64_t purge_matching(std::string_view pattern, const purge_request& wanted);
  bool is_beyond_totals() const noexcept;
  void enforce_totals();

  const stream_settings* limits_;
  message_map messages_;
  std::map<std::string, std::uint64_t, std::less<>> per_subject_;
  std::uint64_t bytes_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  std::int64_t last_time_ = 0;
};

/// Whether the subject matches; an empty pattern matches every one.
bool matches(std::string_view pattern, std::string_view subject) noexcept;

}  // namespace weir::nats::detail::model
