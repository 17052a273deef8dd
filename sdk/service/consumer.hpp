// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "job.hpp"
#include "statistics.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/scope.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

/// Runs one handler on its messages: takes no more than it has workers, commits, publishes,
/// acknowledges, and settles what failed by the policy.
class consumer {
 public:
  struct dependencies {
    nats::jetstream& jetstream;
    postgres::pool* database;  ///< Null for a service without one.
    service_statistics& statistics;
  };

  consumer(const service::registration& registered, const dependencies& on)
      : registered_(registered), on_(on) {}

  /// Creates the stream, the durable consumer and the dead-letter stream where they are missing,
  /// and begins to take messages. After an error it may be tried again.
  task<> open();
  /// Handles messages until the intake has ended and all that was taken is settled.
  task<> run();
  /// Takes nothing more, and gives back what waits.
  void stop_intake() noexcept;
  /// After stop_intake(): lets what runs finish until `limit`; then cancels it and gives it back
  /// too.
  task<> drain(duration limit);

 private:
  using batch = std::vector<std::unique_ptr<job>>;

  const durable& policy() const noexcept { return registered_.policy; }
  const handler_entry& entry() const noexcept { return registered_.entry; }

  std::unique_ptr<job> accept(nats::delivery delivered);
  task<> renew_leases();

  // One message at a time (worker.cpp).
  task<> work();
  task<> handle(std::unique_ptr<job> taken);
  task<> attempt(job& taken);
  task<> run_handler(job& taken);
  task<> run_in(postgres::tx& transaction, job& taken);

  // Many messages in one commit (group_commit.cpp).
  task<> commit_groups();
  task<> commit_group(batch taken);
  task<result<void>> try_commit(batch& taken, std::size_t& guilty);
  task<> run_group(postgres::tx& transaction, batch& taken, std::size_t& guilty);
  static std::size_t owner_of(const batch& taken, std::optional<std::size_t> statement);

  // After the commit (publishing.cpp).
  struct unconfirmed {
    std::size_t job;     ///< Its place in the batch.
    std::size_t number;  ///< The event's, among those of its message.
  };
  task<> publish_and_acknowledge(batch done);
  task<std::vector<unconfirmed>> publish_once(const batch& done, std::vector<unconfirmed> wanted,
                                              std::vector<std::optional<error>>& refused,
                                              std::optional<error>& obstacle);

  // The end of a delivery (settlement.cpp, dead_letter.cpp).
  void acknowledge(job& done);
  task<> settle_failure(job& failed, error why);
  void retry_later(job& failed);
  void give_back(job& waiting);
  task<> give_up(job& failed, const error& why);
  task<> store_dead_letter(job& failed, const error& why);
  /// After a failure that is a server's, not the message's: waits; false when draining.
  task<bool> wait_out(const error& outage, std::uint64_t failures);

  const service::registration& registered_;
  dependencies on_;
  std::optional<nats::pull_source> source_;
  intrusive_list<job> running_;  ///< What handlers have in hand; what waits is the source's.
  scope workers_;
  scope upkeep_;
  manual_reset_event ended_;
  bool draining_ = false;
  bool outage_told_ = false;
};

/// True for errors that say "a server of the service cannot be reached", which no message is to
/// blame for. From a handler only the database's count: what else it needs is its own affair.
bool is_outage(const error& failure, bool of_handler = false) noexcept;

/// How many events one group commit holds at most.
inline constexpr std::size_t group_events_max = 64;

}  // namespace weir::detail
