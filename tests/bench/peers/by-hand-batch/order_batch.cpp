// SPDX-License-Identifier: Apache-2.0
#include "order_batch.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "binary_format.hpp"

namespace by_hand {
namespace {

using weir::bench::put;

constexpr std::uint32_t bytea_type = 17;  // the numbers of pg_type
constexpr std::uint32_t bigint_type = 20;
constexpr std::uint32_t text_type = 25;
constexpr std::uint32_t timestamptz_type = 1184;
constexpr std::uint32_t uuid_type = 2950;

void begin_array(std::string& into, std::uint32_t type, std::size_t size) {
  into.clear();
  put(into, std::uint32_t{1});  // dimensions
  put(into, std::uint32_t{0});  // there is no NULL
  put(into, type);
  put(into, static_cast<std::uint32_t>(size));
  put(into, std::uint32_t{1});  // the number of the first
}

void append_bytes(std::string& into, std::string_view bytes) {
  put(into, static_cast<std::uint32_t>(bytes.size()));
  into += bytes;
}

void append_bytes(std::string& into, const uuid_bytes& id) {
  append_bytes(into, std::string_view(id.data(), id.size()));
}

void append_number(std::string& into, std::int64_t value) {
  put(into, static_cast<std::uint32_t>(sizeof value));
  put(into, static_cast<std::uint64_t>(value));
}

std::string header_of(std::string_view headers, std::string_view name) {
  const std::size_t found = headers.find(name);
  if (found == headers.npos) throw std::runtime_error("an order without a message id");
  const std::string_view value = headers.substr(found + name.size());
  return std::string(value.substr(0, value.find('\r')));
}

/// $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>. ..., or with two words more in front.
std::uint64_t sequence_in(std::string_view acknowledge) {
  constexpr std::ptrdiff_t points_short = 8;
  const bool is_short = std::count(acknowledge.begin(), acknowledge.end(), '.') <= points_short;
  for (int words = is_short ? 5 : 7; words > 0; --words)
    acknowledge.remove_prefix(acknowledge.find('.') + 1);
  std::uint64_t sequence = 0;
  std::from_chars(acknowledge.data(), acknowledge.data() + acknowledge.size(), sequence);
  return sequence;
}

}  // namespace

delivered_order read_delivery(std::string_view acknowledge, std::string_view headers,
                              std::string_view json) {
  delivered_order made;
  made.what = read_order(json);
  made.message_id = header_of(headers, "\r\nNats-Msg-Id: ");
  made.acknowledge = acknowledge;
  made.sequence = sequence_in(acknowledge);
  made.event_id = "processed-" + made.what.order_id_text;
  made.event = R"({"order_id":")" + made.what.order_id_text + R"(","amount_cents":)" +
               std::to_string(made.what.amount_cents) + '}';
  return made;
}

void order_columns::begin(std::size_t size) {
  begin_array(message_ids, text_type, size);
  begin_array(order_ids, uuid_type, size);
  begin_array(user_ids, uuid_type, size);
  begin_array(amounts, bigint_type, size);
  begin_array(times, timestamptz_type, size);
  begin_array(outbox_ids, bigint_type, size);
  begin_array(event_ids, text_type, size);
  begin_array(events, bytea_type, size);
}

void order_columns::append(const delivered_order& one) {
  append_bytes(message_ids, one.message_id);
  append_bytes(order_ids, one.what.order_id);
  append_bytes(user_ids, one.what.user_id);
  append_number(amounts, one.what.amount_cents);
  append_number(times, one.what.created_at);
  append_number(outbox_ids, static_cast<std::int64_t>(one.sequence));
  append_bytes(event_ids, one.event_id);
  append_bytes(events, one.event);
}

void order_columns::fill(const std::vector<delivered_order>& batch,
                         const std::unordered_set<std::string_view>& stored) {
  std::unordered_set<std::string_view> passed = stored;
  std::vector<const delivered_order*> left;
  left.reserve(batch.size());
  for (const delivered_order& one : batch) {
    if (passed.insert(one.message_id).second) left.push_back(&one);
  }
  begin(left.size());
  for (const delivered_order* one : left) append(*one);
}

}  // namespace by_hand
