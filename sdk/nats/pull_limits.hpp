// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pull_request.hpp"
#include "weir/nats/consumer_config.hpp"
#include "weir/nats/pull_options.hpp"

namespace weir::nats::detail {

/// What a consumer lets one pull ask for. Learned from its description, and from its refusals when
/// it was changed since then.
class pull_limits {
 public:
  enum class lesson : unsigned char {
    learned,
    known,       ///< It is what was asked for already.
    unreadable,  ///< The words are not about a limit.
  };

  explicit pull_limits(const consumer_config& of);

  /// Takes over "Exceeded MaxRequestBatch of 10".
  lesson learn(std::string_view status_text);

  std::uint64_t batch() const noexcept { return batch_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  duration expires() const noexcept { return expires_; }
  /// True where a source with these options would ask for more.
  bool restricts(const pull_options& wanted) const noexcept;
  /// Asks for no more than the consumer gives.
  void apply(pull_request& to) const noexcept;
  /// "at most 10 messages, 30 s and 1000 bytes": those that there are.
  std::string shown() const;

 private:
  std::uint64_t batch_;
  std::uint64_t bytes_;
  duration expires_;
};

/// Reads a span as Go writes it: "1m30.5s"; nothing where it is none.
std::optional<duration> parse_go_duration(std::string_view text);

}  // namespace weir::nats::detail
