// SPDX-License-Identifier: Apache-2.0
// Messages that are not orders, between orders.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fault_case.hpp"
#include "orders/order_series.hpp"

namespace weir::test {
namespace {

constexpr std::uint64_t orders_between = 200;
/// The largest body that nats-server takes by default is 1 MiB with its headers.
constexpr std::size_t largest_body = std::size_t{1024} * 1024 - 256;
constexpr auto letters = "DLQ_ORDERS";

struct input {
  std::string body;
  std::string cause;  ///< part of what the dead letter must give as its cause
};

std::vector<input> bad_inputs() {
  const std::string good = json::encode(orders::order_number(0));
  const auto replaced = [&good](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  return {
      {"this is not JSON", "JSON of OrderCreated"},
      {good.substr(0, good.size() / 2), "JSON of OrderCreated"},
      {"", "JSON of OrderCreated"},
      {"[]", "JSON of OrderCreated"},
      {replaced("\"amount_cents\"", "\"another_name\""), "amount_cents"},
      {replaced("\"amount_cents\":", "\"amount_cents\":\"a text\",\"unknown\":"), "amount_cents"},
      {replaced("\"order_id\":\"", "\"order_id\":\"not a uuid "), "order_id"},
      {std::string("{\"order_id\":\"\0\r\n\"}", 18), "order_id"},
      {std::string(largest_body, '\xff'), "JSON of OrderCreated"},
  };
}

/// The order with fields that OrderCreated does not have, in a body of at least `size`.
std::string order_with_unknown_fields(std::uint64_t number, std::size_t size) {
  std::string body = json::encode(orders::order_number(number));
  body.pop_back();
  body += R"(,"nested":{"list":[1,2.5,null,true,{"deep":"text"}]},"padding":")";
  body.resize(std::max(size, body.size() + 2) - 2, 'x');
  return body + "\"}";
}

task<std::uint64_t> publish_body(orders::order_clients with, const std::string& body) {
  const auto stored =
      co_await with.jetstream.publish(nats::subject(bind<OrderCreated>::subject), body);
  co_return stored.sequence;
}

std::string header(const nats::stored_message& of, std::string_view name) {
  for (const auto& [key, value] : of.headers) {
    if (key == name) return value;
  }
  return "";
}

/// Checks the dead letter of `bad`, which stood at `sequence` in the stream ORDERS.
void check_letter(const std::vector<nats::stored_message>& stored, const input& bad,
                  std::uint64_t sequence) {
  const auto is_its = [sequence](const nats::stored_message& letter) {
    return header(letter, "Weir-Stream-Sequence") == std::to_string(sequence);
  };
  CAPTURE(sequence);
  CAPTURE(bad.body.substr(0, 80));
  REQUIRE(std::count_if(stored.begin(), stored.end(), is_its) == 1);
  const auto& letter = *std::find_if(stored.begin(), stored.end(), is_its);
  CAPTURE(header(letter, "Weir-Cause"));
  CHECK(header(letter, "Weir-Cause").find(bad.cause) != std::string::npos);
  CHECK(header(letter, "Weir-Attempts") == "1");
  CHECK(letter.subject == "dlq.orders");
  // A letter with headers has no room for the largest body: it holds the beginning and the size.
  const bool is_cut = bad.body.size() == largest_body;
  CHECK(header(letter, "Weir-Body-Bytes") == (is_cut ? std::to_string(largest_body) : ""));
  CHECK_FALSE((is_cut && letter.payload.empty()));
  const bool same = is_cut ? bad.body.starts_with(letter.payload) : letter.payload == bad.body;
  CHECK(same);  // not the texts: they may be a mebibyte long
}

task<std::vector<nats::stored_message>> all_letters(orders::order_clients with) {
  const auto stream = co_await with.jetstream.stream_info(letters);
  std::vector<nats::stored_message> stored;
  for (std::uint64_t sequence = 1; sequence <= stream.last_sequence; ++sequence) {
    stored.push_back(co_await with.jetstream.get_message(letters, sequence));
  }
  co_return stored;
}

task<> mix_bad_with_good(fault_case& at, orders::order_clients with) {
  const auto inputs = bad_inputs();
  std::vector<std::uint64_t> sequences;
  std::uint64_t orders = 0;
  at.service.start();
  for (const input& bad : inputs) {
    co_await orders::publish_orders(with.jetstream, {.count = orders_between, .first = orders});
    orders += orders_between;
    sequences.push_back(co_await publish_body(with, bad.body));
  }
  co_await publish_body(with, order_with_unknown_fields(orders++, 0));
  co_await publish_body(with, order_with_unknown_fields(orders++, largest_body));
  const auto last =
      co_await orders::publish_orders(with.jetstream, {.count = orders_between, .first = orders});
  orders += orders_between;

  co_await orders::wait_drained(with.jetstream, {.last_sequence = last});
  const std::string ending = co_await blocking([&] { return at.service.terminate(); });
  CHECK(ending == "exit code 0");
  CHECK(orders::summary_of(at.service).dead_lettered == inputs.size());
  co_await at.check_handled_once(with, orders);
  const auto stored = co_await all_letters(with);
  CHECK(stored.size() == inputs.size());
  for (std::size_t index = 0; index < inputs.size(); ++index) {
    check_letter(stored, inputs[index], sequences[index]);
  }
}

}  // namespace

TEST_SUITE("faults.bad_input") {
  TEST_CASE("a message that is no order is dead-lettered with its cause after one try") {
    fault_case at;
    play(at, mix_bad_with_good);
  }
}

}  // namespace weir::test
