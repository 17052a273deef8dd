// SPDX-License-Identifier: Apache-2.0
#include "consumer.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {

task<> consumer::work() {
  for (;;) {
    auto delivered = co_await source_->next();
    if (!delivered.has_value()) co_return;
    co_await handle(accept(std::move(*delivered)));
  }
}

task<> consumer::handle(std::unique_ptr<job> taken) {
  for (std::uint64_t failures = 1;; ++failures) {
    const auto outcome = co_await attempt(*taken).as_result();
    if (outcome.has_value()) {
      batch one;
      one.push_back(std::move(taken));
      co_return co_await publish_and_acknowledge(std::move(one));
    }
    if (is_outage(outcome.error(), taken->in_handler)) {
      if (co_await wait_out(outcome.error(), failures)) continue;
      co_return give_back(*taken);
    }
    co_return co_await settle_failure(*taken, outcome.error());
  }
}

task<> consumer::attempt(job& taken) {
  taken.events.clear();
  taken.in_handler = false;
  co_await with_timeout(policy().deadline(), run_handler(taken));
}

task<> consumer::run_handler(job& taken) {
  if (entry().kind == handler_kind::plain) {
    const meta about = taken.about();
    taken.in_handler = true;
    co_return co_await entry().run(taken.message.payload(), {.about = &about});
  }
  // Not a coroutine itself, so what it captures lives as long as this frame.
  auto body = [this, &taken](postgres::tx& transaction) { return run_in(transaction, taken); };
  co_await on_.database->transaction(body);
}

task<> consumer::run_in(postgres::tx& transaction, job& taken) {
  taken.events.clear();  // The pool repeats the body after a serialization failure.
  const meta about = taken.about();
  tx handed(transaction, taken.events);
  taken.in_handler = true;
  co_await entry().run(taken.message.payload(), {.about = &about, .transaction = &handed});
  taken.in_handler = false;
}

}  // namespace weir::detail
