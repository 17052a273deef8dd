// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Which trace a piece of work belongs to, and which span of it: what travels between programs
/// (W3C Trace Context, the headers `traceparent` and `tracestate`).
///
///     const auto came = weir::trace_context::parse(headers.find("traceparent").value_or(""));
///     const weir::trace_context mine = came ? came->child() : weir::trace_context::begin();
///     headers.add("traceparent", mine.traceparent());
///
/// A value; the default has no ids, and belongs to no trace.
struct trace_context {
  static constexpr std::size_t traceparent_length = 55;
  static constexpr std::size_t state_members_max = 32;
  static constexpr std::size_t state_bytes_max = 512;

  std::array<std::byte, 16> trace_id{};
  std::array<std::byte, 8> span_id{};
  bool sampled = false;    ///< Whoever made it records its spans.
  std::string state = {};  ///< What tracing systems say to themselves: a checked `tracestate`.

  /// Reads the two headers as the recommendation has it.
  ///
  /// Nothing for a `traceparent` that is not exactly one: upper case, an id of zeros only, the
  /// version ff, a version 00 with more behind its flags. Of later versions the part is taken that
  /// this one has. A `tracestate` that breaks the rules is dropped alone; one that is longer than
  /// `state_bytes_max` loses members: first those of more than 128 bytes, then the last ones.
  static std::optional<trace_context> parse(std::string_view traceparent,
                                            std::string_view tracestate = {});
  /// The first span of a new trace, with ids from the loop of the calling thread, so that a
  /// simulation has the same ones again.
  static trace_context begin(bool sampled = false);
  /// Another span of the same trace; its id comes from where begin() has it.
  trace_context child() const;

  /// False for one that was never set: no trace has ids of zeros only.
  bool is_valid() const noexcept;
  /// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  std::string traceparent() const;

  /// The ids as 32 and 16 digits of lower case.
  std::array<char, 32> trace_id_text() const noexcept;
  std::array<char, 16> span_id_text() const noexcept;

  friend bool operator==(const trace_context&, const trace_context&) = default;
};

}  // namespace weir
