// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "outbox_core.hpp"
#include "outbox_rows.hpp"
#include "refusal.hpp"
#include "statistics.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/responder.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"
#include "weir/service/service.hpp"

namespace weir::detail {

/// Answers the requests of one endpoint: runs its handler, commits, and makes a reply of what came
/// of that, whatever it was.
class responder {
 public:
  struct dependencies {
    nats::connection& over;
    nats::jetstream& jetstream;
    postgres::pool* database;  ///< Null for a service without one.
    outbox_core* outbox;       ///< The same.
    service_statistics& statistics;
  };

  responder(const service::answering& registered, const dependencies& on);

  /// The reply to a request. Throws only when it is cancelled.
  task<nats::reply> answer(nats::message asked);
  /// Waits until the events of what is committed are sent, as far as that goes.
  task<> finish_sending();
  /// Leaves the rest to the sweep.
  task<> close();

 private:
  /// A request in hand, and what its events come from: it has no id, so what comes of it has one of
  /// its own.
  struct taken_request {
    event_holder event;
    event_origin origin;
  };

  const endpoint& policy() const noexcept { return registered_.policy; }
  const responder_entry& entry() const noexcept { return registered_.entry; }

  task<std::string> run(const nats::message& asked, request_progress& now);
  task<std::string> run_plain(const taken_request& taken, request_progress& now);
  task<std::string> run_with_database(const taken_request& taken, request_progress& now);
  task<std::string> run_in(postgres::tx& in, const taken_request& taken, request_progress& now,
                           std::vector<outbox_row>& rows);
  task<std::string> reply_of(const void* request, handler_resources from);
  void send(std::vector<outbox_row> rows);
  task<> send_rows(std::vector<outbox_row> rows);

  nats::reply refuse(nats::service_error why);
  failed_request failed_at(request_progress at, time_point until) const;

  const service::answering& registered_;
  dependencies on_;
  caller others_{on_.over};
  semaphore places_;   ///< For requests that run or wait.
  semaphore workers_;  ///< For those that run.
  scope sending_;
};

}  // namespace weir::detail
