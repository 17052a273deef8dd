// SPDX-License-Identifier: Apache-2.0
#include "log_core.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "weir/observe/detail/dropped.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t usual_line_bytes = 512;

/// Where lines were dropped, none is taken before so much is free again: one notice for many.
std::size_t room_wanted(const log_ring& ring) { return ring.capacity() / 2; }

/// Of the loop's driver where there is one, so that a simulation has the times of its own clock.
log_field::moment time_now() {
  loop* const here = loop::current_or_null();
  const auto now = here != nullptr ? here->driver().wall_clock() : std::chrono::system_clock::now();
  return std::chrono::floor<std::chrono::microseconds>(now);
}

std::int64_t second_of(log_field::moment time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

bool wants_colour() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return (refused == nullptr || *refused == '\0') && !is_dumb;
}

}  // namespace

log_core::log_core(int descriptor, std::size_t buffer_bytes)
    : output_(descriptor), ring_(buffer_bytes) {
  is_slow_ = output_.is_slow();
  set_look(log_format::automatic);
}

void log_core::set_look(log_format format) {
  const std::lock_guard lock(buffer_lock_);
  auto next =
      looks_.empty() ? std::make_unique<log_look>() : std::make_unique<log_look>(*looks_.back());
  next->on_terminal = output_.is_terminal();
  if (format == log_format::automatic) {
    format = next->on_terminal ? log_format::text : log_format::json;
    if (output_.is_journal()) format = log_format::journal;
  }
  next->format = format;
  next->coloured = next->on_terminal && wants_colour();
  look_ = next.get();
  looks_.push_back(std::move(next));
}

void log_core::set_names(std::string_view service, std::string_view version) {
  const std::lock_guard lock(buffer_lock_);
  auto next = std::make_unique<log_look>(*looks_.back());
  next->service = service;
  next->version = version;
  look_ = next.get();
  looks_.push_back(std::move(next));
}

void log_core::write(log_line line) {
  line.time = time_now();
  if (line.site.line != 0) {
    const std::lock_guard lock(buffer_lock_);
    const bool knows_of_more = sites_.has_untold();
    const auto verdict = sites_.enter(line.site, second_of(line.time));
    if (!verdict.passes && !knows_of_more) wake_writer();
    if (!verdict.passes) return;
    line.suppressed = verdict.suppressed;
  }
  line.event = current_event_context();
  std::string made;
  made.reserve(usual_line_bytes);
  append_line(made, line, *look_.load());
  take(made);
}

void log_core::take(std::string_view line) {
  {
    const std::lock_guard lock(buffer_lock_);
    tell_dropped();
    if (untold_drops_ != 0 || !ring_.append(line)) {
      ++untold_drops_;
      dropped_.fetch_add(1, std::memory_order_relaxed);
      log_lines_dropped().add();
    }
    wake_writer();
    if (!writers_.empty()) return;
  }
  flush(log_flush_limit);
}

/// With buffer_lock_.
void log_core::tell_dropped() {
  if (untold_drops_ == 0 || ring_.capacity() - ring_.size() < room_wanted(ring_)) return;
  append_notice("lines of this log were dropped: nobody reads it in time, or it cannot be written",
                "dropped", std::exchange(untold_drops_, 0), {});
}

/// With buffer_lock_; where there is room.
void log_core::append_notice(std::string_view text, std::string_view name, std::uint64_t count,
                             log_site site) {
  const log_field field(name, count);
  std::string made;
  append_line(made,
              {.time = time_now(),
               .level = log_level::warning,
               .text = text,
               .fields = {&field, 1},
               .site = site},
              *look_.load());
  ring_.append(made);
}

bool log_core::has_suppressed() {
  const std::lock_guard lock(buffer_lock_);
  return sites_.has_untold();
}

void log_core::tell_suppressed(bool is_end) {
  const std::lock_guard lock(buffer_lock_);
  const std::int64_t now = is_end ? -1 : second_of(time_now());
  sites_.tell(now, [this](log_site site, std::uint64_t suppressed) {
    append_notice("more lines of this place were suppressed", "suppressed_lines", suppressed, site);
  });
}

/// With buffer_lock_: the loop is there as long as its writer stands in the list.
void log_core::wake_writer() {
  if (writers_.empty() || std::exchange(writers_.front()->is_told_, true)) return;
  writer& first = *writers_.front();
  if (loop::current_or_null() == &first.home_) return first.wanted_.set();
  first.home_.post([this, &first] {
    const std::lock_guard lock(buffer_lock_);
    if (std::ranges::find(writers_, &first) != writers_.end()) first.wanted_.set();
  });
}

log_progress log_core::write_chunk(duration turn_limit) {
  const std::unique_lock turn(output_lock_, turn_limit);
  if (!turn) return log_progress::written;  // By somebody else.
  {
    const std::lock_guard lock(buffer_lock_);
    tell_dropped();
    chunk_.resize(std::min(ring_.size(), log_chunk_bytes));
    ring_.copy(chunk_);
  }
  if (chunk_.empty()) return log_progress::done;
  const ssize_t count = output_.write(chunk_);
  is_slow_ = output_.is_slow();
  if (count == -EAGAIN) return log_progress::full;
  if (count == -EINTR) return log_progress::written;
  const std::lock_guard lock(buffer_lock_);
  if (count < 0) {
    lose(chunk_);
    return log_progress::lost;
  }
  nobody_reads_ = false;
  ring_.consume(static_cast<std::size_t>(count));
  const bool is_done = ring_.empty() && untold_drops_ == 0;
  return is_done ? log_progress::done : log_progress::written;
}

/// With buffer_lock_.
void log_core::lose(std::string_view chunk) {
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(chunk, '\n'));
  ring_.consume(chunk.size());
  untold_drops_ += lines;
  dropped_.fetch_add(lines, std::memory_order_relaxed);
  log_lines_dropped().add(lines);
}

std::shared_ptr<const file_descriptor> log_core::when_full() {
  const std::unique_lock turn(output_lock_, std::try_to_lock);
  return turn ? output_.when_full() : nullptr;
}

bool log_core::flush(duration limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const duration left = std::max<duration>(until - std::chrono::steady_clock::now(), {});
    switch (write_chunk(left)) {
      case log_progress::done:
        return true;
      case log_progress::lost:
        return false;
      case log_progress::written:
        if (left == duration::zero()) return false;
        break;
      case log_progress::full:
        const auto full = when_full();
        if (full == nullptr) break;
        if (nobody_reads_ || !wait_for_room(full->get(), left)) {
          nobody_reads_ = true;
          return false;
        }
    }
  }
}

void log_core::flush_in_crash() {
  constexpr auto lock_limit = std::chrono::milliseconds(50);
  constexpr int looks = 1000;
  if (!output_lock_.try_lock_for(lock_limit)) return;
  output_lock_.unlock();
  for (int look = 0; look < looks; ++look) {
    if (!buffer_lock_.try_lock()) continue;
    buffer_lock_.unlock();
    flush(log_flush_limit);
    return;
  }
}

log_core::writer::writer(log_core& core) : core_(core) {
  const std::lock_guard lock(core_.buffer_lock_);
  core_.writers_.push_back(this);
  core_.wake_writer();  // What waits already.
}

log_core::writer::~writer() {
  {
    const std::lock_guard lock(core_.buffer_lock_);
    std::erase(core_.writers_, this);
    core_.wake_writer();
    if (!core_.writers_.empty()) return;
  }
  core_.tell_suppressed(true);
  core_.flush(log_flush_limit);
}

void log_core::writer::take_up() {
  const std::lock_guard lock(core_.buffer_lock_);
  is_told_ = false;
  wanted_.reset();
}

bool log_core::writer::is_first() const {
  const std::lock_guard lock(core_.buffer_lock_);
  return core_.writers_.front() == this;
}

}  // namespace weir::detail
