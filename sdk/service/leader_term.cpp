// SPDX-License-Identifier: Apache-2.0
// A consumer of which one program at a time handles messages: from taking the lead to losing it.
#include "consumer.hpp"
#include "weir/observe/log.hpp"
#include "weir/when_any.hpp"

namespace weir::detail {

task<> consumer::consume_while_leading() {
  while (co_await lead()) {
    log_info("consumer '" + policy().name() + "' is led by this program");
    for (std::uint64_t failures = 0; !draining_.is_set();) {
      const auto opened = co_await open_source().as_result();
      if (opened) break;
      if (opened.error().disposition() != disposition::retry) throw opened.error();
      co_await wait_out(opened.error(), ++failures);
    }
    steps_down_ = false;
    scope term;
    term.spawn(step_down_when_lost());
    std::exception_ptr failure;
    try {
      co_await consume();
    } catch (...) {
      failure = std::current_exception();
    }
    source_.reset();
    co_await term.close();
    co_await leadership_->resign();
    if (failure) std::rethrow_exception(failure);
  }
}

/// Waits for the lead; false when draining.
task<bool> consumer::lead() {
  for (std::uint64_t failures = 0; !draining_.is_set();) {
    const auto first =
        co_await when_any(leadership_->acquire(), as_task(draining_.wait())).as_result();
    if (first) co_return first->index() == 0;
    if (first.error().disposition() != disposition::retry) throw first.error();
    co_await wait_out(first.error(), ++failures);
  }
  co_return false;
}

/// What is in hand is finished, what waits is given back, and nothing more is taken.
task<> consumer::step_down_when_lost() {
  const std::string why = co_await leadership_->keep();
  log_warning("consumer '" + policy().name() + "' is led by this program no more: " + why);
  steps_down_ = true;
  if (source_) source_->stop();
  if (lanes_) lanes_->release();
}

}  // namespace weir::detail
