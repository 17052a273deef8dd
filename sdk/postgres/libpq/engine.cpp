// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

#include "error_fields.hpp"

namespace weir::postgres::detail {
namespace {

/// The size that libpq's documentation gives for the text of an error of PQcancel.
constexpr int cancel_error_size = 256;
/// How many unexpected messages an idle connection may bring before it is closed.
constexpr int idle_reads_max = 8;
constexpr int binary_rows = 1;

void receive_notice(void* sink, const PGresult* notice) {
  const auto& notices = *static_cast<const notice_sink*>(sink);
  if (!notices) return;
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  notices(severity == nullptr ? "" : severity, message == nullptr ? "" : message);
}

/// A pooler between the server and us that has lost the one or gives up the other: a server says in
/// which function an error arose. To which statement this is an answer it does not know; the server
/// may have executed that one and those behind it, the COMMIT included.
bool is_end_by_pooler(const error_fields& fields) {
  constexpr std::string_view connection_class = "08";
  const bool is_end = fields.severity == "FATAL" || fields.severity == "PANIC" ||
                      fields.sqlstate.starts_with(connection_class);
  return is_end && fields.routine.empty();
}

answer broken(std::string why) {
  auto fields = std::make_unique<error_fields>();
  fields->message = std::move(why);
  return {.what = answer::kind::broken, .fields = std::move(fields)};
}

}  // namespace

void raw_connection_closer::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

libpq_engine::libpq_engine(raw_connection opened, const notice_sink* notices)
    : raw_(std::move(opened)) {
  PQsetNoticeReceiver(raw_.get(), receive_notice, const_cast<notice_sink*>(notices));
  PQsetnonblocking(raw_.get(), 1);
  // Where this fails, the first statement that is sent will as well.
  PQenterPipelineMode(raw_.get());
}

void libpq_engine::list(parameter_view encoded) {
  values_.clear();
  lengths_.clear();
  formats_.clear();
  for (const parameters::slot& slot : encoded.slots()) {
    values_.push_back(encoded.value(slot));
    lengths_.push_back(static_cast<int>(slot.size));
    formats_.push_back(slot.is_binary ? 1 : 0);
  }
}

bool libpq_engine::prepare(const std::string& name, const statement_shape& shape) {
  return PQsendPrepare(raw_.get(), name.c_str(), shape.sql, static_cast<int>(shape.count),
                       shape.types) == 1;
}

bool libpq_engine::execute(const std::string& name, parameter_view encoded) {
  list(encoded);
  return PQsendQueryPrepared(raw_.get(), name.c_str(), static_cast<int>(values_.size()),
                             values_.data(), lengths_.data(), formats_.data(), binary_rows) == 1;
}

bool libpq_engine::describe(const std::string& name) {
  return PQsendDescribePrepared(raw_.get(), name.c_str()) == 1;
}

bool libpq_engine::execute_unprepared(const statement_shape& shape, parameter_view encoded) {
  list(encoded);
  return PQsendQueryParams(raw_.get(), shape.sql, static_cast<int>(shape.count), shape.types,
                           values_.data(), lengths_.data(), formats_.data(), binary_rows) == 1;
}

bool libpq_engine::request_answers() { return PQsendFlushRequest(raw_.get()) == 1; }

bool libpq_engine::sync() { return PQpipelineSync(raw_.get()) == 1; }

bool libpq_engine::send_script(const std::string& sql) {
  // The simple protocol, which takes several statements, does not exist in pipeline mode.
  return PQexitPipelineMode(raw_.get()) == 1 && PQsendQuery(raw_.get(), sql.c_str()) == 1;
}

bool libpq_engine::end_script() { return PQenterPipelineMode(raw_.get()) == 1; }

progress libpq_engine::put_copy(std::string_view bytes) {
  const int taken = PQputCopyData(raw_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (taken < 0) return progress::broken;
  return taken == 0 ? progress::pending : progress::done;
}

bool libpq_engine::end_copy(const std::optional<std::string>& failure) {
  return PQputCopyEnd(raw_.get(), failure ? failure->c_str() : nullptr) == 1;
}

progress libpq_engine::get_copy(std::string& bytes) {
  constexpr int without_waiting = 1;
  char* piece = nullptr;
  const int size = PQgetCopyData(raw_.get(), &piece, without_waiting);
  bytes.clear();
  if (size > 0) {
    const std::unique_ptr<char, decltype(&PQfreemem)> freed(piece, PQfreemem);
    bytes.assign(piece, static_cast<std::size_t>(size));
    return progress::done;
  }
  constexpr int ended = -1;
  if (size == ended) return progress::done;
  return size == 0 ? progress::pending : progress::broken;
}

int libpq_engine::descriptor() const { return PQsocket(raw_.get()); }

progress libpq_engine::flush() {
  const int unsent = PQflush(raw_.get());
  if (unsent < 0) return progress::broken;
  return unsent == 0 ? progress::done : progress::pending;
}

bool libpq_engine::consume() { return PQconsumeInput(raw_.get()) == 1; }

bool libpq_engine::has_unread() const {
  // libpq reads until the library of TLS has no more since 15.19 only (and its siblings). It frees
  // what it has of that when the connection breaks, so that is asked for each time.
  const auto* tls = static_cast<const SSL*>(PQsslStruct(raw_.get(), "OpenSSL"));
  return tls != nullptr && SSL_pending(tls) > 0;
}

std::optional<answer> libpq_engine::next() {
  if (PQisBusy(raw_.get()) != 0) return std::nullopt;
  result_handle got(PQgetResult(raw_.get()));
  if (!got) return answer{.what = answer::kind::end};
  switch (PQresultStatus(got.get())) {
    case PGRES_PIPELINE_SYNC:
      return answer{.what = answer::kind::synced};
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return answer{.what = answer::kind::rows, .rows = result_set(std::move(got))};
    case PGRES_PIPELINE_ABORTED:
      return answer{.what = answer::kind::aborted};
    case PGRES_COPY_IN:
      return answer{.what = answer::kind::copy_in};
    case PGRES_COPY_OUT:
      return answer{.what = answer::kind::copy_out};
    case PGRES_FATAL_ERROR: {
      auto fields = std::make_unique<error_fields>(read_error_fields(got.get()));
      // Without a SQLSTATE it is libpq that speaks, of the connection.
      if (fields->sqlstate.empty() || is_end_by_pooler(*fields)) {
        return broken(std::move(fields->message));
      }
      return answer{.what = answer::kind::refused, .fields = std::move(fields)};
    }
    default:
      return broken("libpq gave an answer of a kind that weir did not ask for");
  }
}

std::optional<notice_of_channel> libpq_engine::next_notification() {
  struct freed {
    void operator()(PGnotify* one) const noexcept { PQfreemem(one); }
  };
  const std::unique_ptr<PGnotify, freed> one(PQnotifies(raw_.get()));
  if (!one) return std::nullopt;
  return notice_of_channel{.channel = one->relname, .payload = one->extra};
}

session_state libpq_engine::state() const {
  if (PQstatus(raw_.get()) != CONNECTION_OK) return session_state::unknown;
  switch (PQtransactionStatus(raw_.get())) {
    case PQTRANS_IDLE:
      return PQpipelineStatus(raw_.get()) == PQ_PIPELINE_ON ? session_state::idle
                                                            : session_state::active;
    case PQTRANS_ACTIVE:
      return session_state::active;
    case PQTRANS_INTRANS:
      return session_state::in_transaction;
    case PQTRANS_INERROR:
      return session_state::failed;
    default:
      return session_state::unknown;
  }
}

bool libpq_engine::is_alive() {
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

bool libpq_engine::is_standby() const {
  const char* said = PQparameterStatus(raw_.get(), "in_hot_standby");
  return said != nullptr && std::string_view(said) == "on";
}

std::string libpq_engine::last_error() const { return PQerrorMessage(raw_.get()); }

std::function<void()> libpq_engine::canceller() {
  struct freed {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
  };
  const std::shared_ptr<PGcancel> cancel(PQgetCancel(raw_.get()), freed{});
  if (!cancel) return nullptr;
  // libpq before 17 connects for this, and blocks.
  return [cancel] {
    char text[cancel_error_size];
    PQcancel(cancel.get(), text, sizeof text);
  };
}

}  // namespace weir::postgres::detail
