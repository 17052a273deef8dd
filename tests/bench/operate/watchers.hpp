// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/scope.hpp"
#include "weir/tcp.hpp"

namespace weir::bench {

/// Who watches a service: looks at its metrics once a second, and collects its spans.
class watchers {
 public:
  watchers();

  /// Watch until they are closed.
  void open();
  task<> close() { co_await watching_.close(); }

  /// The port at which the service shall have its pages.
  std::uint16_t page_port() const noexcept { return page_port_; }
  /// Where it shall send its spans.
  std::string collector_url() const;

  std::uint64_t looks() const noexcept { return looks_; }
  std::uint64_t posts() const noexcept { return posts_; }

 private:
  task<> look_at_metrics();
  task<> collect();
  task<> collect_from(tcp_stream client);

  std::uint16_t page_port_;
  tcp_listener collector_;
  std::uint64_t looks_ = 0;
  std::uint64_t posts_ = 0;
  scope watching_;
};

}  // namespace weir::bench
