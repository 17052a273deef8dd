// SPDX-License-Identifier: Apache-2.0
#include "weir/read_write_lock.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace {

struct price_list {
  weir::read_write_lock access;
  std::map<std::string, int> prices{{"apple", 1}, {"pear", 2}};
};

weir::task<> raise_all(price_list& list) {
  const auto alone = co_await list.access.write();
  for (auto& [name, price] : list.prices) {
    price += 10;
    co_await weir::yield();  // Nobody sees some prices raised and others not.
  }
}

weir::task<> add_up(price_list& list, int& sum) {
  const auto with_other_readers = co_await list.access.read();
  for (const auto& [name, price] : list.prices) {
    sum += price;
    co_await weir::yield();
  }
}

weir::task<bool> read_and_write() {
  price_list list;
  int before = 0;
  int after = 0;
  weir::scope children;
  children.spawn(add_up(list, before));
  children.spawn(raise_all(list));
  children.spawn(add_up(list, after));
  co_await children.join();
  co_return before == 3 && after == 23;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("read_write_lock: many readers, or one writer, in the order they came") {
    weir::loop home;
    CHECK(home.run(read_and_write()));
  }
}
