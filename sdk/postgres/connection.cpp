// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <cerrno>

#include "result_error.hpp"
#include "weir/blocking.hpp"
#include "weir/poll.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// How long the server gets to give up a cancelled statement before its connection is closed.
constexpr std::chrono::seconds interrupt_limit{2};
/// The size that libpq's documentation gives for the text of an error of PQcancel.
constexpr int cancel_error_size = 256;
/// How many unexpected messages an idle connection may bring before it is closed.
constexpr int idle_reads_max = 8;

void receive_notice(void* sink, const PGresult* notice) {
  const auto& notices = *static_cast<const notice_sink*>(sink);
  if (!notices) return;
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  notices(severity == nullptr ? "" : severity, message == nullptr ? "" : message);
}

}  // namespace

void raw_connection_closer::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

connection::connection(raw_connection opened, const notice_sink* notices)
    : raw_(std::move(opened)) {
  PQsetNoticeReceiver(raw_.get(), receive_notice, const_cast<notice_sink*>(notices));
  if (PQsetnonblocking(raw_.get(), 1) != 0 || PQenterPipelineMode(raw_.get()) != 1) {
    lose(PQerrorMessage(raw_.get()));
  }
}

void connection::send(const statement_shape& shape, const parameters& encoded,
                      std::optional<std::size_t> index, bool keep) {
  if (lost_ || !prepare(shape, index)) return;
  values_.clear();
  lengths_.clear();
  formats_.clear();
  for (const parameters::slot& slot : encoded.slots()) {
    values_.push_back(slot.is_null ? nullptr : encoded.bytes().data() + slot.offset);
    lengths_.push_back(static_cast<int>(slot.size));
    formats_.push_back(slot.is_binary ? 1 : 0);
  }
  constexpr int binary_rows = 1;
  if (PQsendQueryPrepared(raw_.get(), prepared_[&shape].c_str(), static_cast<int>(shape.count),
                          values_.data(), lengths_.data(), formats_.data(), binary_rows) != 1) {
    return lose(PQerrorMessage(raw_.get()));
  }
  owed_.push_back({owed_kind::execution, &shape, index, keep});
  ++sent_;
  unsynced_ = true;
}

bool connection::prepare(const statement_shape& shape, std::optional<std::size_t> index) {
  const auto [at, is_new] = prepared_.try_emplace(&shape);
  if (!is_new) return true;
  at->second = "weir_" + std::to_string(++prepared_count_);
  if (PQsendPrepare(raw_.get(), at->second.c_str(), shape.sql, static_cast<int>(shape.count),
                    shape.types) != 1) {
    lose(PQerrorMessage(raw_.get()));
    return false;
  }
  owed_.push_back({owed_kind::preparation, &shape, index});
  ++sent_;
  unsynced_ = true;
  return true;
}

void connection::request_answers() {
  if (!lost_ && PQsendFlushRequest(raw_.get()) != 1) lose(PQerrorMessage(raw_.get()));
}

void connection::send_sync() {
  if (lost_) return;
  if (PQpipelineSync(raw_.get()) != 1) return lose(PQerrorMessage(raw_.get()));
  owed_.push_back({.kind = owed_kind::sync, .index = std::nullopt});
  ++sent_;
  unsynced_ = false;
}

task<> connection::settle() {
  WEIR_ASSERT(!settling_);  // One task at a time waits for the answers of a connection.
  settling_ = true;
  struct at_end {
    bool& flag;
    ~at_end() { flag = false; }
  } reset{settling_};
  const std::uint64_t target = sent_;
  while (answered_ < target && !lost_) {
    take_answers();
    if (answered_ < target && !lost_) co_await wait_ready();
  }
}

task<> connection::wait_ready() {
  const int unsent = PQflush(raw_.get());
  short events = POLLIN;
  if (unsent > 0) events |= POLLOUT;
  // After a failed write there may still be the server's last words to read.
  if (unsent >= 0) co_await poll(PQsocket(raw_.get()), events);
  const bool readable = PQconsumeInput(raw_.get()) == 1;
  if (readable && unsent >= 0) co_return;
  const std::string why = PQerrorMessage(raw_.get());
  take_answers();
  if (!lost_) lose(why);
}

void connection::take_answers() {
  while (!lost_ && !owed_.empty() && PQisBusy(raw_.get()) == 0) {
    result_handle answer(PQgetResult(raw_.get()));
    if (answer) {
      take(owed_.front(), std::move(answer));
    } else if (owed_.front().answered && owed_.front().kind == owed_kind::sync) {
      owed_.front().answered = false;  // That was an error; the sync's own answer follows.
    } else if (owed_.front().answered) {
      end_answer();
    } else if (PQstatus(raw_.get()) == CONNECTION_BAD) {
      lose(PQerrorMessage(raw_.get()));
    } else {
      lose("libpq gave no answer where one was due; is the memory exhausted?");
    }
  }
}

void connection::take(owed& head, result_handle answer) {
  switch (PQresultStatus(answer.get())) {
    case PGRES_PIPELINE_SYNC:
      if (head.kind != owed_kind::sync) return lose("the answers of the server are out of step");
      return end_answer();
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      head.answered = true;
      if (head.keep) kept_ = result_set(std::move(answer));
      return;
    case PGRES_PIPELINE_ABORTED:
      head.answered = true;
      if (head.kind == owed_kind::preparation) prepared_.erase(head.shape);
      return;
    case PGRES_FATAL_ERROR:
      return take_failure(head, answer.get());
    default:
      return lose("COPY cannot be a statement of a transaction here");
  }
}

void connection::take_failure(owed& head, const pg_result* answer) {
  error_fields fields = read_error_fields(answer);
  // Without a SQLSTATE it is libpq that speaks, of the connection.
  if (fields.sqlstate.empty()) return lose(std::move(fields.message));
  const bool is_stale_plan = fields.routine == stale_plan_routine;
  const std::string_view sql = head.shape == nullptr ? "" : head.shape->sql;
  if (head.kind == owed_kind::preparation || is_stale_plan) prepared_.erase(head.shape);
  head.answered = true;
  error refused(std::move(fields), sql, head.index);
  if (refused.fields().severity == "FATAL" || refused.fields().severity == "PANIC") {
    // The server ends the session with this. When it ended a COMMIT, nobody knows what became of
    // that; when it ended a numbered statement, the COMMIT behind that never ran.
    lost_ = refused;
    if (!head.index) return;
  }
  if (!failure_) failure_ = std::move(refused);
}

void connection::end_answer() {
  owed_.pop_front();
  ++answered_;
}

void connection::lose(std::string why) {
  if (lost_) return;
  lost_ = connection_lost(why, effect::none);
}

task<> connection::interrupt() {
  struct canceller {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
  };
  const std::shared_ptr<PGcancel> cancel(PQgetCancel(raw_.get()), canceller{});
  if (cancel) {
    // libpq before 17 connects for this, and blocks.
    const auto asked = co_await with_timeout(interrupt_limit, blocking([cancel] {
                                               char text[cancel_error_size];
                                               return PQcancel(cancel.get(), text, sizeof text);
                                             }))
                           .as_result();
    // The request names the session, not the statement: one that comes late cancels whatever the
    // session executes then.
    if (!asked) cancel_on_its_way_ = true;
  }
  const auto settled = co_await with_timeout(interrupt_limit, settle()).as_result();
  if (!settled) lose("the server did not give up a cancelled statement in time");
}

bool connection::is_in_transaction() const noexcept {
  const PGTransactionStatusType status = PQtransactionStatus(raw_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool connection::is_clean() const noexcept {
  return !lost_ && owed_.empty() && !unsynced_ && PQstatus(raw_.get()) == CONNECTION_OK &&
         PQpipelineStatus(raw_.get()) == PQ_PIPELINE_ON &&
         PQtransactionStatus(raw_.get()) == PQTRANS_IDLE;
}

bool connection::is_alive() noexcept {
  for (int i = 0; i < idle_reads_max; ++i) {
    char byte;
    const ssize_t size = ::recv(PQsocket(raw_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    // What an idle server says on its own: notices, parameters, the end of the session.
    if (size <= 0 || PQconsumeInput(raw_.get()) != 1) return false;
    if (PQisBusy(raw_.get()) != 0 || PQstatus(raw_.get()) != CONNECTION_OK) return false;
  }
  return false;
}

}  // namespace weir::postgres::detail
