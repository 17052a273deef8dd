// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/detail/result_set.hpp"
#include "weir/postgres/error.hpp"
#include "weir/task.hpp"

struct pg_conn;

namespace weir::postgres::detail {

using notice_sink = std::function<void(std::string_view severity, std::string_view message)>;

/// Closes on the thread that destroys it; see pool_core for who does that where.
struct raw_connection_closer {
  void operator()(pg_conn* connection) const noexcept;
};
using raw_connection = std::unique_ptr<pg_conn, raw_connection_closer>;

/// One connection in pipeline mode: sends statements, and keeps account of the answers it owes.
///
/// libpq does not say to which statement an answer belongs, so every message that is answered
/// stands in a queue until its answer has come. Nothing here blocks: statements go into libpq's
/// buffer, and settle() moves bytes in both directions at once, so that full buffers on both sides
/// cannot stop each other.
class connection {
 public:
  connection(raw_connection opened, const notice_sink* notices);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Puts a statement into the pipeline, and before its first use its preparation. With `keep`,
  /// take_kept() gives its answer.
  void send(const statement_shape& shape, const parameters& encoded,
            std::optional<std::size_t> index, bool keep);
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

  /// Runs SQL text of several statements by the simple protocol; nothing may be under way.
  task<> run_script(std::string sql);

  result_set take_kept() noexcept { return std::move(kept_); }
  /// The first error of a statement since the last forget_failure().
  const std::optional<error>& failure() const noexcept { return failure_; }
  void forget_failure() noexcept { failure_.reset(); }
  /// Why the connection is of no use any more.
  const std::optional<error>& lost() const noexcept { return lost_; }

  bool is_in_transaction() const noexcept;
  /// True when it is alive, with nothing under way, in no transaction.
  bool is_clean() const noexcept;
  /// True when another task may have it: clean, no script has changed its settings, and no cancel
  /// is on its way to it.
  bool is_reusable() const noexcept { return is_clean() && !ran_script_ && !cancel_on_its_way_; }
  /// A look at the socket of an idle connection: false when the server has closed it.
  bool is_alive() noexcept;
  /// Gives the connection up: it will be closed, not used again.
  void forget(std::string why) { lose(std::move(why)); }

  raw_connection release() noexcept { return std::move(raw_); }

 private:
  enum class owed_kind : std::uint8_t { preparation, execution, sync };
  /// An answer that the server owes.
  struct owed {
    owed_kind kind;
    const statement_shape* shape = nullptr;
    std::optional<std::size_t> index;
    bool keep = false;
    bool answered = false;
  };

  bool prepare(const statement_shape& shape, std::optional<std::size_t> index);
  void take_answers();
  void take(owed& head, result_handle answer);
  void take_failure(owed& head, const pg_result* answer);
  void end_answer();
  void take_script_answer(const pg_result* answer, const std::string& sql);
  void lose(std::string why);
  task<> wait_ready();

  raw_connection raw_;
  std::deque<owed> owed_;
  std::uint64_t sent_ = 0;
  /// Statements are in the pipeline behind the last Sync. The server reports its transaction at a
  /// Sync only, so until the next one libpq's idea of it is old.
  bool unsynced_ = false;
  std::uint64_t answered_ = 0;
  std::unordered_map<const statement_shape*, std::string> prepared_;
  std::uint64_t prepared_count_ = 0;
  result_set kept_;
  std::optional<error> failure_;
  std::optional<error> lost_;
  bool settling_ = false;
  bool ran_script_ = false;
  bool cancel_on_its_way_ = false;
  // The arguments of a call to libpq, kept for their memory.
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace weir::postgres::detail
