// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/service_error.hpp"

#include <charconv>

namespace weir::nats {
namespace {

constexpr std::string_view error_header = "Nats-Service-Error";
constexpr std::string_view code_header = "Nats-Service-Error-Code";
constexpr std::size_t description_bytes_max = 1024;

}  // namespace

std::optional<service_error> service_error_of(const message& answer) {
  const auto code = answer.header(code_header);
  const auto description = answer.header(error_header);
  if (!code && !description) return std::nullopt;
  service_error found{.code = 0, .description = std::string(description.value_or(""))};
  const std::string_view digits = code.value_or("");
  int number = 0;
  const auto read = std::from_chars(digits.begin(), digits.end(), number);
  if (read.ec == std::errc() && read.ptr == digits.end()) found.code = number;
  return found;
}

service_error to_service_error(const error& failure) {
  const auto code = [&] {
    if (failure.is_cancelled() || failure.is(errc::unavailable)) return 503;
    if (failure.is(errc::not_found)) return 404;
    if (failure.is(errc::invalid_argument) || failure.is(errc::invalid_input)) return 400;
    if (failure.is(errc::conflict)) return 409;
    if (failure.is(errc::limit_exceeded)) return 413;
    if (failure.is(errc::deadline_exceeded)) return 504;
    return 500;
  };
  return {.code = code(), .description = failure.message()};
}

void add_to(headers& answer, const service_error& failure) {
  std::string text = failure.description.substr(0, description_bytes_max);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  answer.add(error_header, text);
  answer.add(code_header, std::to_string(failure.code));
}

}  // namespace weir::nats
