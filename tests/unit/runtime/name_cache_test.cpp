// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/name_cache.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "occupied_threads.hpp"
#include "run.hpp"
#include "shifted_driver.hpp"
#include "weir/scope.hpp"
#include "weir/when_all.hpp"
#include "weir/yield.hpp"

using namespace weir;
using namespace weir::test;
using weir::detail::name_cache;

TEST_SUITE_BEGIN("runtime.name_cache");

namespace {

using addresses = std::vector<socket_address>;

addresses numbered(int number) {
  const std::string last = std::to_string(number / 256) + "." + std::to_string(number % 256);
  return {socket_address::of_ip("10.0." + last, 0).value()};
}

/// A resolver that counts its calls; the address that it gives is the number of the call.
struct counting {
  std::atomic<int> calls{0};
  auto function() {
    return [this](const std::string&) { return numbered(++calls); };
  }
};

/// A resolver whose calls wait until they are let go.
struct gated {
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> calls{0};
  auto function() {
    return [this](const std::string& name) {
      ++calls;
      opened.wait();
      if (name == "fails") throw error(errc::not_found, disposition::retry, "no such name");
      return numbered(1);
    };
  }
};

task<> note_found(name_cache& names, std::string name, int& found, int& failed) {
  const auto got = co_await names.find(std::move(name)).as_result();
  ++(got.has_value() ? found : failed);
}

task<> until_begun(const gated& resolver) {
  while (resolver.calls == 0) co_await yield();
}

template <class Body>
void run_shifted(Body body) {
  auto made = std::make_unique<shifted_driver>();
  shifted_driver& driver = *made;
  loop home(std::move(made));
  run_on(home, [&] { return body(driver); });
}

}  // namespace

TEST_CASE("a name is looked up once, and again when its time is over, exactly") {
  run_shifted([](shifted_driver& driver) -> task<> {
    counting resolver;
    name_cache names(resolver.function());
    CHECK((co_await names.find("a") == numbered(1)));
    CHECK((co_await names.find("a") == numbered(1)));
    CHECK((co_await names.find("b") == numbered(2)));
    driver.put_clock_forward(resolved_name_kept / 2);
    CHECK((co_await names.find("a") == numbered(1)));
    driver.put_clock_forward(resolved_name_kept / 2);
    CHECK((co_await names.find("a") == numbered(3)));
    CHECK((co_await names.find("a") == numbered(3)));
    CHECK(resolver.calls == 3);
  });
}

TEST_CASE("no more names are kept than the bound, and the oldest gives way") {
  run([]() -> task<> {
    counting resolver;
    name_cache names(resolver.function());
    for (std::size_t name = 0; name < resolved_names_max; ++name) {
      co_await names.find(std::to_string(name));
    }
    CHECK(names.size() == resolved_names_max);
    co_await names.find("0");
    CHECK(resolver.calls == static_cast<int>(resolved_names_max));
    co_await names.find("one more");
    CHECK(names.size() == resolved_names_max);
    co_await names.find("1");
    CHECK(resolver.calls == static_cast<int>(resolved_names_max) + 1);
    co_await names.find("0");
    CHECK(resolver.calls == static_cast<int>(resolved_names_max) + 2);
  });
}

TEST_CASE("all who ask for a name at the same time share one look-up, and its failure") {
  run([]() -> task<> {
    gated resolver;
    name_cache names(resolver.function());
    int found = 0;
    int failed = 0;
    co_await with_scope([&](scope& children) -> task<> {
      for (int count = 0; count < 50; ++count) {
        children.spawn(note_found(names, "a", found, failed));
        children.spawn(note_found(names, "fails", found, failed));
      }
      while (resolver.calls < 2) co_await yield();
      resolver.gate.set_value();
      co_await children.join();
    });
    CHECK(found == 50);
    CHECK(failed == 50);
    CHECK(resolver.calls == 2);
    co_await note_found(names, "a", found, failed);
    co_await note_found(names, "fails", found, failed);
    CHECK(found == 51);
    CHECK(failed == 51);
    CHECK(resolver.calls == 3);
  });
}

TEST_CASE("one who is cancelled leaves the others to their wait") {
  run([]() -> task<> {
    gated resolver;
    name_cache names(resolver.function());
    int found = 0;
    int failed = 0;
    scope first;
    scope second;
    first.spawn(note_found(names, "a", found, failed));
    second.spawn(note_found(names, "a", found, failed));
    co_await until_begun(resolver);
    co_await first.close();
    CHECK(failed == 1);
    resolver.gate.set_value();
    co_await second.join();
    CHECK(found == 1);
    CHECK(resolver.calls == 1);
  });
}

TEST_CASE("a look-up that nobody waits for any more is kept all the same, if it has begun") {
  run([]() -> task<> {
    gated resolver;
    name_cache names(resolver.function());
    int found = 0;
    int failed = 0;
    scope asking;
    asking.spawn(note_found(names, "a", found, failed));
    co_await until_begun(resolver);
    co_await asking.close();
    CHECK(failed == 1);
    // Who asks now joins the look-up that is under way.
    scope again;
    again.spawn(note_found(names, "a", found, failed));
    co_await yield();
    resolver.gate.set_value();
    co_await again.join();
    CHECK(found == 1);
    CHECK(resolver.calls == 1);
  });
}

TEST_CASE("the cache may end before a look-up does, and the loop awaits it") {
  gated resolver;
  std::atomic<bool> ended{false};
  run([&]() -> task<> {
    int found = 0;
    int failed = 0;
    {
      name_cache names([&](const std::string& name) {
        const addresses made = resolver.function()(name);
        ended = true;
        return made;
      });
      scope asking;
      asking.spawn(note_found(names, "a", found, failed));
      co_await until_begun(resolver);
      co_await asking.close();
    }
    CHECK_FALSE(ended);
    resolver.gate.set_value();
  });
  CHECK(ended);
}

TEST_CASE("a look-up that nobody waits for any more is not made, if it has not begun") {
  run([]() -> task<> {
    occupied_threads threads;
    co_await threads.all_taken();
    counting resolver;
    name_cache names(resolver.function());
    int found = 0;
    int failed = 0;
    scope asking;
    asking.spawn(note_found(names, "a", found, failed));
    asking.spawn(note_found(names, "a", found, failed));
    co_await yield();
    co_await asking.close();
    CHECK(failed == 2);
    threads.set_free();
    co_await names.find("b");
    CHECK(resolver.calls == 1);
  });
}

TEST_CASE("where no helper thread is to be had a look-up fails, and the next is tried anew") {
  run([]() -> task<> {
    counting resolver;
    name_cache names(resolver.function());
    {
      occupied_threads threads;
      co_await threads.all_taken();
      threads.fill_queue();
      const auto refused = co_await names.find("a").as_result();
      CHECK(refused.error().is(errc::limit_exceeded));
    }
    // The queue empties from now on.
    for (bool found = false; !found;) {
      co_await yield();
      found = (co_await names.find("a").as_result()).has_value();
    }
    CHECK(resolver.calls == 1);
  });
}

TEST_SUITE_END();
