// SPDX-License-Identifier: Apache-2.0
#include "subscription_state.hpp"

#include "connection_core.hpp"
#include "quoted_text.hpp"

namespace weir::nats::detail {
namespace {

/// One reader's turn, until it goes out of scope.
class reading {
 public:
  explicit reading(semaphore& turn) noexcept : turn_(turn) {}
  ~reading() { turn_.release(); }
  reading(const reading&) = delete;
  reading& operator=(const reading&) = delete;

 private:
  semaphore& turn_;
};

}  // namespace

subscription_state::subscription_state(connection_core& core, std::string pattern,
                                       subscription_options options, purpose of)
    : core_(core),
      pattern_(std::move(pattern)),
      options_(std::move(options)),
      purpose_(of),
      waiting_(options_.max_waiting_messages, options_.max_waiting_bytes, options_.overflow) {
  core_.add(*this);
}

subscription_state::~subscription_state() { WEIR_ASSERT(!is_linked()); }

task<> subscription_state::wait_for_something() {
  while (waiting_.empty() && !ended_) {
    changed_.reset();
    co_await changed_.wait();
  }
}

task<std::optional<message>> subscription_state::next(std::shared_ptr<subscription_state> self) {
  co_await self->turn_.acquire();
  const reading turn(self->turn_);
  if (self->waiting_.empty()) co_await self->wait_for_something();
  co_return self->take();
}

task<std::vector<message>> subscription_state::next_batch(std::shared_ptr<subscription_state> self,
                                                          std::size_t max) {
  co_await self->turn_.acquire();
  const reading turn(self->turn_);
  if (self->waiting_.empty()) co_await self->wait_for_something();
  std::vector<message> batch;
  std::optional<message> first = self->take();
  if (!first) co_return batch;
  batch.push_back(std::move(*first));
  waiting_messages& waiting = self->waiting_;
  while (batch.size() < max && waiting.size() > 0 && !waiting.gap_is_next())
    batch.push_back(waiting.take_message());
  co_return batch;
}

std::optional<message> subscription_state::take() {
  if (waiting_.gap_is_next()) throw gap_error(waiting_.take_gap(), disposition::retry);
  if (waiting_.size() > 0) return waiting_.take_message();
  if (failure_) throw *failure_;
  return std::nullopt;
}

error subscription_state::gap_error(const message_gap& gap, disposition what_to_do) const {
  const std::string where = "messages of " + quoted_text(pattern_) + " are missing here: ";
  const std::string lost =
      "the connection was lost and made again, and what was published meanwhile did not come";
  if (gap.dropped == 0) return {errc::unavailable, what_to_do, where + lost};
  return {errc::limit_exceeded, what_to_do,
          where + std::to_string(gap.dropped) +
              " found no room, because the reader is slower than" + " they come (at most " +
              std::to_string(options_.max_waiting_messages) + " messages and " +
              std::to_string(options_.max_waiting_bytes) + " bytes wait)" +
              (gap.reconnects > 0 ? "; and " + lost : std::string()) +
              "; read faster, share the work in a queue group, or raise the bounds"};
}

void subscription_state::on_message(message received) noexcept {
  if (ended_) return;
  ++received_;
  if (!waiting_.push(std::move(received))) {
    failure_ = gap_error({.dropped = 1}, disposition::permanent);
    core_.stop(*this);
    return end();
  }
  if (options_.max_messages > 0 && received_ >= options_.max_messages) return end();
  changed_.set();
}

void subscription_state::on_no_responders(std::string_view) noexcept {
  if (purpose_ != purpose::answers) return;
  no_responders_ = true;
  end();
}

void subscription_state::on_connected() noexcept {
  // Told now and not when it was lost: messages are missing up to here.
  if (!std::exchange(connection_lost_, false) || ended_) return;
  waiting_.note_reconnect();
  changed_.set();
}

void subscription_state::on_disconnected(const error&) noexcept { connection_lost_ = true; }

void subscription_state::on_not_permitted(const refusal& refused) noexcept {
  if (ended_ || !refused.is_subscription || refused.subject != pattern_) return;
  if (refused.queue_group != options_.queue_group) return;
  failure_ = not_permitted(refused);
  end();
}

void subscription_state::on_drain() noexcept {
  if (ended_ || purpose_ != purpose::subscription) return;
  drains_with_connection_ = true;
  leave();
}

void subscription_state::on_drained() noexcept {
  if (drains_with_connection_) unsubscribe();
}

void subscription_state::leave() noexcept {
  draining_ = true;
  core_.stop(*this);
}

void subscription_state::on_closed() noexcept {
  if (ended_) return;
  failure_ =
      error(errc::closed, disposition::permanent,
            "the subscription to " + quoted_text(pattern_) + " ended: its connection was closed");
  end();
}

std::optional<subscription_request> subscription_state::request_on(std::string) {
  if (ended_ || draining_) return std::nullopt;
  return subscription_request{
      .pattern = pattern_,
      .queue_group = options_.queue_group,
      .max_messages = options_.max_messages == 0 ? 0 : options_.max_messages - received_};
}

void subscription_state::end() noexcept {
  ended_ = true;
  changed_.set();
}

void subscription_state::unsubscribe() noexcept {
  core_.remove(*this);
  end();
}

task<> subscription_state::drain(std::shared_ptr<subscription_state> self, duration limit) {
  if (self->ended_ || (!self->core_.is_connected() && !self->core_.is_moving())) {
    self->unsubscribe();
    co_return;
  }
  self->leave();
  const auto read = co_await self->core_.ping(limit).as_result();
  self->unsubscribe();
  read.value();
}

}  // namespace weir::nats::detail
