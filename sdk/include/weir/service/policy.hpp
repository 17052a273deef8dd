// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/resilience/adaptive_limit.hpp"
#include "weir/resilience/backoff.hpp"
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/service/deduplication.hpp"
#include "weir/service/delivery_start.hpp"
#include "weir/service/detail/event_key.hpp"
#include "weir/service/detail/event_version.hpp"
#include "weir/service/error_action.hpp"
#include "weir/service/in_flight_limit.hpp"
#include "weir/service/shared_rate.hpp"

namespace weir {

/// What a service does with the messages of one handler: who consumes, how many at a time, what
/// happens on failure. A value; each setter returns it.
///
///     weir::durable("order-processor").workers(64)
///         .retry(5, weir::exponential(1s, 5min).full_jitter()).deadline(20s)
///         .dead_letter("dlq.orders")
class durable {
 public:
  static constexpr std::size_t workers_max = 4096;

  /// `name` is that of the durable consumer on the server: the service's memory of what is done.
  explicit durable(std::string name) : name_(std::move(name)) {}

  /// How many messages are handled at the same time; no more are ever taken from the server. With a
  /// group-commit handler it is how many events wait for their commit, with a batch handler how
  /// many are taken ahead of it.
  durable& workers(std::size_t count);
  /// Handles the messages of one key one after the other, in the order of their stream, and those
  /// of different keys beside each other. The key is a field of the event: a number, an enum, a
  /// text or a uuid.
  ///
  ///     weir::durable("payments").ordered_by<&PaymentTaken::account>()
  ///
  /// A message that fails keeps its key until it succeeds or is given up: it is tried again here,
  /// not by the server. Its events are in their streams before those of the next one. The order
  /// holds within one program; with several on a consumer the server spreads the messages of a key
  /// over them. After a crash the next one waits for as long as the server may still wait for the
  /// last (see ack_wait()), since what that had in hand comes before anything else.
  template <auto Field>
  durable& ordered_by() {
    key_ = detail::make_event_key<Field>();
    return *this;
  }
  /// Remembers, in the database and in the handler's own commit, which messages are handled, for as
  /// long as this: one that comes again within that time is acknowledged and not handled again,
  /// whether the server delivers it again or its publisher has published it again under the same
  /// `Nats-Msg-Id`. What the handler publishes is stored in the same commit and sent after it. This
  /// is how handlers with a database work where nothing else is said, for a day.
  durable& once(duration kept);
  /// The handler may run again for a message that it has handled: its writes are idempotent, as an
  /// upsert is. Nothing is remembered and nothing stored beside its own writes; the events of a
  /// repeated run have the ids of the first, which their stream refuses within its duplicate
  /// window. Not for batch handlers.
  durable& replayable();
  /// What tells that two messages are the same: a field of the event, in place of the
  /// `Nats-Msg-Id`; for once() and deduplicate(). One of more than 512 bytes is poison.
  ///
  ///     weir::durable("payments").identified_by<&PaymentTaken::payment_id>()
  template <auto Field>
  durable& identified_by() {
    id_ = detail::make_event_key<Field>();
    return *this;
  }
  /// For handlers without a database and those that are replayable(): acknowledges what is
  /// remembered as handled, and does not handle it again. See deduplication.
  durable& deduplicate(deduplication how);
  /// Acknowledges, and does not handle, an event that is not newer than the last one handled of its
  /// key: the version, a number or a timestamp, is remembered in the handler's own commit, so the
  /// handler has a database, takes one event, and is not replayable(). Messages of a key that come
  /// in the wrong order, or are published again, so leave what the newest one says. One row is kept
  /// for each key, for good.
  ///
  ///     weir::durable("stock").skip_older<&StockCounted::item, &StockCounted::version>()
  template <auto Key, auto Version>
  durable& skip_older() {
    version_ = detail::make_event_version<Key, Version>();
    return *this;
  }
  /// Ends a message, and does not handle it, that its stream has stored longer ago than this.
  durable& expires(duration after);
  /// How often a message is tried before it is given up, and how long the server waits between:
  /// what `waits` gives for the number of the delivery, see backoff::delay().
  ///
  /// An attempt is a delivery by the server. One that a program gives back when it drains, or leads
  /// no more, is none, unless it had failed there: it is noted in the bucket `weir_given_back`,
  /// which is made where it is missing, and discounted before a message is given up. One whose
  /// program dies is an attempt, since it may be the message that has killed it.
  durable& retry(std::size_t attempts, const weir::backoff& waits);
  /// What is done after an error for which `which` is true, in place of the rule for its
  /// disposition (retry for `retry`, dead letter for `permanent` and `poison`). Of several rules
  /// the first that fits counts. A server of the service's own that is away is no error of a
  /// message: that is waited out before any rule is asked.
  ///
  ///     .on_error(weir::error_is(weir::errc::not_found), weir::discard())
  ///     .on_error(weir::error_is(weir::errc::unavailable), weir::pause_for(10s))
  durable& on_error(error_predicate which, error_action then);
  /// Stops handling while the handler fails again and again: messages wait, no attempt is burnt and
  /// nothing more is fetched until the breaker lets some through to see.
  durable& breaker(breaker_options options);
  /// Begins at most so many attempts in each `per`, at a steady pace, in this program.
  durable& rate(std::size_t attempts, duration per);
  /// The same for all programs whose policies have a rate of this name: see shared_rate_limit.
  durable& rate(weir::shared_rate rate);
  /// As many messages in hand at a time as the limit says, within `workers()`: to be changed while
  /// the service runs.
  durable& in_flight(in_flight_limit limit);
  /// Of the programs with this consumer one handles messages at a time. When it drains, another one
  /// goes on at once, and within half a minute when it is gone or cannot be reached: the leader
  /// keeps a key of the bucket `weir_leaders`, made where it is missing. With ordered_by() the
  /// order of a key then holds over all programs, and what a leader had in hand that is gone is
  /// waited for, an ack_wait() more. One that stands still for longer than its lease, and goes on,
  /// handles for a moment beside the next one; effects are there once all the same.
  durable& leader_only();
  /// Learns from how long attempts take how many to run at the same time, within `workers()`; as
  /// many are fetched. See adaptive_limit.
  durable& adapt(adaptive_limit_options options);
  /// How long one attempt may take, its SQL included.
  durable& deadline(duration limit);
  /// How long the server waits for a message that it hears nothing of before it delivers it again,
  /// so the delay with which what a crashed service held comes back: at least a second. A handler
  /// that runs for longer keeps its message, which is renewed three times in that time.
  durable& ack_wait(duration wait);
  /// The subject that takes messages which cannot be handled, also those that the server gives up
  /// because somebody has set a `max_deliver` on the consumer: their advisories are kept in a
  /// stream WEIR_ADVISORIES, which is made with a durable consumer for this one, such as
  /// "ORDERS=billing". Without it messages that cannot be handled stay in the stream.
  durable& dead_letter(std::string subject);

  /// Where the consumer begins in its stream when it is made; one that exists goes on where it is.
  /// To have a set of handlers see everything again, give it another name.
  durable& deliver(delivery_start from);

  /// What is done with a message, one line for each policy; `has_database` says whether the handler
  /// has one.
  std::string describe(bool has_database) const;

  const std::string& name() const noexcept { return name_; }
  std::size_t workers() const noexcept { return workers_; }
  const detail::event_key& key() const noexcept { return key_; }
  const detail::event_key& id() const noexcept { return id_; }
  const deduplication& remembers() const noexcept { return deduplication_; }
  bool deduplicates() const noexcept { return deduplication_.kept > duration::zero(); }
  const detail::event_version& version() const noexcept { return version_; }
  duration expiry() const noexcept { return expiry_; }
  bool is_once() const noexcept { return kept_ > duration::zero(); }
  duration kept() const noexcept { return kept_; }
  /// The rule for the error; null where there is none.
  const error_action* rule_for(const error& failure) const;
  const std::optional<breaker_options>& breaker() const noexcept { return breaker_; }
  const std::optional<adaptive_limit_options>& adaptive() const noexcept { return adaptive_; }
  /// Attempts in each rate_per(); 0 for no limit.
  std::size_t rate() const noexcept { return rate_; }
  duration rate_per() const noexcept { return rate_per_; }
  const std::optional<weir::shared_rate>& shared_rate() const noexcept { return shared_rate_; }
  const std::optional<in_flight_limit>& in_flight() const noexcept { return in_flight_; }
  bool is_leader_only() const noexcept { return is_leader_only_; }
  const delivery_start& start() const noexcept { return start_; }
  std::size_t attempts() const noexcept { return attempts_; }
  const weir::backoff& backoff() const noexcept { return backoff_; }
  duration deadline() const noexcept { return deadline_; }
  duration ack_wait() const noexcept { return ack_wait_; }
  const std::string& dead_letter() const noexcept { return dead_letter_; }

 private:
  std::string name_;
  std::size_t workers_ = 16;
  detail::event_key key_;
  detail::event_key id_;
  detail::event_version version_;
  deduplication deduplication_;
  duration expiry_ = duration::max();
  duration kept_ = std::chrono::hours(24);  ///< Zero: the handler is replayable.
  delivery_start start_ = deliver_all();
  std::vector<std::pair<error_predicate, error_action>> rules_;
  std::optional<breaker_options> breaker_;
  std::optional<adaptive_limit_options> adaptive_;
  std::size_t rate_ = 0;
  duration rate_per_ = {};
  std::optional<weir::shared_rate> shared_rate_;
  std::optional<in_flight_limit> in_flight_;
  bool is_leader_only_ = false;
  std::size_t attempts_ = 5;
  weir::backoff backoff_ =
      exponential(std::chrono::seconds(1), std::chrono::minutes(5)).full_jitter();
  duration deadline_ = std::chrono::seconds(20);
  duration ack_wait_ = std::chrono::seconds(30);
  std::string dead_letter_;
};

}  // namespace weir
