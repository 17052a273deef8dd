// SPDX-License-Identifier: Apache-2.0
// After the commit: a message's events go into their streams, then it is acknowledged.
#include <algorithm>

#include "consumer.hpp"

namespace weir::detail {

task<> consumer::publish_and_acknowledge(batch done) {
  std::vector<unconfirmed> left;
  for (std::size_t index = 0; index < done.size(); ++index) {
    for (std::size_t number = 0; number < done[index]->events.entries().size(); ++number) {
      left.push_back({index, number});
    }
  }
  for (std::uint64_t failures = 0;;) {
    std::vector<std::optional<error>> refused(done.size());
    std::optional<error> obstacle;
    left = co_await publish_once(done, std::move(left), refused, obstacle);
    for (std::size_t index = 0; index < done.size(); ++index) {
      const auto of_this = [index](const unconfirmed& one) { return one.job == index; };
      if (done[index] == nullptr || std::ranges::any_of(left, of_this)) continue;
      const auto settled = std::exchange(done[index], nullptr);
      if (refused[index].has_value()) {
        co_await settle_failure(*settled, *refused[index]);
      } else {
        acknowledge(*settled);
      }
    }
    if (left.empty()) co_return;
    // The rows are committed, so only what is not confirmed is published again, here and now: a
    // message that came again would publish all its events once more.
    if (!co_await wait_out(*obstacle, ++failures)) break;
  }
  for (const auto& waiting : done) {
    if (waiting != nullptr) give_back(*waiting);
  }
}

/// Publishes what is wanted; gives what is not confirmed, with the obstacle. What a stream refuses
/// for good is noted under its message, whose other events are not published any more.
task<std::vector<consumer::unconfirmed>> consumer::publish_once(
    const batch& done, std::vector<unconfirmed> wanted, std::vector<std::optional<error>>& refused,
    std::optional<error>& obstacle) {
  struct sent_event {
    unconfirmed which;
    nats::publication publication;
  };
  std::vector<sent_event> sent;
  std::vector<unconfirmed> left;
  sent.reserve(wanted.size());
  const auto note = [&](const unconfirmed& which, const error& why) {
    if (why.disposition() == disposition::permanent) {
      refused[which.job] = why;
    } else {
      left.push_back(which);
      obstacle = why;
    }
  };
  for (const unconfirmed& which : wanted) {
    const job& of = *done[which.job];
    const auto& event = of.events.entries()[which.number];
    // The same message makes the same id: handled again, it is published once.
    const std::string id = of.identity() + ":" + std::to_string(which.number);
    const nats::subject to(event.subject);
    auto publication =
        co_await on_.jetstream.publish_later(to, event.body, {.msg_id = id}).as_result();
    if (publication.has_value()) {
      sent.push_back({which, std::move(*publication)});
    } else {
      note(which, publication.error());
    }
  }
  for (auto& one : sent) {
    const auto confirmation = co_await one.publication.confirmed().as_result();
    if (!confirmation.has_value()) {
      note(one.which, confirmation.error());
      continue;
    }
    ++on_.statistics.published;
    if (confirmation->duplicate) ++on_.statistics.duplicates_refused;
  }
  std::erase_if(left, [&](const unconfirmed& one) { return refused[one.job].has_value(); });
  co_return left;
}

}  // namespace weir::detail
