// SPDX-License-Identifier: Apache-2.0
#include "status_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "amounts.hpp"
#include "sparkline.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t columns = 40;

}  // namespace

std::string text_of(const load_status& now) {
  std::string text = fmt::format("{:>6.0f}/s  p50 {:>7}  p99 {:>7}  p99.9 {:>7}  in flight {}",
                                 now.now.rate, text_of_span(now.now.p50), text_of_span(now.now.p99),
                                 text_of_span(now.now.p999), now.now.in_flight);
  if (now.now.backlog) text += fmt::format("  backlog {}", *now.now.backlog);
  if (now.failed > 0) text += fmt::format("  failed {}", now.failed);
  return text + fmt::format("  {}/{}", now.sent, now.planned);
}

status_line::status_line() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

status_line::~status_line() {
  if (on_terminal_) std::fputs("\r\x1b[K", stderr);
}

duration status_line::period() const noexcept {
  return on_terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(1);
}

void status_line::show(const load_status& now) {
  if (!on_terminal_) {
    std::fprintf(stderr, "%6.1fs  %s\n", now.now.at, text_of(now).c_str());
    return;
  }
  rates_.push_back(now.now.rate);
  if (rates_.size() > columns) rates_.pop_front();
  const std::vector<double> shown(rates_.begin(), rates_.end());
  std::fprintf(stderr, "\r\x1b[K%s %s", sparkline(shown, columns).c_str(), text_of(now).c_str());
}

}  // namespace weir::tools
