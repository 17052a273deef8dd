// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inbox.hpp"
#include "server_feature.hpp"
#include "weir/detail/timer.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/publication.hpp"
#include "weir/nats/subject.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

class connection_core;
class publisher;

/// One message on its way into a stream, and what has become of it.
class publication_slot final : public weir::detail::list_hook, private weir::detail::timer {
 public:
  explicit publication_slot(publisher& of, std::size_t number) : owner(of), index(number) {}

  publisher& owner;
  const std::size_t index;  ///< its place among the publisher's slots
  std::uint64_t begun = 0;  ///< its number among all messages; they are sent again in this order
  std::uint64_t use = 0;    ///< counts the messages it held, so that a late answer is told apart

  std::string subject;
  std::string payload;
  std::string msg_id;
  nats::headers headers;
  const server_feature* needs = nullptr;
  bool id_is_given = false;   ///< by the user, who may have sent it before
  std::size_t wire_size = 0;  ///< headers and payload
  time_point deadline;
  time_point sent_at;         ///< or looked after without being sent
  std::uint64_t sent_as = 0;  ///< the publisher's count of sent messages when it was sent last
  unsigned sends = 0;
  bool abandoned = false;

  std::string last_problem;
  publish_ack ack;
  std::optional<error> failure;
  std::string doubted_in;  ///< the stream that may hold it although it was refused; else empty
  manual_reset_event done;

 private:
  friend class publisher;
  void on_timer() noexcept override;
};

/// The publications of one connection: a window of them waits for confirmation, and each is sent
/// again, under the same id, after a reconnect, where nobody listened, and when no answer came.
class publisher final : public inbox {
 public:
  publisher(connection_core& core, std::size_t window);
  ~publisher();

  /// Sends, after waiting for room in the window.
  task<publication> begin(const nats::subject& to, std::string_view payload,
                          publish_options options);
  /// The handle of a slot is gone.
  void drop(publication_slot& slot) noexcept;
  /// Finds out what became of a message that was refused because of what the stream holds.
  task<> resolve(publication_slot& slot);

  /// Fails all that waits; nothing can be begun any more.
  void close() noexcept;

 private:
  void on_message(message received) noexcept override;
  void on_message_read(const message_parts& parts) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override;
  void on_disconnected(const error& why) noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;

  publication_slot& free_slot();
  /// An id that no other message has.
  std::string_view fresh_id(std::span<char> into) noexcept;
  publication_slot* slot_of(std::string_view token) noexcept;
  void send(publication_slot& slot, time_point now) noexcept;
  friend class publication_slot;
  void look_after(publication_slot& slot) noexcept;
  void look_after_oldest() noexcept;
  void take_answer(std::string_view subject, std::string_view answer) noexcept;
  /// When a slot must be looked after: at its deadline, or to be sent again.
  time_point next_look(const publication_slot& slot) const noexcept;
  void await_next_look(publication_slot& slot) noexcept;
  void move_to_back(publication_slot& slot, time_point now) noexcept;
  void settle(publication_slot& slot, std::string_view answer) noexcept;
  void fail(publication_slot& slot, error why) noexcept;
  void finish(publication_slot& slot) noexcept;
  error deadline_error(const publication_slot& slot) const;

  /// Nearly all answers come, so nearly all slots wait in line for the same long while, and need
  /// no timer of their own.
  class answer_watch final : public weir::detail::timer {
   public:
    explicit answer_watch(publisher& of) noexcept : of_(of) {}
    void on_timer() noexcept override { of_.look_after_oldest(); }

   private:
    publisher& of_;
  };

  connection_core& core_;
  semaphore window_;
  semaphore window_bytes_;
  std::vector<std::unique_ptr<publication_slot>> slots_;
  std::vector<publication_slot*> free_;
  weir::detail::intrusive_list<publication_slot> waiting_;  // by sent_at
  answer_watch watch_{*this};                               // for the first that waits
  std::uint64_t begun_ = 0;
  std::uint64_t sent_ = 0;
  std::optional<refusal> refused_;  // of this inbox, by the present connection's server
  std::string id_prefix_;
  std::uint64_t ids_ = 0;
  bool closed_ = false;
};

}  // namespace weir::nats::detail
