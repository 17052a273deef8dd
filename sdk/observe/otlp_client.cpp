// SPDX-License-Identifier: Apache-2.0
#include "otlp_client.hpp"

#include <array>
#include <span>

namespace weir::detail {
namespace {

constexpr std::size_t read_bytes = std::size_t{8} * 1024;

std::string make_head(const otlp_endpoint& to, const tracer_settings::pairs& headers) {
  std::string head = "POST " + to.target + " HTTP/1.1\r\nHost: " + to.authority +
                     "\r\nUser-Agent: weir/" WEIR_VERSION "\r\nContent-Type: application/json\r\n";
  for (const auto& [name, value] : headers) head += name + ": " + value + "\r\n";
  return head + "Content-Length: ";
}

}  // namespace

otlp_client::otlp_client(const tracer_settings& settings)
    : endpoint_(read_otlp_endpoint("the endpoint of the span exporter", settings.endpoint)),
      read_(read_bytes) {
  check_otlp_headers(settings.headers);
  head_ = make_head(endpoint_, settings.headers);
}

task<otlp_answer> otlp_client::post(std::string_view body) {
  const bool was_open = open_.has_value();
  auto answered = co_await exchange(body).as_result();
  // A server may close a connection that it kept just when it is used again: that is no failure.
  const bool was_stale =
      !answered && was_open && !has_answered_ && !answered.error().is_cancelled();
  if (was_stale) {
    open_.reset();
    answered = co_await exchange(body).as_result();
  }
  if (!answered || !answered->keeps_connection()) open_.reset();
  co_return std::move(answered).value();
}

task<otlp_answer> otlp_client::exchange(std::string_view body) {
  has_answered_ = false;
  if (!open_) open_.emplace(co_await tcp_stream::connect(endpoint_.host, endpoint_.port));
  const std::string head = head_ + std::to_string(body.size()) + "\r\n\r\n";
  const std::array<std::span<const std::byte>, 2> pieces = {std::as_bytes(std::span(head)),
                                                            std::as_bytes(std::span(body))};
  const std::span<const std::span<const std::byte>> both(pieces);
  co_await open_->write_all(both);
  otlp_answer answer;
  for (bool is_whole = false; !is_whole;) {
    const std::size_t count = co_await open_->read_some(read_);
    if (count == 0) {
      answer.end();
      break;
    }
    has_answered_ = true;
    is_whole = answer.feed({reinterpret_cast<const char*>(read_.data()), count});
  }
  co_return answer;
}

}  // namespace weir::detail
