// SPDX-License-Identifier: Apache-2.0
// Values that are chosen, made once or given to all, in every order of the tasks.
#include <set>
#include <vector>

#include "schedules.hpp"
#include "weir/broadcast_channel.hpp"
#include "weir/channel.hpp"
#include "weir/once.hpp"
#include "weir/select.hpp"
#include "weir/semaphore.hpp"
#include "weir/watch_channel.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.value_schedules");

namespace {

constexpr int workers = 4;
constexpr int values_each = 6;
constexpr int changes = 20;

// select(): exactly one operation has its effect, whoever gives up waiting.

/// What all tasks of a case choose from, and what came of it.
struct choices {
  channel<int> left{choose_below(3)};
  channel<int> right{choose_below(3)};
  semaphore permits{2};
  int held = 0;
  std::multiset<int> received;
};

task<> send_to_either(choices& shared, int sender) {
  for (int value = 0; value < values_each;) {
    co_await dawdle();
    const int number = sender * 100 + value;
    const auto sent = co_await with_timeout(short_limit(), select(shared.left.send(number),
                                                                  shared.right.send(number)))
                          .as_result();
    if (sent.has_value()) ++value;
  }
}

task<> receive_from_either(choices& shared) {
  for (;;) {
    co_await dawdle();
    const auto chosen =
        co_await with_timeout(short_limit(), select(shared.left.receive(), shared.right.receive(),
                                                    shared.permits.acquire(2)))
            .as_result();
    if (!chosen.has_value()) continue;
    if (chosen->index() == 2) {
      expect(++shared.held == 1, "two tasks hold all permits");
      co_await dawdle();
      --shared.held;
      shared.permits.release(2);
      continue;
    }
    const std::optional<int> value =
        chosen->index() == 0 ? std::get<0>(*chosen) : std::get<1>(*chosen);
    if (value.has_value()) {
      shared.received.insert(*value);
    } else if (shared.left.size() + shared.right.size() == 0) {
      co_return;
    }
  }
}

task<> choose_again_and_again() {
  choices shared;
  co_await with_scope([&](scope& receivers) -> task<> {
    for (int count = 0; count < 2; ++count) receivers.spawn(receive_from_either(shared));
    co_await with_scope([&](scope& senders) -> task<> {
      for (int sender = 0; sender < workers; ++sender) {
        senders.spawn(send_to_either(shared, sender));
      }
      co_await senders.join();
    });
    shared.left.close();
    shared.right.close();
    co_await receivers.join();
  });
  expect(shared.permits.available() == 2, "a permit was lost");
  expect(shared.received.size() == workers * values_each, "a value was lost or doubled");
  const std::set<int> different(shared.received.begin(), shared.received.end());
  expect(different.size() == shared.received.size(), "a value was doubled");
}

// once: one maker at a time, and no second one after a success.

struct making {
  once<int> value;
  int at_work = 0;
  int made = 0;
};

task<int> make_value(making& shared) {
  expect(++shared.at_work == 1, "two tasks make the value");
  struct leave {
    ~leave() { --count; }
    int& count;
  } leaving{shared.at_work};
  co_await dawdle();
  co_await as_task(yield());
  if (choose_below(3) == 0) throw error(errc::conflict, disposition::retry, "it was not made");
  co_return ++shared.made;
}

task<> ask_for_value(making& shared) {
  for (;;) {
    co_await dawdle();
    auto asking = shared.value.get([&shared] { return make_value(shared); });
    const auto found = co_await with_timeout(short_limit(), std::move(asking)).as_result();
    if (found.has_value()) {
      expect(**found == 1 && shared.made == 1, "the value was made twice");
      co_return;
    }
    expect(found.error().is(errc::conflict) || found.error().is(errc::deadline_exceeded),
           found.error().message());
  }
}

task<> ask_for_the_same() {
  making shared;
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) children.spawn(ask_for_value(shared));
    co_await children.join();
  });
}

// Broadcast: every subscriber gets every value in order, or is told how many it missed.

task<> hear_all(broadcast_channel<int>::subscription news, std::uint64_t sent) {
  int last = 0;
  std::uint64_t received = 0;
  for (;;) {
    co_await dawdle();
    const auto value = co_await with_timeout(short_limit(), news.receive()).as_result();
    if (!value.has_value()) continue;
    if (!value->has_value()) break;
    expect(**value > last, "a value came again, or late");
    last = **value;
    ++received;
    expect(received + news.missed() == static_cast<std::uint64_t>(last),
           "a value was missed and not told");
  }
  expect(received + news.missed() == sent, "the last values were missed and not told");
}

task<> tell_all() {
  broadcast_channel<int> news(1 + choose_below(3));
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(hear_all(news.subscribe(), changes));
    }
    for (int value = 1; value <= changes; ++value) {
      if (choose_below(2) == 0) co_await dawdle();
      news.send(value);
      expect(news.size() <= news.capacity(), "more values are kept than the capacity");
    }
    news.close();
    co_await children.join();
  });
}

// Watch: whoever watches sees no change twice, and the last one surely.

task<> watch_changes(watch_channel<int>::watcher level, int last_of_all) {
  int last = 0;
  for (;;) {
    co_await dawdle();
    const auto value = co_await with_timeout(short_limit(), level.changed()).as_result();
    if (!value.has_value()) continue;
    if (!value->has_value()) break;
    expect(**value > last, "a change was seen twice, or an older one after it");
    last = **value;
  }
  expect(last == last_of_all, "the last change was not seen");
}

task<> change_often() {
  watch_channel<int> level(0);
  co_await with_scope([&](scope& children) -> task<> {
    for (int worker = 0; worker < workers; ++worker) {
      children.spawn(watch_changes(level.watch(), changes));
    }
    for (int value = 1; value <= changes; ++value) {
      if (choose_below(2) == 0) co_await dawdle();
      level.set(value);
    }
    level.close();
    co_await children.join();
  });
}

}  // namespace

TEST_CASE("a select sends, receives and acquires one, whoever gives up waiting") {
  in_many_orders(choose_again_and_again);
}

TEST_CASE("a value is made by one at a time, and once, whoever fails or gives up") {
  in_many_orders(ask_for_the_same);
}

TEST_CASE("what is told to all reaches each in order, or is counted as missed") {
  in_many_orders(tell_all);
}

TEST_CASE("who watches sees no change twice, and the last one surely") {
  in_many_orders(change_often);
}

TEST_SUITE_END();
