// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "weir/channel.hpp"
#include "weir/error.hpp"
#include "weir/task.hpp"

namespace weir::test {

/// A byte source that gives what the test puts in, each part by a read of its own where it fits.
class text_source {
 public:
  text_source() = default;
  /// Gives these parts and then ends.
  explicit text_source(const std::vector<std::string>& parts) {
    for (const auto& part : parts) put(part);
    end();
  }

  void put(std::string part) { WEIR_ASSERT(parts_.try_send(part)); }
  void end() { parts_.close(); }

  task<std::size_t> read_some(std::span<std::byte> into) {
    WEIR_ASSERT(!into.empty());
    if (left_.empty()) {
      auto part = co_await parts_.receive();
      if (!part.has_value()) co_return 0;
      left_ = std::move(*part);
    }
    const std::size_t count = std::min(into.size(), left_.size());
    std::ranges::copy(std::as_bytes(std::span(left_).first(count)), into.begin());
    left_.erase(0, count);
    ++reads;
    co_return count;
  }
  const char* name() const { return "the test"; }

  int reads = 0;

 private:
  channel<std::string> parts_{10'000};
  std::string left_;
};

}  // namespace weir::test
