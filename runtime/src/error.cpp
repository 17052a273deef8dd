// SPDX-License-Identifier: Apache-2.0
#include "weir/error.hpp"

#include <cstdio>
#include <cstdlib>

#include "weir/assert.hpp"

namespace weir {
namespace {

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "weir"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::cancelled:
        return "cancelled";
      case errc::deadline_exceeded:
        return "deadline exceeded";
      case errc::closed:
        return "closed";
      case errc::end_of_stream:
        return "end of stream";
      case errc::limit_exceeded:
        return "limit exceeded";
      case errc::invalid_argument:
        return "invalid argument";
      case errc::invalid_input:
        return "invalid input";
      case errc::not_found:
        return "not found";
      case errc::conflict:
        return "conflict";
      case errc::unavailable:
        return "unavailable";
      case errc::protocol:
        return "protocol error";
      case errc::unsupported:
        return "unsupported";
      case errc::unhandled_exception:
        return "unhandled exception";
      case errc::deadlock:
        return "deadlock";
    }
    return "unknown weir error";
  }
};

/// Errors of the system that the next attempt may not meet.
bool passes_by_itself(int errno_value) noexcept {
  switch (errno_value) {
    case EPERM:
    case ENOENT:
    case EACCES:
    case EINVAL:
    case EBADF:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
    case EOPNOTSUPP:
    case ENOEXEC:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string_view to_string(disposition value) noexcept {
  switch (value) {
    case disposition::retry:
      return "retry";
    case disposition::permanent:
      return "permanent";
    case disposition::poison:
      return "poison";
    case disposition::cancelled:
      return "cancelled";
  }
  return "unknown";
}

const std::error_category& weir_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), weir_category()};
}

error::error(std::error_code code, weir::disposition what_to_do, std::string message)
    : code_(code),
      disposition_(what_to_do),
      message_(std::make_shared<const std::string>(std::move(message))) {}

error error::cancelled() {
  // One text for all: a stop can cancel thousands of tasks at once.
  static const error instance(errc::cancelled, disposition::cancelled, "the task was cancelled");
  return instance;
}

error error::from_errno(int errno_value, std::string_view what) {
  const std::error_code code(errno_value, std::system_category());
  if (errno_value == ECANCELED) return cancelled();
  std::string text(what);
  text += ": ";
  text += code.message();
  return {code, passes_by_itself(errno_value) ? disposition::retry : disposition::permanent,
          std::move(text)};
}

error to_error(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known;
  } catch (const std::exception& other) {
    return {errc::unhandled_exception, disposition::retry, other.what()};
  } catch (...) {
    return {errc::unhandled_exception, disposition::retry, "an exception of unknown type"};
  }
}

namespace detail {

bool is_cancellation(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known.is_cancelled();
  } catch (...) {
    return false;
  }
}

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace detail
}  // namespace weir
