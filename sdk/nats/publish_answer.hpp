// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_error.hpp"
#include "weir/error.hpp"
#include "weir/nats/publication.hpp"
#include "weir/result.hpp"

namespace weir::nats::detail {

/// What a stream says to a message that was published into it.
struct publish_answer {
  publish_ack ack;  ///< of a refusal, only the stream's name
  std::optional<api_error> refusal;

  /// The stream cannot now; when it can, the same id makes repetition safe.
  bool is_temporary() const noexcept;
  /// An expectation about the stream's content was not met: a message that was sent twice may have
  /// failed by its own first copy.
  bool is_outdated() const noexcept;
  /// The stream is at a limit of its own and discards what is new, or its account is at one.
  bool is_full() const noexcept;
  /// The error of a refusal that is not tried again.
  error refused(const std::string& what) const;
};

/// What nearly every PubAck is: `{"stream":"ORDERS", "seq":12}`, and nothing else.
struct plain_publish_answer {
  std::string_view stream;  ///< within the text
  std::uint64_t sequence = 0;
};

/// Reads one that is written exactly so, without the cost of reading any JSON; nothing for all
/// others, which parse_publish_answer() reads.
std::optional<plain_publish_answer> parse_plain_publish_answer(std::string_view text) noexcept;

/// Reads a PubAck. `protocol` (retry) for what is none, one without stream or sequence too.
result<publish_answer> parse_publish_answer(std::string_view text);

}  // namespace weir::nats::detail
