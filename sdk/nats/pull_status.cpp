// SPDX-License-Identifier: Apache-2.0
#include "pull_status.hpp"

#include <charconv>

namespace weir::nats::detail {
namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.begin(), text.end(), value);
  if (read.ec != std::errc() || read.ptr != text.end()) return std::nullopt;
  return value;
}

}  // namespace

pull_status read_pull_status(const message& from) {
  pull_status status;
  status.code = number_of<int>(from.header("Status").value_or("")).value_or(0);
  status.text = from.header("Description").value_or("no description");
  status.pending = number_of<std::uint64_t>(from.header("Nats-Pending-Messages").value_or(""));
  return status;
}

fetch_end pull_status::end() const noexcept {
  if (code == 404) return fetch_end::no_messages;
  if (code == 503) return fetch_end::no_responders;
  if (code == 408 && text == "Request Timeout") return fetch_end::timeout;
  if (code == 409 && (text == "Consumer Deleted" || text == "Consumer is push based"))
    return fetch_end::consumer_deleted;
  return fetch_end::refused;
}

}  // namespace weir::nats::detail
