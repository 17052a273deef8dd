// SPDX-License-Identifier: Apache-2.0
#include "consumer.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

}  // namespace

task<> consumer::commit_groups() {
  for (;;) {
    // While the commit before this one is on its way, messages gather: the group sizes itself.
    auto delivered = co_await source_->next_batch(group_events_max);
    if (delivered.empty()) co_return;
    batch taken;
    for (auto& one : delivered) taken.push_back(accept(std::move(one)));
    co_await commit_group(std::move(taken));
  }
}

/// Commits the group; takes out who made it fail, or halves it, until all are settled.
task<> consumer::commit_group(batch taken) {
  std::uint64_t outages = 0;
  while (!taken.empty()) {
    std::size_t guilty = nobody;
    const auto outcome = co_await try_commit(taken, guilty);
    if (outcome.has_value()) co_return co_await publish_and_acknowledge(std::move(taken));
    if (is_outage(outcome.error(), guilty != nobody)) {
      if (co_await wait_out(outcome.error(), ++outages)) continue;
      for (auto& waiting : taken) give_back(*waiting);
      co_return;
    }
    // The group as a whole may be too large; that is nobody's fault until it is alone.
    if (outcome.error().is(errc::limit_exceeded)) guilty = nobody;
    if (taken.size() == 1) guilty = 0;
    if (guilty != nobody) {
      auto failed = std::move(taken[guilty]);
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(guilty));
      co_await settle_failure(*failed, outcome.error());
      continue;
    }
    const auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
    batch half(std::make_move_iterator(middle), std::make_move_iterator(taken.end()));
    taken.erase(middle, taken.end());
    co_await commit_group(std::move(half));
  }
}

task<result<void>> consumer::try_commit(batch& taken, std::size_t& guilty) {
  // Not a coroutine itself, so what it captures lives as long as this frame.
  auto body = [this, &taken, &guilty](postgres::tx& transaction) {
    return run_group(transaction, taken, guilty);
  };
  try {
    co_await with_timeout(policy().deadline(), on_.database->transaction(body));
  } catch (const postgres::error& failure) {
    if (guilty == nobody) guilty = owner_of(taken, failure.statement_index());
    co_return failure;
  } catch (...) {
    co_return to_error(std::current_exception());
  }
  co_return result<void>();
}

task<> consumer::run_group(postgres::tx& transaction, batch& taken, std::size_t& guilty) {
  for (std::size_t index = 0; index < taken.size(); ++index) {
    job& one = *taken[index];
    one.events.clear();
    one.statements_end = 0;
    const meta about = one.about();
    unit handed(transaction, one.events);
    guilty = index;  // If this handler throws, it is the one.
    co_await entry().run(one.message.payload(), {.about = &about, .unit = &handed});
    one.statements_end = handed.statements_end();
  }
  guilty = nobody;  // From here on the database decides.
}

/// Whose statement it was, or nobody where the error is of the connection or of the commit itself.
std::size_t consumer::owner_of(const batch& taken, std::optional<std::size_t> statement) {
  if (!statement.has_value()) return nobody;
  for (std::size_t index = 0; index < taken.size(); ++index) {
    if (*statement < taken[index]->statements_end) return index;
  }
  return nobody;
}

}  // namespace weir::detail
