// SPDX-License-Identifier: Apache-2.0
#include "response_text.hpp"

#include <fmt/format.h>

#include <array>

namespace weir::http {
namespace {

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";  // The reason may be left out.
  }
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string date_of(std::chrono::system_clock::time_point when) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// A name that could end the line, or could be taken for something else, must not.
std::string plain_name(std::string_view name) {
  std::string plain(name);
  for (char& c : plain) {
    if (c <= ' ' || c > '~') c = '?';
  }
  return plain;
}

}  // namespace

std::string response_text(const page_answer& answer, const response_frame& around) {
  const http_response& response = answer.response;
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", response.status,
      reason_of(response.status), date_of(around.now), response.content_type, response.body.size());
  text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  if (!around.service.empty()) text += "Weir-Service: " + plain_name(around.service) + "\r\n";
  if (!answer.allow.empty()) text += "Allow: " + answer.allow + "\r\n";
  if (around.closes) text += "Connection: close\r\n";
  text += "\r\n";
  if (around.has_body) text += response.body;
  return text;
}

}  // namespace weir::http
