// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace weir {

/// What the one who receives an error should do about it.
enum class disposition : unsigned char {
  retry,      ///< The same attempt may succeed later: a lost connection, a full queue, a deadline.
  permanent,  ///< Repeating it cannot help: a wrong argument, a missing table, a refused
              ///< permission.
  poison,     ///< The message itself is bad: it can never be handled, by anybody.
  cancelled,  ///< Somebody asked this work to stop; nothing is wrong.
};

/// The lower-case name of a disposition, for logs and headers.
std::string_view to_string(disposition value) noexcept;

/// weir's own error codes, in the category `weir_category()`. docs/errors.md is made of these
/// comments.
enum class errc {
  /// The task, or a scope around it, was asked to stop.
  /// Remedy: none is needed; let it pass, and finish what must be finished under shield().
  cancelled = 1,
  /// The deadline around the operation passed.
  /// Remedy: find out what was waited for (the task tree says it); give more time only to what is
  /// as slow as it has to be.
  deadline_exceeded,
  /// The channel, connection, pool or loop was closed.
  /// Remedy: end what uses it before it is closed. While a program ends this is usual.
  closed,
  /// The peer ended the stream before the expected data came.
  /// Remedy: connect again; the peer's log says why it ended.
  end_of_stream,
  /// A named bound (queue, size, count) would have been passed.
  /// Remedy: the text names the bound: raise it or send less; wait where the disposition is retry.
  limit_exceeded,
  /// An argument cannot be used; the text says which and why.
  /// Remedy: correct the argument, the setting or the call.
  invalid_argument,
  /// Data from outside does not have the expected form.
  /// Remedy: the text says at which place of the data; correct who has made it.
  invalid_input,
  /// What was named does not exist.
  /// Remedy: make it, or correct the name.
  not_found,
  /// It exists already, in another form than asked for.
  /// Remedy: the text says what differs: ask for what is there, or change that.
  conflict,
  /// A server cannot be reached or refuses for now.
  /// Remedy: look at the server and at the way to it; the same will work when they do.
  unavailable,
  /// A peer broke the protocol.
  /// Remedy: see that address and port are such a server's, and that nothing between changes bytes.
  protocol,
  /// The server, kernel or library at hand cannot do it.
  /// Remedy: the text names the version that can: install that, or do without.
  unsupported,
  /// An exception that is not a weir::error came out of user code.
  /// Remedy: throw a weir::error there, with the disposition that is right for it.
  unhandled_exception,
  /// Every task of a simulation waited for what could not happen.
  /// Remedy: the text has all tasks and where they wait.
  deadlock,
};

const std::error_category& weir_category() noexcept;
std::error_code make_error_code(errc value) noexcept;

/// An operating error: a code for programs, a disposition for policies, a sentence for people.
///
/// The text says what failed, with which argument, the likely cause and the remedy. Copies share
/// the text, so copying never throws. As an exception it is thrown by value and caught by
/// reference.
class error : public std::exception {
 public:
  error(std::error_code code, disposition what_to_do, std::string message);
  error(errc code, disposition what_to_do, std::string message)
      : error(make_error_code(code), what_to_do, std::move(message)) {}

  const std::error_code& code() const noexcept { return code_; }
  weir::disposition disposition() const noexcept { return disposition_; }
  /// The sentence, without code or disposition.
  const std::string& message() const noexcept { return *message_; }
  const char* what() const noexcept override { return message_->c_str(); }

  bool is_cancelled() const noexcept { return disposition_ == disposition::cancelled; }
  bool is(errc value) const noexcept { return code_ == make_error_code(value); }

  /// The error of a stopped task.
  static error cancelled();
  /// A failed system call: `errno_value` positive, `what` for instance "connect to 127.0.0.1:4222".
  static error from_errno(int errno_value, std::string_view what);

 private:
  std::error_code code_;
  weir::disposition disposition_;
  std::shared_ptr<const std::string> message_;
};

/// The weir::error behind an exception: itself, or `unhandled_exception` (retry) with its text.
error to_error(const std::exception_ptr& failure) noexcept;

namespace detail {

/// True for an exception which only says that somebody asked to stop.
bool is_cancellation(const std::exception_ptr& failure) noexcept;

}  // namespace detail
}  // namespace weir

template <>
struct std::is_error_code_enum<weir::errc> : std::true_type {};
