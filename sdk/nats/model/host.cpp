// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"

#include "weir/loop.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats::detail::model {

std::string time_text(std::int64_t nanoseconds) {
  return to_rfc3339(timestamp(std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::nanoseconds(nanoseconds))));
}

time_point host::now() const noexcept { return loop::current().now(); }

std::int64_t host::wall_clock() const noexcept {
  const auto since = loop::current().driver().wall_clock().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

void host::answer(const std::string& reply, std::string payload, header_list headers) {
  if (reply.empty()) return;
  broker_.deliver(reply, make_envelope({.subject = reply,
                                        .reply = "",
                                        .payload = std::move(payload),
                                        .headers = std::move(headers)}));
}

void host::status(const std::string& reply, int code, const std::string& text, header_list more) {
  header_list headers{{"Status", std::to_string(code)}, {"Description", text}};
  headers.insert(headers.end(), more.begin(), more.end());
  answer(reply, "", std::move(headers));
}

void host::confirm(const std::string& reply, std::string payload) {
  if (reply.empty()) return;
  if (confirmations_to_lose == 0) return answer(reply, std::move(payload));
  --confirmations_to_lose;
}

void host::flush_advisories() {
  while (!advisories_.empty()) {
    envelope next = std::move(advisories_.front());
    advisories_.pop_front();
    broker_.publish(std::move(next));
  }
}

std::string host::next_id() {
  // Of 22 characters, as the server's are.
  std::string id = std::to_string(++advisory_count_);
  constexpr std::size_t id_characters = 22;
  return "MODEL" + std::string(id_characters - 5 - id.size(), '0') + id;
}

std::string host::time_text() const { return model::time_text(wall_clock()); }

}  // namespace weir::nats::detail::model
