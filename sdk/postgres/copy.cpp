// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include "connection.hpp"
#include "copy_refusal.hpp"
#include "weir/poll.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

enum class said : std::uint8_t { nothing, something, error };

/// What the server has said while it takes rows. libpq keeps an error to itself until the last row
/// was sent, so this looks at the bytes on the socket before libpq takes them. Where they are
/// encrypted or many, or libpq was quicker, the error comes at the end.
said look_at(int descriptor) {
  char bytes[heard_bytes_max];
  const ssize_t got = ::recv(descriptor, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (got < 0) return said::nothing;
  const bool is_error = tells_error({bytes, static_cast<std::size_t>(got)});
  return is_error ? said::error : said::something;
}

/// The first line says where in the COPY it was, without a value: the format is binary.
std::string place_of(const error_fields& fields, std::string_view sql) {
  const bool is_known = fields.context.starts_with("COPY ");
  return std::string(is_known ? fields.context.substr(0, fields.context.find('\n')) : sql);
}

}  // namespace

task<> connection::begin_copy(std::string_view sql, std::string_view name) {
  WEIR_ASSERT(owed_.empty() && !settling_ && !is_copying());
  if (lost_) co_return;
  failure_.reset();
  copy_ = {
      .at = copy_stage::begun, .sql = sql, .name = name, .since = std::chrono::steady_clock::now()};
  if (!engine_->send_script(std::string(sql))) {
    lose(engine_->last_error());
    co_return;
  }
  co_await take_copy_answers();
}

task<> connection::send_copy(std::string_view bytes) {
  while (!bytes.empty()) {
    co_await flush_copy();
    if (lost_ || copy_.at != copy_stage::in) co_return;
    const std::string_view message = bytes.substr(0, copy_message_bytes_max);
    if (engine_->put_copy(message) != progress::done) co_return lose(engine_->last_error());
    bytes.remove_prefix(message.size());
    engine_->flush();  // What it does not take now is for the next to wait for.
  }
}

/// Suspends until libpq's buffer is empty: what it holds is bounded by one message.
task<> connection::flush_copy() {
  while (!lost_ && copy_.at == copy_stage::in) {
    switch (look_at(engine_->descriptor())) {
      case said::error:
        // Which the server takes no notice of.
        end_copy_in("the server was heard to refuse a row");
        co_return co_await take_copy_answers();
      case said::something:
        if (!engine_->consume()) co_return lose(engine_->last_error());
        break;
      case said::nothing:
        break;
    }
    const progress flushed = engine_->flush();
    if (flushed == progress::done) co_return;
    if (flushed == progress::broken) co_return lose(engine_->last_error());
    co_await poll(engine_->descriptor(), POLLIN | POLLOUT);
  }
}

void connection::end_copy_in(const std::optional<std::string>& reason) {
  copy_.at = copy_stage::ending;
  if (!engine_->end_copy(reason)) lose(engine_->last_error());
}

task<std::uint64_t> connection::finish_copy() {
  if (copy_.at == copy_stage::in) co_await flush_copy();
  if (copy_.at == copy_stage::in && !lost_) end_copy_in(std::nullopt);
  if (is_copying()) co_await take_copy_answers();
  co_return copy_.rows;
}

progress connection::take_copy(std::string& bytes) {
  const progress got = engine_->get_copy(bytes);
  // Behind the rows, or behind an error, come answers.
  if (got == progress::broken || (got == progress::done && bytes.empty())) {
    copy_.at = copy_stage::ending;
    bytes.clear();
    return progress::done;
  }
  return got;
}

/// Takes answers until rows can go, or the COPY has ended.
task<> connection::take_copy_answers() {
  while (!lost_ && (copy_.at == copy_stage::begun || copy_.at == copy_stage::ending)) {
    std::optional<answer> got = engine_->next();
    if (got) {
      take_copy_answer(std::move(*got));
    } else {
      co_await wait_ready();
    }
  }
}

void connection::take_copy_answer(answer got) {
  switch (got.what) {
    case answer::kind::copy_in:
      copy_.at = copy_stage::in;
      return;
    case answer::kind::copy_out:
      copy_.at = copy_stage::out;
      return;
    case answer::kind::rows:
      copy_.rows = got.rows.affected();
      return;
    case answer::kind::refused:
      copy_.sqlstate = got.fields->sqlstate;
      if (!failure_) {
        const std::string place = place_of(*got.fields, copy_.sql);
        failure_ = error(std::move(*got.fields), place, copy_.name, std::nullopt);
      }
      return;
    case answer::kind::broken:
      return lose(std::move(got.fields->message));
    case answer::kind::end:
      return leave_copy();
    default:
      return lose("the server answered to COPY what it should not");
  }
}

void connection::leave_copy() {
  copy_.at = copy_stage::none;
  if (on_statement_ != nullptr) {
    (*on_statement_)({.name = copy_.name,
                      .sql = copy_.sql,
                      .took = std::chrono::steady_clock::now() - copy_.since,
                      .rows = copy_.rows,
                      .sqlstate = copy_.sqlstate});
  }
  if (!engine_->end_script()) lose(engine_->last_error());
}

task<> connection::give_up_copy(std::string reason) {
  if (lost_ || !is_copying()) co_return;
  if (copy_.at == copy_stage::in) {
    // The server ends it by itself, unless it waits for a lock.
    const auto ended = co_await with_timeout(interrupt_limit, drain_copy(reason)).as_result();
    if (ended) co_return;
  }
  co_await ask_to_give_up();
  const auto ended = co_await with_timeout(interrupt_limit, drain_copy(reason)).as_result();
  if (!ended) lose("the server did not give up a COPY in time");
}

/// Drops what comes until the COPY has ended.
task<> connection::drain_copy(const std::string& reason) {
  std::string dropped;
  while (!lost_ && is_copying()) {
    if (copy_.at == copy_stage::in) {
      end_copy_in(reason);
    } else if (copy_.at != copy_stage::out) {
      co_await take_copy_answers();
    } else if (take_copy(dropped) == progress::pending) {
      co_await wait_ready();
    }
  }
}

}  // namespace weir::postgres::detail
