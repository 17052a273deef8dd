// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "broker.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail::model {

/// What streams and consumers need of the server around them: its clocks, who listens where, and
/// ways to send. It counts the answers that are to be lost on purpose.
class host {
 public:
  explicit host(broker& core) noexcept : broker_(core) {}

  time_point now() const noexcept;
  /// Nanoseconds since 1970.
  std::int64_t wall_clock() const noexcept;
  std::size_t random_below(std::size_t below) noexcept { return broker_.random_below(below); }

  bool has_interest(const std::string& address) const noexcept {
    return broker_.has_interest(address);
  }
  /// A stream's message to a consumer's client.
  void deliver(const std::string& address, const shared_envelope& message) {
    broker_.deliver(address, message);
  }
  /// An answer; nothing where nobody asked for one.
  void answer(const std::string& reply, std::string payload, header_list headers = {});
  /// A message without content whose status line says something.
  void status(const std::string& reply, int code, const std::string& text, header_list more = {});
  /// A PubAck.
  void confirm(const std::string& reply, std::string payload);

  /// Notes an advisory, which flush_advisories() publishes, when nothing is half done any more.
  template <class Event>
  void advise(std::string subject, Event event) {
    event.id = next_id();
    event.timestamp = time_text();
    advisories_.push_back({std::move(subject), "", json::encode(event), {}});
  }
  void flush_advisories();

  /// So many of the next acknowledgements of consumers' messages get lost before they are read.
  std::size_t acks_to_lose = 0;
  /// So many of the next confirmations of stored messages get lost.
  std::size_t confirmations_to_lose = 0;

 private:
  std::string next_id();
  std::string time_text() const;

  broker& broker_;
  std::deque<envelope> advisories_;
  std::uint64_t advisory_count_ = 0;
};

/// A moment of the wall clock as JSON has it.
std::string time_text(std::int64_t nanoseconds);

}  // namespace weir::nats::detail::model
