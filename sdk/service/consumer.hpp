// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "job.hpp"
#include "statistics.hpp"
#include "weir/event.hpp"
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

  /// Creates the stream, the durable consumer and the dead-letter stream where they are missing.
  task<> prepare();
  /// Handles messages until drain() has ended the intake and all that was taken is settled.
  task<> run();
  /// Takes nothing more, gives back what waits, and lets what runs finish until `limit`; then
  /// cancels that and gives it back too.
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

  // After the commit, or after a failure (settlement.cpp).
  task<> publish_and_acknowledge(batch done);
  void acknowledge(job& done);
  task<> settle_failure(std::unique_ptr<job> failed, error why);
  task<bool> dead_letter(job& failed, const error& why);
  void give_back(job& waiting);
  /// After a failure that is a server's, not the message's: waits; false when draining.
  task<bool> wait_out(const error& outage, std::uint64_t failures);

  const service::registration& registered_;
  dependencies on_;
  std::optional<nats::pull_source> source_;
  intrusive_list<job> running_;  ///< What handlers have in hand; what waits is the source's.
  scope workers_;
  scope upkeep_;
  event ended_;
  bool draining_ = false;
  bool outage_told_ = false;
};

/// True for errors that say "a server cannot be reached", which no message is to blame for.
bool is_outage(const error& failure) noexcept;

/// How long a message may stay unacknowledged before the server delivers it again.
inline constexpr duration ack_wait = std::chrono::seconds(30);

/// How many events one group commit holds at most.
inline constexpr std::size_t group_events_max = 64;

}  // namespace weir::detail
