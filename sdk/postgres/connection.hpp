// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>

#include "engine.hpp"
#include "prepared_cache.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/postgres/hooks.hpp"
#include "weir/task.hpp"
#include "weir/task_context.hpp"

namespace weir::postgres::detail {

/// The answer to one statement, for who waits for it.
struct reply {
  enum class outcome : std::uint8_t { none, executed, refused, not_executed, lost };

  outcome what = outcome::none;
  result_set rows;
  std::optional<error> failure;  ///< Of `refused` and `lost`.
  manual_reset_event done;
  task_context_ptr asker;  ///< Where another task than the one that asks sends it.
};

/// So many bytes of a COPY go in one message at most: what an engine and the server take at once is
/// bounded, and a row is not.
inline constexpr std::size_t copy_message_bytes_max = std::size_t{1} << 20;
/// How long the server gets to give up a cancelled statement before its connection is closed.
inline constexpr std::chrono::seconds interrupt_limit{2};

/// One connection in pipeline mode: sends statements, and keeps account of the answers it owes.
///
/// The server does not say to which statement an answer belongs, so every message that is answered
/// stands in a queue until its answer has come. Nothing here blocks: statements go into a buffer,
/// and bytes move in both directions at once, so that full buffers on both sides cannot stop each
/// other.
class connection {
 public:
  struct settings {
    /// How many statements are kept prepared; with 0 each is parsed at each use, which is what a
    /// pooler in between may need.
    std::size_t prepared_max;
    /// Is told of each statement that it awaits or enqueues; outlives the connection.
    const std::function<void(const statement_report&)>* on_statement;
  };
  /// What its pool notes about it.
  struct {
    time_point expires = time_point::max();
    time_point idle_since{};
  } age = {};

  connection(std::unique_ptr<engine> opened, const settings& chosen)
      : engine_(std::move(opened)),
        is_preparing_(chosen.prepared_max > 0),
        prepared_(chosen.prepared_max),
        on_statement_(*chosen.on_statement ? chosen.on_statement : nullptr),
        was_standby_(engine_->is_standby()) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Puts a statement into the pipeline, and before its first use its preparation. `to`, unless
  /// null, gets the answer.
  void send(const statement_shape& shape, parameter_view encoded, std::optional<std::size_t> index,
            std::shared_ptr<reply> to);
  /// The same for a text that is used once. `to` owns it, or it outlives the answer.
  void send_unprepared(const statement_shape& shape, parameter_view encoded,
                       std::optional<std::size_t> index, std::shared_ptr<reply> to);
  /// Prepares a statement and asks for the columns that it gives, which `to` gets; executes
  /// nothing.
  void send_description(const statement_shape& shape, std::shared_ptr<reply> to);
  /// Lets go of prepared statements beyond the bound, and sends a Sync of its own. To be called
  /// where a pipeline begins, outside of a transaction: elsewhere the server would refuse.
  void trim();
  /// Asks, once, which timeline of its history the server is on; sends a Sync of its own.
  void ask_timeline();
  /// What it answered, if it has and is no standby.
  std::optional<std::string> timeline() const;
  /// Asks for the answers up to here without ending the pipeline.
  void request_answers();
  /// Ends the pipeline: after an error, what comes behind this is executed again.
  void send_sync();

  /// Suspends until all answers up to here have come, or the connection is lost.
  task<> settle();
  /// Asks the server to give up what it executes, and settles. To be shielded; bounded in time, and
  /// when that is not enough, the connection is lost. When nobody knows whether the server has been
  /// asked yet, the connection is not reusable.
  task<> interrupt();

  /// Ends whatever is under way and rolls back, so that it is clean, or lost; bounded in time.
  task<> roll_back();

  /// The two halves of settle(), for who lets several wait at once: one task may send while another
  /// receives. Sends what the server takes at once; true when that was all.
  bool send_some();
  /// Suspends until the server has taken everything.
  task<> send_rest();
  /// Suspends until something has come, and gives the answers to whom they belong.
  task<> receive();

  /// A message that came for a channel that the session listens to.
  std::optional<notice_of_channel> next_notification() { return engine_->next_notification(); }

  /// Runs SQL text of several statements by the simple protocol; nothing may be under way.
  task<> run_script(std::string sql);

  // COPY by the simple protocol (copy.cpp): begun where nothing is under way, and then nothing else
  // can be sent before it has ended. What the server refuses is failure() then, and ends it.

  /// Suspends until the server takes rows, or sends them, or has refused. `sql` and `name` outlive
  /// the connection.
  task<> begin_copy(std::string_view sql, std::string_view name);
  /// Suspends until the server has been sent what came before; then sends bytes of rows, in
  /// messages of `copy_message_bytes_max`.
  task<> send_copy(std::string_view bytes);
  /// After the last bytes: suspends until the server has taken all, and gives the number of rows.
  task<std::uint64_t> finish_copy();
  /// The next piece of the rows that the server sends, empty behind the last, where it has come.
  progress take_copy(std::string& bytes);
  /// Ends a COPY as failed; to be shielded, and bounded in time. When that is not enough, the
  /// connection is lost.
  task<> give_up_copy(std::string reason);
  bool is_copying() const noexcept { return copy_.at != copy_stage::none; }

  /// The first error of a statement since the last forget_failure().
  const std::optional<error>& failure() const noexcept { return failure_; }
  void forget_failure() noexcept { failure_.reset(); }
  /// Why the connection is of no use any more.
  const std::optional<error>& lost() const noexcept { return lost_; }

  /// How many messages were sent that are answered, and how many answers have come.
  std::uint64_t sent() const noexcept { return sent_; }
  std::uint64_t answered() const noexcept { return answered_; }
  bool owes_answers() const noexcept { return !owed_.empty(); }
  bool is_in_transaction() const;
  /// True when it is alive, with nothing under way, in no transaction.
  bool is_clean() const;
  /// True when another task may have it: clean, no script has changed its settings, and no cancel
  /// is on its way to it.
  bool is_reusable() const { return is_clean() && !ran_script_ && !cancel_on_its_way_; }
  /// True when roll_back() can make it reusable.
  bool can_be_cleaned() const { return !lost_ && !ran_script_ && !cancel_on_its_way_; }
  /// True when the server was a standby when it was opened and is none now, or the reverse.
  bool has_changed_role() const { return engine_->is_standby() != was_standby_; }
  /// A look at the socket of an idle connection: false when the server has closed it.
  bool is_alive() { return engine_->is_alive(); }
  /// Gives the connection up: it will be closed, not used again.
  void forget(std::string why) { lose(std::move(why)); }

  std::unique_ptr<engine> release() noexcept { return std::move(engine_); }

 private:
  /// What fails in `upkeep` is nobody's failure.
  enum class owed_kind : std::uint8_t { preparation, execution, upkeep, sync };
  /// How far a COPY is.
  enum class copy_stage : std::uint8_t { none, begun, in, out, ending };
  struct copy_work {
    copy_stage at = copy_stage::none;
    std::string_view sql = {};
    std::string_view name = {};
    std::uint64_t rows = 0;
    std::string sqlstate = {};
    std::chrono::steady_clock::time_point since = {};
  };
  /// An answer that the server owes.
  struct owed {
    owed_kind kind;
    const statement_shape* shape = nullptr;
    std::optional<std::size_t> index = std::nullopt;
    std::shared_ptr<reply> to = nullptr;
    std::uint64_t prepared_as = 0;  ///< The number of its name; 0 where it is not prepared.
    bool answered = false;
    std::chrono::steady_clock::time_point since = {};
    task_context_ptr asker = {};
  };

  /// False where nobody wants to know, or knows already: by another connection.
  static bool awaits(const owed& one) noexcept { return one.to && !one.to->done.is_set(); }
  void put(const statement_shape& shape, parameter_view encoded, std::optional<std::size_t> index,
           std::shared_ptr<reply> to, bool is_prepared);
  bool prepare(const statement_shape& shape, std::optional<std::size_t> index, const reply* to);
  task_context_ptr asker_of(std::optional<std::size_t> index, const reply* to) const;
  void owe(owed one);
  task<> wait_ready();
  task<> wait_for(short events);
  void take_answers();
  void take(owed& head, answer got);
  void take_failure(owed& head, error_fields fields);
  /// Of a statement that the session only believed to be prepared, or that must be anew.
  void forget_if_stale(const owed& refused, const error_fields& fields);
  void end_answer();
  void report(const owed& one, std::uint64_t rows, std::string_view sqlstate) const;
  void take_script_answer(answer got, const std::string& sql);
  task<> ask_to_give_up();
  void end_copy_in(const std::optional<std::string>& reason);
  task<> flush_copy();
  task<> drain_copy(const std::string& reason);
  task<> take_copy_answers();
  void take_copy_answer(answer got);
  void leave_copy();
  void lose(std::string why);
  void end(error why);

  std::unique_ptr<engine> engine_;
  bool is_preparing_;
  prepared_cache prepared_;
  const std::function<void(const statement_report&)>* on_statement_;  ///< Null for nobody.
  bool was_standby_;
  std::deque<owed> owed_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  /// Statements are in the pipeline behind the last Sync. The server reports its transaction at a
  /// Sync only, so until the next one the engine's idea of it is old.
  bool unsynced_ = false;
  std::shared_ptr<reply> timeline_;
  std::optional<error> failure_;
  std::optional<error> lost_;
  copy_work copy_;
  bool settling_ = false;
  bool ran_script_ = false;
  bool cancel_on_its_way_ = false;
};

}  // namespace weir::postgres::detail
