// SPDX-License-Identifier: Apache-2.0
#include "weir/service/outbox.hpp"

#include "event_headers.hpp"
#include "outbox_core.hpp"
#include "outbox_relay.hpp"
#include "outbox_rows.hpp"
#include "weir/nats/connection.hpp"
#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"
#include "weir/uuid.hpp"

namespace weir {
namespace detail {

/// The events of one transaction.
struct stored_events {
  std::vector<outbox_row> rows;
};

/// What an outbox runs beside its transactions.
class outbox_program {
 public:
  outbox_program(postgres::pool& database, nats::connection& over)
      : over_(over),
        core_(database, nats::jetstream(over)),
        relay_(database, nats::jetstream(over)) {}

  task<> open() {
    co_await core_.open();
    const auto obstacle = co_await relay_.catch_up().as_result();
    if (!obstacle) log_warning("events stay in weir_outbox", {{"error", obstacle.error()}});
    if (obstacle && *obstacle) log_warning("events stay in weir_outbox", {{"error", **obstacle}});
    sweeping_.spawn(relay_.run());
  }

  task<> close(duration limit) {
    const auto sent = co_await with_timeout(limit, as_task(sending_.join())).as_result();
    if (!sent) log_warning("events stay in weir_outbox", {{"error", sent.error()}});
    co_await sending_.close();
    co_await sweeping_.close();
    co_await core_.close();
  }

  void send(std::vector<outbox_row> rows) {
    // Of more, the sweep takes care: they are stored.
    if (!rows.empty() && sending_.size() < sends_max) sending_.spawn(send_rows(std::move(rows)));
  }

  outbox_core& core() noexcept { return core_; }
  std::size_t body_bytes_max() const { return weir::detail::body_bytes_max(over_); }

 private:
  /// How many transactions' events may be on their way from memory.
  static constexpr std::size_t sends_max = 1024;

  task<> send_rows(std::vector<outbox_row> rows) {
    // What is not confirmed is swept, and the obstacle said there.
    co_await core_.send(std::move(rows));
  }

  nats::connection& over_;
  outbox_core core_;
  outbox_relay relay_;
  scope sending_;
  scope sweeping_;
};

}  // namespace detail

outbox::outbox(postgres::pool& database, nats::connection& over)
    : database_(database), program_(std::make_unique<detail::outbox_program>(database, over)) {}

outbox::~outbox() = default;

task<> outbox::open() {
  co_await detail::make_effect_tables(database_);
  co_await program_->open();
}

task<> outbox::close(duration limit) { return program_->close(limit); }

publications outbox::new_events() const { return publications(program_->body_bytes_max()); }

void outbox::store(postgres::tx& in, publications& events, detail::stored_events& to) {
  const std::string origin = uuid::random().to_string();
  to.rows = program_->core().store(
      in, detail::make_rows(events, {origin, {}, detail::headers_of_beginning(origin)}));
}

void outbox::send(std::shared_ptr<detail::stored_events> committed) {
  program_->send(std::move(committed->rows));
}

std::shared_ptr<detail::stored_events> outbox::nothing_stored() {
  return std::make_shared<detail::stored_events>();
}

}  // namespace weir
