// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "request_head.hpp"
#include "weir/observe/http_server.hpp"

namespace weir::http {

/// Reads the requests of one connection from bytes that come in any pieces: a pure function of
/// them, in a buffer that does not grow.
///
///     for (;;) {
///       auto next = reader.next();
///       ... bytes_wanted: reader.add(co_await peer.read_some(reader.space()))
///       ... whole_request: answer it, then reader.drop();
///       ... refused_request: say so, and close
///     }
class request_reader {
 public:
  /// Nothing whole is there.
  struct bytes_wanted {
    bool has_begun = false;  ///< A part of a request is there.
    /// Who sends the request waits to be told to send its body, too. Said once a request.
    bool continues = false;
  };
  /// Valid until drop().
  struct whole_request {
    request_head head;
    std::string_view body;
  };
  using step = std::variant<bytes_wanted, whole_request, refused_request>;

  request_reader() : bytes_(std::make_unique<char[]>(buffer_bytes)) {}

  /// What to do with what is there. After a refusal there is no further step.
  step next() noexcept;
  /// Where the next bytes go, after next() has wanted some; never empty then.
  std::span<std::byte> space() noexcept;
  void add(std::size_t count) noexcept { size_ += count; }
  /// Forgets the request that next() gave.
  void drop() noexcept;

 private:
  static constexpr std::size_t buffer_bytes =
      http_server::head_bytes_max + http_server::body_bytes_max;

  std::string_view bytes() const noexcept { return {bytes_.get(), size_}; }
  void take(std::size_t count) noexcept;
  bool skip_empty_line() noexcept;
  step read_head() noexcept;

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t scanned_ = 0;    // Of the head, without an end.
  std::size_t head_size_ = 0;  // Zero until the head is read.
  request_head head_;
  bool has_skipped_ = false;
  bool has_continued_ = false;
};

}  // namespace weir::http
