// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "weir/nats/message.hpp"
#include "weir/task.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats {
namespace detail {
class connection_core;
class fetch_inbox;

/// The slots of one pull source: how many of its deliveries are not finished.
class delivery_slots {
 public:
  virtual ~delivery_slots() = default;
  /// `charged` are the bytes that it was charged with; `acknowledged` is false for one that was
  /// given back, ended or dropped.
  virtual void finished(std::uint64_t stream_sequence, std::size_t charged,
                        bool acknowledged) noexcept = 0;
};

}  // namespace detail

/// What the server says about one delivery of a message; the texts point into the delivery.
struct delivery_info {
  std::string_view stream;
  std::string_view consumer;
  std::uint64_t delivered = 0;  ///< which attempt this is, from 1
  std::uint64_t stream_sequence = 0;
  std::uint64_t consumer_sequence = 0;
  timestamp time;             ///< when the stream stored the message
  std::uint64_t pending = 0;  ///< messages behind this one
};

/// A message from a consumer, to be finished: acknowledged, given back, or ended.
///
/// ack, nak and term send and do not wait; what is sent while there is no connection waits for one,
/// for as long as the server still waits for it. Lost acknowledgements mean redelivery, so handlers
/// must bear that. Finish once: a second time is a programmer's error. A delivery that is destroyed
/// unfinished comes again after the consumer's ack_wait. Must not outlive the connection.
class delivery {
 public:
  /// `info` points into `received`.
  delivery(nats::message received, const delivery_info& info, detail::connection_core& core,
           duration ack_wait, std::shared_ptr<detail::delivery_slots> slots,
           std::size_t charged = 0) noexcept;
  delivery(delivery&&) noexcept = default;
  delivery& operator=(delivery&& other) noexcept;
  ~delivery() { finish(false); }

  std::string_view subject() const noexcept { return message_.subject(); }
  std::string_view payload() const noexcept { return message_.payload(); }
  std::optional<std::string_view> header(std::string_view name) const {
    return message_.header(name);
  }
  std::vector<std::pair<std::string, std::string>> headers() const { return message_.headers(); }

  /// The message without what makes it a delivery.
  const nats::message& message() const noexcept { return message_; }
  const delivery_info& info() const noexcept { return info_; }
  /// When it arrived, or in_progress() was last said; the server waits ack_wait from then on.
  time_point leased_at() const noexcept { return leased_at_; }
  bool is_finished() const noexcept { return finished_; }
  /// Its bytes as the server counts them for max_bytes: subject, address of the acknowledgement,
  /// headers and payload.
  std::size_t wire_size() const;

  /// Done: never deliver it again; with ack_policy::all, nor what was delivered before it, which
  /// takes up no slots of its pull_source any more and needs no call of its own.
  void ack();
  /// Not done: deliver it again, after `delay`. The consumer's backoff is not for this: without a
  /// delay it comes at once, and uses up max_deliver.
  void nak(duration delay = {});
  /// Never deliver it again although it was not done. The reason is for the server's advisory, and
  /// tells whether it was sent: servers before 2.10.4 take none, and then it belongs in one's own
  /// log.
  bool term(std::string_view reason = {});
  /// Still at work: the server waits another ack_wait. Does not finish. Without a connection
  /// nothing is sent, and leased_at() stays.
  void in_progress();
  /// Done, and the server has recorded it. Throws `unavailable` (retry) when that is not known; the
  /// delivery is finished all the same. After ack_wait it is late: nats-server 2.9 records it all
  /// the same, and takes back the redelivery that it may have sent meanwhile to somebody else; a
  /// newer one may not answer, which is "not known".
  task<> ack_sync(duration limit = std::chrono::seconds(5));

 private:
  friend class detail::fetch_inbox;

  void answer(std::string_view text);
  /// Acknowledges and pulls with one message: `request` begins with "+NXT". False when there is no
  /// connection, and nothing was sent.
  bool ack_and_pull(const std::string& reply, std::string_view request);
  void finish(bool acknowledged) noexcept;

  nats::message message_;
  delivery_info info_;
  detail::connection_core* core_;
  duration ack_wait_;
  time_point leased_at_;
  std::shared_ptr<detail::delivery_slots> slots_;
  std::size_t charged_ = 0;
  bool finished_ = false;
};

}  // namespace weir::nats
