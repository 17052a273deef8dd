// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/clock.hpp"

namespace weir::detail {

/// What a collector answers to a post: an HTTP/1.1 answer, read as its bytes come.
///
/// Throws `protocol` for what is none, and `limit_exceeded` where its head is too long. Of a body
/// that is too long the beginning is kept, and the connection is not used again.
class otlp_answer {
 public:
  static constexpr std::size_t head_bytes_max = std::size_t{16} * 1024;
  static constexpr std::size_t body_bytes_max = std::size_t{64} * 1024;
  /// Answers of the kind "go on" (1xx) that may come before it.
  static constexpr int interim_max = 8;

  /// Takes the next bytes; true when the answer is whole. Then it takes no more.
  bool feed(std::string_view bytes);
  /// The server has ended the connection. Throws where the answer is not whole.
  void end();

  int status() const noexcept { return status_; }
  const std::string& body() const noexcept { return body_; }
  /// Whether another request may be sent over its connection.
  bool keeps_connection() const noexcept { return is_whole_ && keeps_connection_; }
  /// How long the server wants nothing, by the time of day: its Retry-After. Nothing where it says
  /// none, or none that can be read.
  std::optional<duration> retry_after(std::chrono::system_clock::time_point now) const;

 private:
  enum class stage : unsigned char { head, length, chunk_size, chunk, chunk_end, trailer, to_end };

  bool take();
  bool take_head();
  void read_status(std::string_view line);
  void read_header(std::string_view line);
  void read_length(std::string_view value);
  bool begin_body();
  bool take_counted();
  bool take_chunk_size();
  bool take_chunk_end();
  bool take_trailer();
  void keep(std::string_view part);
  void finish(bool keeps);
  /// The next line without its end, or nothing where it has not come.
  std::optional<std::string_view> next_line(std::size_t bytes_max);

  std::string pending_;  ///< What has come and was not looked at yet.
  stage at_ = stage::head;
  int interims_ = 0;
  int status_ = 0;
  std::optional<std::uint64_t> length_;
  bool is_chunked_ = false;
  bool keeps_connection_ = true;
  bool is_whole_ = false;
  std::uint64_t left_ = 0;  ///< Of the body, or of the chunk.
  std::size_t trailer_bytes_ = 0;
  std::string retry_after_;
  std::string body_;
};

/// The moment that an HTTP date names ("Sun, 06 Nov 1994 08:49:37 GMT"), or nothing.
std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text);

}  // namespace weir::detail
