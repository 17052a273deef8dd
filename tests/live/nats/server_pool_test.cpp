// SPDX-License-Identifier: Apache-2.0
#include "server_pool.hpp"

#include <set>

#include "fixture.hpp"
#include "server_list.hpp"

using namespace weir;
using namespace weir::test;
using nats::detail::server_pool;

namespace {

const time_point start = time_point() + 1h;

std::vector<std::string> order_of(server_pool& pool, std::size_t count) {
  std::vector<std::string> order;
  for (std::size_t at = 0; at < count; ++at) order.push_back(pool.next(start).server.shown());
  return order;
}

std::set<std::string> all_of(server_pool& pool) {
  const std::vector<std::string> order = order_of(pool, pool.size());
  return {order.begin(), order.end()};
}

server_pool pool_of(std::string_view urls, std::uint64_t random = 1) {
  return {nats::detail::parse_servers(urls), random};
}

}  // namespace

TEST_SUITE("nats.server_pool") {
  TEST_CASE("the first configured server is the first tried, the others come in any order") {
    std::set<std::vector<std::string>> orders;
    for (std::uint64_t random = 0; random < 64; ++random) {
      server_pool pool = pool_of("a:1,b:2,c:3,d:4", random);
      const std::vector<std::string> order = order_of(pool, 4);
      CHECK(order.front() == "a:1");
      CHECK(std::set<std::string>(order.begin(), order.end()).size() == 4);
      orders.insert(order);
    }
    CHECK(orders.size() > 1);
  }
  TEST_CASE("a server that failed waits, longer each time, and the others do not wait for it") {
    server_pool pool = pool_of("a:1,b:2");
    const server_pool::choice first = pool.next(start);
    pool.failed(first.server, start, 40'000'000);
    CHECK(pool.next(start).server.shown() == "b:2");
    CHECK(pool.next(start).server.shown() == "b:2");

    pool.failed(nats::detail::parse_servers("b:2").front(), start, 45'000'000);
    const server_pool::choice waiting = pool.next(start);
    CHECK(waiting.server.shown() == "a:1");
    CHECK(waiting.at == start + 40ms);
    pool.failed(waiting.server, start, 90'000'000);
    CHECK(pool.next(start + 1h).at == start + 1h);
    pool.was_good(waiting.server, start);
    CHECK(pool.next(start).at == start);
  }
  TEST_CASE("the user's own delay is asked with the number of failures in a row") {
    std::vector<unsigned> asked;
    server_pool pool(nats::detail::parse_servers("a:1"), 1, [&](unsigned failures) {
      asked.push_back(failures);
      return failures * 7s;
    });
    const nats::detail::server_address only = pool.next(start).server;
    pool.failed(only, start, 1);
    CHECK(pool.next(start).at == start + 7s);
    pool.failed(only, start, 1);
    CHECK(pool.next(start).at == start + 14s);
    pool.was_good(only, start);
    pool.failed(only, start, 1);
    CHECK(asked == std::vector<unsigned>{1, 2, 1});
  }
  TEST_CASE("servers of the cluster are learned with the login of the one that told of them") {
    server_pool pool = pool_of("tls://me:secret@a:1");
    pool.learn({"b:2", "a:1", "c:3"}, pool.next(start).server);
    CHECK(all_of(pool) == std::set<std::string>{"a:1", "b:2", "c:3"});
    for (const nats::detail::server_address& one : pool.others(pool.next(start).server)) {
      CHECK(one.user == "me");
      CHECK(one.password == "secret");
      CHECK(one.tls);
    }
  }
  TEST_CASE("a learned server that is not named any more is forgotten, a configured one never") {
    server_pool pool = pool_of("a:1,b:2");
    const auto first = nats::detail::parse_servers("a:1").front();
    pool.learn({"c:3", "d:4"}, first);
    CHECK(pool.size() == 4);
    pool.learn({"d:4"}, first);
    CHECK(all_of(pool) == std::set<std::string>{"a:1", "b:2", "d:4"});
    pool.learn({}, first);
    CHECK(pool.size() == 3);
  }
  TEST_CASE("what is no server's name is not learned, and no more than the bound") {
    server_pool pool = pool_of("a:1");
    const auto first = nats::detail::parse_servers("a:1").front();
    pool.learn({"b:99999", "c d:1", "", "e:5"}, first);
    CHECK(all_of(pool) == std::set<std::string>{"a:1", "e:5"});
    std::vector<std::string> many;
    for (std::size_t at = 0; at < 2 * server_pool::servers_max; ++at)
      many.push_back("h" + std::to_string(at) + ":1");
    pool.learn(many, first);
    CHECK(pool.size() == server_pool::servers_max);
  }
}
