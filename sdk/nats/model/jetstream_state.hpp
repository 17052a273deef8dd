// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "alarm.hpp"
#include "stream_state.hpp"

namespace weir::nats::detail::model {

/// JetStream: the streams, and the time that passes for them.
class jetstream_state final : public listener {
 public:
  using stream_map = std::map<std::string, std::unique_ptr<stream_state>>;

  explicit jetstream_state(broker& core);
  ~jetstream_state();

  /// A message that somebody has published.
  bool hear(const shared_envelope& said) override;
  /// Does what has become due, and sees to it that it is called again in time.
  void settle();

  host& server() noexcept { return host_; }
  const stream_map& streams() const noexcept { return streams_; }
  stream_state* find(const std::string& stream) noexcept;
  consumer_state* find(const std::string& stream, const std::string& consumer) noexcept;
  stream_state& add(stream_settings settings);
  void erase(const std::string& stream);

  /// How many requests the API has answered, and how many of those with an error.
  std::uint64_t api_requests = 0;
  std::uint64_t api_errors = 0;

  /// As a server that starts again: on its files, or on an empty disk.
  void restart(bool keep_store);
  void end_pulls(int code, const std::string& text);

 private:
  bool hear_ack(const envelope& said);
  bool hear_pull(const envelope& said);
  bool hear_direct_get(const envelope& said);
  bool hear_publication(const shared_envelope& said);

  broker& broker_;
  host host_;
  stream_map streams_;
  bool is_busy_ = false;
  alarm alarm_;
};

}  // namespace weir::nats::detail::model
