// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "weir/postgres/detail/parameters.hpp"
#include "weir/postgres/detail/result_set.hpp"
#include "weir/postgres/error.hpp"

namespace weir::postgres::detail {

/// What came next of the answers, which come in the order of the statements.
struct answer {
  enum class kind : std::uint8_t {
    rows,      ///< A statement was executed; with its rows, where it gives any.
    refused,   ///< The server refused the statement; `fields` says why.
    aborted,   ///< Not executed, for the server refused one before it in the same pipeline.
    end,       ///< No more answers to this statement.
    synced,    ///< The pipeline ended here.
    copy_in,   ///< The server waits for the rows of a COPY.
    copy_out,  ///< The server sends the rows of a COPY.
    broken,    ///< The connection is of no use any more; `fields` has the message.
  };
  kind what = kind::end;
  result_set rows = {};
  std::unique_ptr<error_fields> fields = {};
};

/// The transaction of a session, as the server said last.
enum class session_state : std::uint8_t { idle, active, in_transaction, failed, unknown };

/// How far bytes got.
enum class progress : std::uint8_t { done, pending, broken };

/// A message of NOTIFY.
struct notice_of_channel {
  std::string channel;
  std::string payload;
};

/// What weir needs of a library that speaks PostgreSQL's protocol: one open connection, in pipeline
/// mode unless said otherwise, that never blocks.
///
/// What sends puts bytes into a buffer, which flush() moves; it gives false when the connection is
/// broken, and last_error() then says why. The library behind it is libpq (libpq/engine.cpp); tests
/// put a model in its place.
class engine {
 public:
  virtual ~engine() = default;

  virtual bool prepare(const std::string& name, const statement_shape& shape) = 0;
  virtual bool execute(const std::string& name, parameter_view encoded) = 0;
  /// Asks for the columns of what was prepared: `rows` without a row.
  virtual bool describe(const std::string& name) = 0;
  /// Parses, executes and forgets.
  virtual bool execute_unprepared(const statement_shape& shape, parameter_view encoded) = 0;
  /// Asks for the answers up to here without ending the pipeline.
  virtual bool request_answers() = 0;
  virtual bool sync() = 0;

  /// Leaves pipeline mode, which takes nothing under way, and sends SQL text of any number of
  /// statements; the answers of each come, and one `end` behind them all.
  virtual bool send_script(const std::string& sql) = 0;
  /// Back to pipeline mode, when the end of the script has come.
  virtual bool end_script() = 0;

  /// Between `copy_in` and end_copy(): rows to the server, less than 1 GiB of them. `pending` means
  /// that nothing of them was taken; flush() first.
  virtual progress put_copy(std::string_view bytes) = 0;
  /// Ends a COPY; with a reason, as failed.
  virtual bool end_copy(const std::optional<std::string>& failure) = 0;
  /// After `copy_out`: the next piece into `bytes`. `pending` means that more must come first, and
  /// empty `bytes` that there is no more; answers follow then.
  virtual progress get_copy(std::string& bytes) = 0;

  /// What to wait for readiness of; the same until the engine ends.
  virtual int descriptor() const = 0;
  /// `pending` when there are bytes left: wait for readable or writable, consume(), flush again.
  virtual progress flush() = 0;
  /// Reads what has come.
  virtual bool consume() = 0;
  /// True when bytes are left to consume() of which no readiness will tell: decrypted ones.
  virtual bool has_unread() const = 0;
  /// The next answer, or nothing until more bytes have come. To be asked only while one is due.
  virtual std::optional<answer> next() = 0;
  virtual std::optional<notice_of_channel> next_notification() = 0;

  virtual session_state state() const = 0;
  /// False when the server has closed the connection, or said what an idle session should not hear.
  virtual bool is_alive() = 0;
  /// True while the server is a standby, which refuses to write.
  virtual bool is_standby() const = 0;
  virtual std::string last_error() const = 0;

  /// A call that asks the server to give up what it executes. Blocks, so it belongs on a helper
  /// thread; may outlive the engine. Null where there is no memory for it.
  virtual std::function<void()> canceller() = 0;
};

using notice_sink = std::function<void(std::string_view severity, std::string_view message)>;

}  // namespace weir::postgres::detail
