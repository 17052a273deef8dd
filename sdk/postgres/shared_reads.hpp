// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <list>

#include "lease.hpp"
#include "weir/scope.hpp"

namespace weir::postgres::detail {

/// Reads of many tasks over few connections: each goes out at once, and none waits for the answers
/// of the others.
///
/// A line is a connection on loan that reads share, from the first of them until nobody reads. All
/// that tasks ask within one turn of the loop travels together and ends with one Sync. A read that
/// the server did not execute because a neighbour was refused, and one whose connection went away,
/// is sent again: it changes nothing. One that is cancelled never cancels a neighbour: on the wire
/// it runs to its end, unless nobody waits for anything else on its line.
///
/// Where one is slow, those behind it are sent again on other lines, at first with few others, then
/// with none: so nothing is sent more than three times for that. Who was on the wire of a
/// connection that went away is sent again with none, too, for one of them may have ended it.
class shared_reads {
 public:
  explicit shared_reads(pool_core& owner) noexcept : owner_(owner) {}

  task<result_set> run(const statement_shape& shape, parameters encoded);
  /// Suspends until what is under way has ended; nothing new may come.
  auto finish() { return lines_scope_.join(); }
  /// Lines on which nothing is under way, which are about to be given back.
  std::size_t idle_lines() const noexcept;

 private:
  /// One read, of one attempt.
  struct read : reply {
    read(const statement_shape& asked, const parameters& with, std::size_t most, bool alone)
        : shape(asked), encoded(with), size(with.bytes().size()), company(most), is_alone(alone) {}

    const statement_shape& shape;
    const parameters& encoded;            ///< Lives as long as somebody waits for it.
    std::size_t size;                     ///< Of the arguments, in bytes.
    std::uint64_t number = 0;             ///< Later ones have higher numbers.
    std::size_t company;                  ///< How many, with it, may be on the wire of its line.
    bool is_alone;                        ///< Gets a Sync of its own.
    bool is_abandoned = false;            ///< Nobody waits for it any more.
    bool is_moved = false;                ///< Was behind a slow one, and is to be sent elsewhere.
    std::optional<weir::error> obstacle;  ///< Why it could not even be sent.

    bool is_awaited() const noexcept { return !is_abandoned && !done.is_set(); }
  };
  /// A read on the wire of a line, from which it goes with its answer there, wanted or not.
  struct sent_read {
    std::shared_ptr<read> what;
    std::uint64_t end;  ///< How many answers the connection has given when it has given that one.
  };
  struct line;
  /// Wakes a line that has owed an answer for too long.
  class slow_watch final : public weir::detail::timer {
   public:
    explicit slow_watch(line& of) noexcept : of_(of) {}
    ~slow_watch() { loop::current().timers().disarm(*this); }
    void start();

   private:
    void on_timer() noexcept override;
    line& of_;
  };
  struct line {
    line(lease taken, time_point now);

    bool is_awaited() const;

    lease lent;
    std::deque<sent_read> sent;
    std::size_t sent_bytes = 0;
    /// How many may be on the wire together with those that are: 0 behind a slow one.
    std::size_t company;
    time_point last_answer;
    bool is_receiving = false;  ///< Sending is then a matter of feed().
    bool is_fed = false;
    bool is_new = true;  ///< Nothing was sent on it yet.
    scope feeders;
    bool is_given_up = false;                         ///< Nobody waits for what is on it.
    bool is_outdated = false;                         ///< Too old, or the server has another role.
    std::optional<weir::detail::stop_context> waits;  ///< Of its wait for answers.
    slow_watch watch{*this};
  };

  void enqueue(std::shared_ptr<read> one, bool in_front);
  /// True when somebody waits for the first of those that wait; drops what nobody waits for.
  bool has_waiting();
  /// Sees to it that somebody takes what waits.
  void find_line();
  bool is_open(const line& on) const;
  static bool is_slow(const line& on);
  /// True for one that takes reads, now or when it has got answers.
  bool is_serving(const line& on) const;
  static bool has_room(const line& on, const read& next);
  void open_line();
  task<> serve();
  task<> serve(line& on);
  void fill(line& on);
  task<> feed(line& on);
  static void take_off_answered(line& on);
  /// Lets what waits behind a slow read on a line be read on another one.
  void move_from_behind_slow(line& on);
  void abandon(read& one);
  /// Fails those who waited before the read of this number came.
  void give_up(const weir::error& why, std::uint64_t number);

  pool_core& owner_;
  std::deque<std::shared_ptr<read>> waiting_;
  std::list<line> lines_;
  std::uint64_t reads_ = 0;
  bool is_opening_ = false;
  scope lines_scope_;
};

}  // namespace weir::postgres::detail
