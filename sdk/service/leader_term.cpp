// SPDX-License-Identifier: Apache-2.0
// A consumer of which one program at a time handles messages: from taking the lead to losing it.
#include "consumer.hpp"
#include "weir/observe/log.hpp"
#include "weir/when_any.hpp"

namespace weir::detail {

task<> consumer::consume_while_leading() {
  std::exception_ptr failure;
  try {
    while (co_await lead()) co_await serve_term();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await leadership_->resign();
  if (failure) std::rethrow_exception(failure);
}

/// From when this program leads until it does not, or drains.
task<> consumer::serve_term() {
  log_info("a consumer is led by this program", {{"consumer", policy().name()}});
  if (lanes_) lanes_->forget_absent();
  scope term;
  term.spawn(step_down_when_lost());
  std::exception_ptr failure;
  try {
    co_await open_for_term();
    co_await consume();
  } catch (...) {
    failure = std::current_exception();
  }
  source_.reset();
  co_await term.close();
  co_await leadership_->resign();
  if (failure) std::rethrow_exception(failure);
}

task<> consumer::open_for_term() {
  for (std::uint64_t failures = 0; !giving_way_.is_set();) {
    const auto opened = co_await open_source().as_result();
    if (opened) co_return;
    if (opened.error().disposition() != disposition::retry) throw opened.error();
    co_await wait_out(opened.error(), ++failures);
  }
}

/// Waits for the lead; false when draining.
task<bool> consumer::lead() {
  if (!draining_.is_set()) giving_way_.reset();
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
  log_warning("a consumer is led by this program no more",
              {{"consumer", policy().name()}, {"why", why}});
  giving_way_.set();
  if (source_) source_->stop();
  if (lanes_) lanes_->release();
}

}  // namespace weir::detail
