// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weir/clock.hpp"
#include "weir/error.hpp"
#include "weir/observe/trace_context.hpp"
#include "weir/task.hpp"
#include "weir/task_context.hpp"

namespace weir {

namespace detail {
struct span_record;
}

/// What a span is in the traffic between programs; the numbers are those of OpenTelemetry.
enum class span_kind : unsigned char {
  internal = 1,  ///< Nothing but this program.
  server = 2,    ///< It answers a request.
  client = 3,    ///< It asks a server and waits for the answer.
  producer = 4,  ///< It publishes a message.
  consumer = 5,  ///< It handles a message.
};

/// How a span begins. What the views and pointers refer to is copied.
struct span_options {
  span_kind kind = span_kind::internal;
  /// The span that it is a part of. None: the one around the running task, which in a handler is
  /// the handling of its message.
  const trace_context* parent = nullptr;
  /// The parent is of another program: its headers brought it.
  bool has_remote_parent = false;
  /// The trace that it begins, where that has its ids already; then nothing is its parent.
  const trace_context* begins = nullptr;
  /// Other traces that it has to do with, such as those of the messages of a batch.
  std::span<const trace_context> links = {};
  /// When it began, if not now.
  std::optional<time_point> begun = {};
};

/// A piece of work in a trace, from its making to its end.
///
///     weir::span call("call the bank", {.kind = weir::span_kind::client});
///     call.set("bank.country", country);
///     const auto answer = co_await bank.transfer(...);
///     call.end();
///
/// It is recorded only where the trace around it is (see sampler), and where the program sends its
/// spans somewhere (see tracer); else all of this costs nanoseconds and no memory. Its name is one
/// of few, "call the bank": what differs goes into attributes. It is not the parent of what is
/// traced meanwhile: in_span() does that. One loop.
///
/// Bounds, for one span: 32 attributes, their keys cut at 128 bytes and their texts at 512, 128
/// links, a name of 256 bytes. What goes beyond is dropped, and the number of what was is told.
class span {
 public:
  static constexpr std::size_t name_bytes_max = 256;
  static constexpr std::size_t attributes_max = 32;
  static constexpr std::size_t key_bytes_max = 128;
  static constexpr std::size_t text_bytes_max = 512;
  static constexpr std::size_t links_max = 128;

  /// Of nothing: records nothing.
  span() noexcept;
  explicit span(std::string_view name, const span_options& options = {});
  span(span&&) noexcept;
  span& operator=(span&&) noexcept;
  ~span();

  bool is_recording() const noexcept { return record_ != nullptr; }
  /// Its place in its trace, for what other programs are sent; of no trace where it does not
  /// record.
  trace_context context() const;

  /// Gives it another name.
  void rename(std::string_view name);

  /// Sets an attribute; of two with one key both are told. Nothing secret, and no payloads: they
  /// leave the program.
  void set(std::string_view key, std::string_view text) {
    if (is_recording()) set_text(key, text);
  }
  void set(std::string_view key, const char* text) { set(key, std::string_view(text)); }
  void set(std::string_view key, std::same_as<bool> auto value) {
    if (is_recording()) set_bool(key, value);
  }
  void set(std::string_view key, std::floating_point auto value) {
    if (is_recording()) set_double(key, static_cast<double>(value));
  }
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  void set(std::string_view key, Integer value) {
    if (is_recording()) set_integer(key, static_cast<std::int64_t>(value));
  }

  /// The work has failed; why, in a sentence, cut at 512 bytes.
  void fail(std::string_view why);
  /// The same, with the error's code and disposition as attributes. A cancellation is no failure.
  void fail(const error& why);

  /// Ends it now. Its destructor does, if it has not ended; nothing may follow but that.
  void end() noexcept;

 private:
  void set_text(std::string_view key, std::string_view text);
  void set_bool(std::string_view key, bool value);
  void set_integer(std::string_view key, std::int64_t value);
  void set_double(std::string_view key, double value);
  bool has_room();

  std::unique_ptr<detail::span_record> record_;
};

/// The span around the running task, for what goes to other programs by other ways than weir's: in
/// a handler that of its message, which may not be recorded; null where there is none. Valid until
/// the task suspends.
const trace_context* current_trace() noexcept;

/// Whether spans of this thread are recorded at all, where their trace is.
bool is_tracing() noexcept;

namespace detail {

/// The same as current_trace() for what follows a task.
const trace_context* trace_of(const task_context* at) noexcept;
/// Whether a span may be recorded that begins here.
bool may_record() noexcept;
/// Makes the span the one that others are parts of; where it does not record, a trace that is not
/// recorded.
task_context_ptr context_within(const span& around);

template <class T>
task<T> run_in_span(std::string name, span_kind kind, task<T> work) {
  span around(name, {.kind = kind});
  task_context_ptr inside = context_within(around);
  try {
    co_return co_await with_context(std::move(inside), std::move(work));
  } catch (...) {
    around.fail(to_error(std::current_exception()));
    throw;
  }
}

}  // namespace detail

/// Runs `work` in a span of this name: what it traces, awaits and spawns is a part of that.
///
///     const auto answer = co_await weir::in_span("call the bank", bank.transfer(from, to, cents));
///
/// Ends with the work; marked as failed where that throws. Where nothing is recorded it is the work
/// itself, without a frame more.
template <class T>
task<T> in_span(std::string_view name, task<T> work, span_kind kind = span_kind::internal) {
  if (!detail::may_record()) return work;
  return detail::run_in_span(std::string(name), kind, std::move(work));
}

}  // namespace weir
