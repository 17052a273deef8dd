// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "database_probe.hpp"
#include "gate.hpp"
#include "given_back.hpp"
#include "given_up_by_server.hpp"
#include "handled_ids.hpp"
#include "inbox.hpp"
#include "job.hpp"
#include "lanes.hpp"
#include "leadership.hpp"
#include "outbox_core.hpp"
#include "outbox_rows.hpp"
#include "statistics.hpp"
#include "version_guard.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/postgres/group_commit.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"
#include "weir/service/service.hpp"
#include "weir/task_context.hpp"

namespace weir::detail {

/// How many messages one call of a batch handler gets at most.
inline constexpr std::size_t batch_messages_max = 1024;
/// How many batches may be committed and not confirmed by the streams yet.
inline constexpr std::size_t batches_sent_max = 4;

/// How a try to handle a message has ended.
struct attempt_end {
  enum class kind : unsigned char {
    done,       ///< Its work is committed.
    duplicate,  ///< It was committed before.
    outdated,   ///< A newer version of the same was.
    not_begun,  ///< The service drains.
    outage,     ///< A server is away: the message is not to blame.
    failed,     ///< By the handler, or by what it asked the database for.
  };
  kind how = kind::done;
  std::optional<error> why = {};
  std::vector<outbox_row> events = {};  ///< To be sent.
};

/// Runs one handler on its messages: takes no more than it has workers, commits, publishes,
/// acknowledges, and settles what failed by the policy.
class consumer {
 public:
  struct dependencies {
    nats::jetstream& jetstream;
    nats::connection& over;
    postgres::pool* database;  ///< Null for a service without one.
    outbox_core* outbox;       ///< The same.
    database_probe* probe;     ///< The same.
    consumer_statistics& statistics;
  };

  consumer(const service::registration& registered, const dependencies& on);

  /// Creates the stream, the durable consumer and the dead-letter stream where they are missing,
  /// and begins to take messages. After an error it may be tried again.
  task<> open();
  /// Handles messages until the intake has ended and all that was taken is settled.
  task<> run();
  /// True when the server has no message for it that is not settled.
  task<bool> is_done();
  const service::registration& registered() const noexcept { return registered_; }
  /// Why it handles next to nothing now, if so: for people.
  std::optional<std::string> trouble() const { return gate_.trouble(); }
  /// Takes nothing more, and gives back what waits.
  void stop_intake() noexcept;
  /// After stop_intake(): lets what runs finish until `limit`; then cancels it and gives it back
  /// too.
  task<> drain(duration limit);

 private:
  class in_hand_mark;
  using batch = std::vector<std::unique_ptr<job>>;

  const durable& policy() const noexcept { return registered_.policy; }
  const handler_entry& entry() const noexcept { return registered_.entry; }

  /// Takes a message in hand; nothing when it was settled at once, since it is no such event.
  task<std::unique_ptr<job>> accept(nats::delivery delivered);
  task<> renew_leases();
  bool has_in_hand(std::uint64_t sequence);
  task<> open_source();
  task<> consume();

  // One program at a time (leader_term.cpp).
  task<> consume_while_leading();
  task<> serve_term();
  task<> open_for_term();
  task<bool> lead();
  task<> step_down_when_lost();

  // What others have left in hand, where messages have an order (predecessor.cpp).
  void hold_for_predecessor(const nats::consumer_info& known);
  void note_arrival(const job& arrived);
  task<> wait_for_predecessor();
  task<bool> has_all_arrived();
  task<bool> wait_for_redelivery();

  // One message at a time (worker.cpp).
  task<> work();
  task<> handle(job& taken);
  task<std::optional<lane_turn>> take_turn(job& taken);
  /// True when the message is to be handled again at once, else it is settled.
  task<bool> goes_again(job& failed, const error& why);
  task<bool> retry_here(job& failed);

  // One try (attempt.cpp).
  task<attempt_end> attempt(job& taken);
  task<attempt_end> attempt_once(job& taken);
  task<attempt_end> ask_memory(const job& taken);
  task<> run_handler(job& taken, std::vector<outbox_row>& rows);
  /// For the handler's own code: see event_context. Null: of a batch (message_context.cpp).
  task_context_ptr context_of(const job* handled, const trace_context& trace) const;
  task<> run_plain(job& taken, std::vector<outbox_row>& rows);
  task<> run_in_transaction(postgres::tx& in, job& taken, std::vector<outbox_row>& rows);
  task<> enter_version(postgres::unit& in, job& taken);
  task<> run_in_unit(postgres::unit& in, job& taken, std::vector<outbox_row>& rows);
  attempt_end end_of(const error& failure, bool in_handler, bool* unknown = nullptr) const;
  bool is_database_away() const;
  task<> excuse_if_silenced(attempt_end& late, job& taken, time_point begun);
  /// What was published for the message, ready to be stored and sent; taken out of `events`.
  event_rows rows_of(publications& events, const job& from) const;
  event_rows rows_of(publications& events, event_origin from) const;
  /// Stores what must be there when the work is committed; gives what is to be sent then.
  template <class Work>
  std::vector<outbox_row> store(Work& in, event_rows rows) const;

  // What is told of it to who looks at metrics (consumer_metrics.cpp).
  void offer_gauges();
  void note_start(job& taken);
  void note_end(attempt_end::kind how, duration took);
  task<> look_when_asked();

  // Many messages in one call (batches.cpp).
  task<> work_in_batches();
  task<> handle_batch(batch taken);
  task<> try_batch(batch& taken);
  task<> take_out_handled(batch& taken);
  task<attempt_end> attempt_batch(batch& taken, weir::batch& outcomes);
  task<> handle_halves(batch& taken);
  task<> run_batch(postgres::tx& in, batch& taken, weir::batch& outcomes,
                   std::vector<outbox_row>& rows, const trace_context& trace);
  task<> finish_batch(batch& done, const weir::batch& outcomes, std::vector<outbox_row> rows);
  task<> send_in_background(std::vector<outbox_row> rows);

  // After the commit (publishing.cpp).
  task<> send_stored(std::vector<outbox_row> rows);
  task<> send_stored_in_passing(std::vector<outbox_row> rows);
  task<> publish_and_acknowledge(job& done, std::vector<outbox_row> rows);
  /// For those that are not remembered in a commit.
  task<> remember(const job& done);

  // The end of a delivery (settlement.cpp, dead_letter.cpp).
  void acknowledge(job& done);
  void acknowledge_duplicate(job& done);
  void acknowledge_outdated(job& done);
  void end_expired(job& taken);
  task<> settle_failure(job& failed, error why);
  bool is_hopeless(const job& failed, const error& why) const;
  void discard(job& failed, const error& why);
  void retry_later(job& failed);
  /// To whoever takes it next, without an attempt of it being counted.
  task<> give_back(job& waiting);
  task<> give_back_left(nats::delivery left);
  task<> note_those_away();
  /// Before the last attempt of the policy is said to be over.
  task<> discount_given_back(job& failed);
  task<> give_up(job& failed, const error& why);
  task<> store_dead_letter(job& failed, const error& why);
  /// After a failure that is a server's, not the message's: waits; false when draining.
  task<bool> wait_out(const error& outage, std::uint64_t failures);
  /// Waits, and not on when others are to have the messages; false then.
  task<bool> pause(duration wait);

  const service::registration& registered_;
  dependencies on_;
  caller others_{on_.over};
  gate gate_;
  std::optional<inbox> inbox_;
  std::optional<version_guard> versions_;
  std::optional<handled_ids> handled_;
  std::unordered_set<std::string> in_hand_;  ///< Ids of messages, for handled_.
  std::optional<postgres::group_commit> group_;
  std::optional<lanes> lanes_;
  struct {
    std::uint64_t count = 0;    ///< Of the messages that others had in hand at the start.
    std::uint64_t through = 0;  ///< They are among those up to this sequence.
    std::set<std::uint64_t> arrived;
    manual_reset_event all_arrived;
  } inherited_;
  std::optional<leadership> leadership_;
  std::optional<nats::pull_source> source_;
  std::optional<given_up_by_server> given_up_by_server_;
  given_back given_back_;
  scope giving_back_;            ///< What no worker has taken.
  intrusive_list<job> running_;  ///< What handlers have in hand; what waits is the source's.
  semaphore sending_{batches_sent_max};  ///< Batches whose events are on their way.
  std::optional<scope> workers_;
  manual_reset_event ended_;
  manual_reset_event draining_;
  /// Draining, or another program leads: what has not begun is not this program's any more.
  manual_reset_event giving_way_;
  bool outage_told_ = false;

  struct {
    double pending = 0;
    double ack_pending = 0;
    manual_reset_event is_asked;
  } backlog_;  ///< As far as it is known.
  std::vector<gauge_source> gauges_;
  std::vector<counter_source> counters_;
};

/// True for errors that say "a server of the service cannot be reached", which no message is to
/// blame for. From a handler only the database's count: what else it needs is its own affair.
bool is_outage(const error& failure, bool of_handler = false) noexcept;

}  // namespace weir::detail
