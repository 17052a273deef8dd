// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ack_ledger.hpp"
#include "consumer_settings.hpp"
#include "next_request.hpp"
#include "pull_queue.hpp"
#include "stream_store.hpp"
#include "weir/nats/delivery.hpp"

namespace weir::nats::detail::model {

struct sequence_description {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;
  std::optional<std::string> last_active;
};

/// A consumer as the API shows it.
struct consumer_description {
  std::string stream_name;
  std::string name;
  std::string created;
  consumer_settings config;
  sequence_description delivered;
  sequence_description ack_floor;
  std::uint64_t num_ack_pending = 0;
  std::uint64_t num_redelivered = 0;
  std::uint64_t num_waiting = 0;
  std::uint64_t num_pending = 0;
};

/// One pull consumer: who waits for messages, which come next, and which are to be acknowledged.
class consumer_state {
 public:
  consumer_state(host& server, const stream_store& messages, std::string stream, std::string name,
                 consumer_settings settings);

  /// Called with each message that is done, for the streams that drop those.
  std::function<void(std::uint64_t)> on_done;

  const std::string& name() const noexcept { return name_; }
  const consumer_settings& settings() const noexcept { return settings_; }
  consumer_description describe();

  /// A request for messages.
  void pull(const std::string& reply, std::string_view body);
  /// What a client says about a delivery.
  void answer(const delivery_info& about, const std::string& reply, std::string_view payload);
  /// The stream has a new message, or has lost one, or many.
  void message_came(const stored& came);
  void message_went(const stored& gone);
  void purged(const purge_request& how);

  void update(consumer_settings settings);
  /// Does what is due; true when the consumer has been idle for so long that it is to be deleted.
  bool tick();
  time_point due() const noexcept;
  /// Ends the pulls that wait.
  void end_pulls(int code, const std::string& text) { pulls_.end_all(code, text); }
  /// Forgets them, as a server does that ends.
  void forget_pulls() noexcept { pulls_.clear(); }

  /// Whether a stream that keeps messages for their consumers has to keep this one.
  bool needs(const stored& message) const noexcept;
  std::uint64_t ack_floor() const noexcept { return ledger_.floor().stream; }

 private:
  struct candidate {
    const stored* message = nullptr;
    bool is_redelivery = false;
    bool is_stalled = false;  // by max_ack_pending
  };

  void begin();
  void begin_with_last_of_subjects();
  /// Why a request cannot wait here; the server's code and words.
  std::optional<refusal> refusal_of(const next_request& wanted);
  void deliver();
  candidate next_message();
  const stored* next_redelivery();
  void note_delivery(const candidate& next);
  shared_envelope delivery_of(const stored& message, std::uint64_t attempt,
                              std::uint64_t pending) const;
  void nak(const delivery_info& about, std::string_view argument);
  void advise(const char* kind, const char* type, const delivery_info& about);
  void ack(const sequences& of);
  redelivery_rule rule() const;
  std::uint64_t pending();
  std::size_t pulls_max() const noexcept;
  sequences delivered() const noexcept;
  void set_inactivity();

  host& host_;
  const stream_store& messages_;
  const std::string stream_;
  const std::string name_;
  const std::string created_;
  consumer_settings settings_;
  ack_ledger ledger_;
  pull_queue pulls_;
  std::deque<std::uint64_t> last_of_subjects_;  // what deliver policy last_per_subject begins with
  std::uint64_t resume_at_ = 0;
  std::optional<std::uint64_t> pending_;  // counted, or to be counted again
  time_point active_at_;
  duration inactivity_limit_{};  // 0: it may be idle for ever
  std::optional<std::int64_t> delivered_at_;
  std::optional<std::int64_t> acknowledged_at_;
};

}  // namespace weir::nats::detail::model
