// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consumer_state.hpp"
#include "duplicate_window.hpp"

namespace weir::nats::detail::model {

/// What a stream holds, as the API shows it.
struct holding_description {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_seq = 0;
  std::string first_ts;
  std::uint64_t last_seq = 0;
  std::string last_ts;
  std::optional<std::uint64_t> num_subjects;
  std::optional<std::map<std::string, std::uint64_t>> subjects;
  std::optional<std::uint64_t> num_deleted;
  std::optional<std::vector<std::uint64_t>> deleted;
  std::uint64_t consumer_count = 0;
};

struct stream_description {
  stream_settings config;
  std::string created;
  holding_description state;
};

/// One stream: its messages, what may come in, and its consumers.
class stream_state {
 public:
  using consumer_map = std::map<std::string, std::unique_ptr<consumer_state>>;

  stream_state(host& server, stream_settings settings);

  const std::string& name() const noexcept { return *settings_.name; }
  const stream_settings& settings() const noexcept { return settings_; }
  const stream_store& store() const noexcept { return store_; }
  const consumer_map& consumers() const noexcept { return consumers_; }
  bool takes(std::string_view subject) const noexcept;
  stream_description describe() const;

  /// A message to one of its subjects: stores it and confirms, or says why not.
  void publish(const shared_envelope& message);
  void update(stream_settings settings);
  std::uint64_t purge(const purge_request& wanted);
  bool remove(std::uint64_t sequence) { return store_.remove(sequence); }

  consumer_state* find(const std::string& consumer) noexcept;
  /// Makes a consumer, or changes the one of that name. Throws an api_fault.
  consumer_state& ensure(consumer_settings wanted);
  /// Deletes one; its pulls end. By value: the name that is given may be the consumer's own.
  void erase(std::string consumer);
  void erase_consumers();

  void tick();
  time_point due() const noexcept;
  /// Pulls, and ids of messages that are gone, do not outlive a server.
  void restart() noexcept;
  void end_pulls(int code, const std::string& text);

 private:
  std::optional<api_fault> refusal(const envelope& message);
  bool answer_duplicate(const envelope& message);
  void roll_up(const envelope& message);
  bool is_wanted(const envelope& message) const noexcept;
  void done(const consumer_state& by, std::uint64_t sequence);
  bool is_needed(const stored& message, const consumer_state* besides) const noexcept;
  std::optional<api_fault> refusal(const consumer_settings& wanted) const;
  std::string fresh_name();

  host& host_;
  stream_settings settings_;
  const std::string created_;
  stream_store store_;
  duplicate_window ids_;
  std::string last_id_;
  std::int64_t next_expiry_ = 0;
  consumer_map consumers_;
};

}  // namespace weir::nats::detail::model
