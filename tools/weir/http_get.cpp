// SPDX-License-Identifier: Apache-2.0
#include "http_get.hpp"

#include <algorithm>
#include <charconv>

#include "printable.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"

namespace weir::tools {
namespace {

constexpr std::string_view scheme = "http://";
constexpr std::size_t read_at_once = 65536;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

task<std::string> ask(http_address at) {
  tcp_stream server = co_await tcp_stream::connect(at.host, at.port);
  // Of HTTP/1.0 the answer ends with the connection, and comes in one piece.
  const std::string head = "GET " + at.path + " HTTP/1.0\r\nHost: " + at.host + ":" +
                           std::to_string(at.port) + "\r\nAccept: text/plain, */*\r\n\r\n";
  co_await server.write_all(head);
  std::string answer;
  std::vector<std::byte> part(read_at_once);
  for (;;) {
    const std::size_t count = co_await server.read_some(part);
    if (count == 0) co_return answer;
    answer.append(reinterpret_cast<const char*>(part.data()), count);
    if (answer.size() > http_page_bytes_max) {
      throw error(errc::limit_exceeded, disposition::permanent, "the page is larger than 16 MiB");
    }
  }
}

}  // namespace

std::optional<http_address> parse_http_address(std::string_view text) {
  if (!text.starts_with(scheme) || !is_plain(text)) return std::nullopt;
  text.remove_prefix(scheme.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view place = text.substr(0, slash);
  http_address read;
  if (slash < text.size()) read.path = text.substr(slash);
  const std::size_t bracket = place.rfind(']');
  const std::size_t colon = place.rfind(':');
  if (colon != place.npos && (bracket == place.npos || colon > bracket)) {
    const std::string_view port = place.substr(colon + 1);
    const auto end = port.data() + port.size();
    const auto done = std::from_chars(port.data(), end, read.port);
    if (done.ec != std::errc() || done.ptr != end || read.port == 0) return std::nullopt;
    place = place.substr(0, colon);
  }
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  if (place.empty()) return std::nullopt;
  read.host = place;
  return read;
}

std::string body_of_answer(std::string_view answer, const std::string& url) {
  const std::size_t end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.") || end == answer.npos || answer.size() < 12) {
    throw error(errc::protocol, disposition::permanent,
                url + " answers something that is not HTTP. Is it the right port?");
  }
  const std::string_view status = answer.substr(0, answer.find("\r\n"));
  if (answer.substr(9, 3) != "200") {
    throw error(errc::unavailable, disposition::retry,
                url + " answers '" + printable(status.substr(0, 80)) + "'");
  }
  return std::string(answer.substr(end + 4));
}

task<std::string> http_get(std::string url, duration limit) {
  const auto at = parse_http_address(url);
  if (!at) {
    throw error(errc::invalid_argument, disposition::permanent,
                "'" + printable(url) +
                    "' is no address; it looks like "
                    "http://127.0.0.1:8080/metrics");
  }
  const auto answer = co_await with_timeout(limit, ask(*at)).as_result();
  if (!answer.has_value()) {
    if (answer.error().is(errc::limit_exceeded)) throw answer.error();
    throw error(errc::unavailable, disposition::retry,
                "nobody answers at " + url + ": " + answer.error().message());
  }
  co_return body_of_answer(*answer, url);
}

}  // namespace weir::tools
