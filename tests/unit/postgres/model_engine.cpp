// SPDX-License-Identifier: Apache-2.0
#include "model_engine.hpp"

#include <libpq-fe.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>

namespace weir::test {

using postgres::detail::answer;
using postgres::detail::progress;
using postgres::detail::result_handle;
using postgres::detail::result_set;
using postgres::detail::session_state;

namespace {

constexpr std::uint64_t portion_max = 8;

result_set one_text(std::string value) {
  constexpr int binary = 1;
  constexpr unsigned text_type = 25;
  char name[] = "value";
  result_handle made(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
  PGresAttDesc column{};
  column.name = name;
  column.format = binary;
  column.typid = text_type;
  column.typlen = -1;
  PQsetResultAttrs(made.get(), 1, &column);
  PQsetvalue(made.get(), 0, 0, value.data(), static_cast<int>(value.size()));
  return result_set(std::move(made));
}

}  // namespace

model_engine::model_engine(std::shared_ptr<model_world> world)
    : world_(std::move(world)), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

model_engine::~model_engine() {
  if (world_->on_close) world_->on_close();
  ::close(bell_);
}

void model_engine::put(answer one) { coming_.push_back(std::move(one)); }

void model_engine::put_end(std::size_t bytes) {
  put({.what = answer::kind::end});
  sizes_.push_back(bytes);
  bytes_ += bytes;
  world_->most_bytes = std::max(world_->most_bytes, bytes_);
}

void model_engine::refuse(std::string sqlstate, std::string message) {
  is_skipping_ = true;
  answer refused{.what = answer::kind::refused};
  refused.fields = std::make_unique<postgres::error_fields>();
  refused.fields->sqlstate = std::move(sqlstate);
  refused.fields->message = std::move(message);
  put(std::move(refused));
}

bool model_engine::prepare(const std::string& name,
                           const postgres::detail::statement_shape& shape) {
  ++unsent_;
  if (is_skipping_) {
    put({.what = answer::kind::aborted});
  } else if (std::string_view(shape.sql) == "nonsense") {
    refuse("42601", "syntax error");
  } else {
    prepared_.insert(name);
    put({.what = answer::kind::rows});
  }
  put_end(0);
  return !is_broken_;
}

void model_engine::run(std::string argument) {
  ++unsent_;
  const std::size_t size = argument.size();
  if (is_skipping_ || world_->skips > 0) {
    if (!is_skipping_) --world_->skips;
    put({.what = answer::kind::aborted});
  } else {
    world_->executed.insert(argument);
    if (argument.starts_with("bad")) {
      refuse("22012", "division by zero");
    } else {
      put({.what = answer::kind::rows, .rows = one_text(std::move(argument))});
    }
  }
  put_end(size);
}

bool model_engine::execute(const std::string& name, postgres::detail::parameter_view encoded) {
  std::string argument;
  for (const auto& slot : encoded.slots()) argument.append(encoded.value(slot), slot.size);
  if (!is_skipping_ && !prepared_.contains(name)) {
    ++unsent_;
    refuse("26000", "prepared statement \"" + name + "\" does not exist");
    put_end(0);
  } else {
    run(std::move(argument));
  }
  return !is_broken_;
}

bool model_engine::execute_unprepared(const postgres::detail::statement_shape&,
                                      postgres::detail::parameter_view) {
  run("unprepared");
  return !is_broken_;
}

bool model_engine::sync() {
  ++unsent_;
  ++world_->syncs;
  is_skipping_ = false;
  put({.what = answer::kind::synced});
  return !is_broken_;
}

bool model_engine::send_script(const std::string& sql) {
  if (!sql.starts_with("copy ")) return false;
  put({.what = answer::kind::copy_in});
  ring();
  return !is_broken_;
}

progress model_engine::put_copy(std::string_view bytes) {
  world_->copied_bytes += bytes.size();
  world_->most_copied_at_once = std::max(world_->most_copied_at_once, bytes.size());
  return is_broken_ ? progress::broken : progress::done;
}

bool model_engine::end_copy(const std::optional<std::string>&) {
  put({.what = answer::kind::rows});
  put_end(0);
  ring();
  return !is_broken_;
}

progress model_engine::flush() {
  if (unsent_ > 0 && world_->breaking_flushes > 0) {
    --world_->breaking_flushes;
    is_broken_ = true;
    has_socket_ = false;
  }
  if (is_broken_) return progress::broken;
  if (unsent_ > 0) ++world_->flushes;
  unsent_ = 0;
  ring();
  return progress::done;
}

void model_engine::ring() {
  if (coming_.empty() && !is_broken_) return;
  const std::uint64_t one = 1;
  (void)!::write(bell_, &one, sizeof one);
}

bool model_engine::consume() {
  std::uint64_t rung = 0;
  (void)!::read(bell_, &rung, sizeof rung);
  if (world_->break_one_in > 0 && world_->random.next() % world_->break_one_in == 0) {
    is_broken_ = true;
  }
  if (is_broken_) return false;
  const std::uint64_t portion = world_->random.next() % portion_max + 1;
  for (std::uint64_t taken = 0; taken < portion && !coming_.empty(); ++taken) {
    if (coming_.front().what == answer::kind::end) {
      bytes_ -= sizes_.front();
      sizes_.pop_front();
    }
    here_.push_back(std::move(coming_.front()));
    coming_.pop_front();
  }
  ring();
  return true;
}

std::optional<answer> model_engine::next() {
  if (here_.empty()) {
    if (!is_broken_) return std::nullopt;
    answer broken{.what = answer::kind::broken};
    broken.fields = std::make_unique<postgres::error_fields>();
    broken.fields->message = last_error();
    return broken;
  }
  answer one = std::move(here_.front());
  here_.pop_front();
  return one;
}

session_state model_engine::state() const {
  if (is_broken_) return session_state::unknown;
  return coming_.empty() && here_.empty() ? session_state::idle : session_state::active;
}

std::function<void()> model_engine::canceller() {
  return [] {};
}

}  // namespace weir::test
