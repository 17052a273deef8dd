// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "weir/clock.hpp"

namespace weir::nats::detail::model {

/// Both counts of a consumer: of its deliveries, and of the stream.
struct sequences {
  std::uint64_t consumer = 0;
  std::uint64_t stream = 0;
};

/// What is acknowledged with one acknowledgement.
enum class ack_rule : unsigned char { none, all, one };

/// When an unacknowledged message is delivered again.
struct redelivery_rule {
  duration ack_wait{};
  std::vector<duration> backoff;  ///< by attempt; the last one goes on
};

/// What a consumer has delivered, and what of it is acknowledged: the server's own bookkeeping.
class ack_ledger {
 public:
  explicit ack_ledger(ack_rule rule) noexcept : rule_(rule) {}

  /// Nothing is delivered, and `first` is where it begins.
  void begin_at(std::uint64_t first) noexcept { next_in_stream_ = first; }

  /// Where the stream is looked at next.
  std::uint64_t next_in_stream() const noexcept { return next_in_stream_; }
  /// Everything before is delivered, or not for this consumer.
  void pass(std::uint64_t up_to) noexcept { next_in_stream_ = std::max(next_in_stream_, up_to); }
  /// The number of the next delivery.
  std::uint64_t next_delivery() const noexcept { return next_delivery_; }

  /// Notes the next delivery.
  void delivered(std::uint64_t sequence, time_point now, const redelivery_rule& rule);
  /// Notes an acknowledgement; gives the messages that are done by it.
  std::vector<std::uint64_t> ack(sequences of);
  /// False when the message is not pending, and the answer means nothing.
  bool nak(sequences of) noexcept;
  /// It is due then.
  void postpone(std::uint64_t sequence, time_point when) noexcept;
  void in_progress(std::uint64_t sequence, time_point now, const redelivery_rule& rule) noexcept;

  /// Queues what has waited too long. Drops what is before `first`, which the stream has no more.
  void expire(time_point now, const redelivery_rule& rule, std::uint64_t first);
  /// When expire() is worth calling; the end of time for never.
  time_point due() const noexcept { return due_; }
  /// What waits is measured by another rule from now on.
  void change(const redelivery_rule& rule) noexcept;

  bool has_redeliveries() const noexcept { return !redeliveries_.empty(); }
  std::size_t redeliveries() const noexcept { return redeliveries_.size(); }
  /// The sequence that is to be delivered again, and which delivery of it that is.
  std::uint64_t next_redelivery() const noexcept { return redeliveries_.front(); }
  std::uint64_t attempt_of(std::uint64_t sequence) const noexcept;
  void count_redelivery(std::uint64_t sequence) noexcept { ++redelivered_[sequence]; }
  void pop_redelivery() noexcept { redeliveries_.pop_front(); }
  /// It will not be delivered any more, nor waited for.
  void give_up(std::uint64_t sequence) noexcept { pending_.erase(sequence); }

  /// The stream has been purged; `first` is its first message for this consumer.
  void purged(std::uint64_t first) noexcept;

  bool is_pending(std::uint64_t sequence) const noexcept { return pending_.contains(sequence); }
  std::uint64_t delivery_of(std::uint64_t sequence) const noexcept;
  std::size_t pending() const noexcept { return pending_.size(); }
  std::size_t redelivered() const noexcept { return redelivered_.size(); }
  const sequences& floor() const noexcept { return floor_; }
  /// Whether a stream that keeps messages for their consumers has to keep this one.
  bool needs(std::uint64_t sequence) const noexcept;

 private:
  struct waiting {
    std::uint64_t delivery;
    time_point since;
    time_point due;
  };

  std::vector<std::uint64_t> ack_one(sequences of);
  std::vector<std::uint64_t> ack_all(sequences of);
  void forget(std::uint64_t sequence) noexcept;
  void queue(std::uint64_t sequence);
  bool is_queued(std::uint64_t sequence) const noexcept;
  void wait_anew(std::uint64_t sequence, waiting& one, time_point now,
                 const redelivery_rule& rule) noexcept;
  duration patience_with(std::uint64_t sequence, const redelivery_rule& rule) const noexcept;

  const ack_rule rule_;
  std::uint64_t next_in_stream_ = 1;
  std::uint64_t next_delivery_ = 1;
  sequences floor_;
  std::map<std::uint64_t, waiting> pending_;
  std::deque<std::uint64_t> redeliveries_;
  std::map<std::uint64_t, std::uint64_t> redelivered_;  // how often
  time_point due_ = time_point::max();
};

}  // namespace weir::nats::detail::model
