// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include "weir/timeout.hpp"

namespace weir::test {
namespace {

constexpr auto hang_limit = 60s;  // nothing here waits for the time to pass

}  // namespace

void post_office::open(const body& what) {
  post_office office;
  loop home;
  home.run(office.run(what));
}

task<> post_office::run(const body& what) {
  nats::connection_options options;
  options.url = url();
  nats::connection link(options);
  link_ = &link;
  co_await make_stream("ORDERS", "orders.>");
  co_await make_stream("DLQ_ORDERS", "dlq.orders");
  const auto done = co_await with_timeout(hang_limit, what(*this)).as_result();
  co_await link.close();
  done.value();
}

task<> post_office::make_stream(std::string name, std::string subjects) {
  nats::stream_config config;
  config.name = std::move(name);
  config.subjects.push_back(std::move(subjects));
  co_await js().ensure_stream(std::move(config));
}

task<std::uint64_t> post_office::publish(std::string subject, std::string text) {
  const nats::subject to(subject);
  const auto stored = co_await js().publish(to, text);
  co_return stored.sequence;
}

task<std::uint64_t> post_office::write(hand_written letter, std::string subject) {
  nats::headers headers;
  for (const auto& [name, value] : letter.more) {
    if (!name.starts_with("Weir-")) headers.add(name, value);
  }
  headers.add("Weir-Cause", letter.cause);
  headers.add("Weir-Error-Code", "weir:8");
  headers.add("Weir-Disposition", "permanent");
  headers.add("Weir-Attempts", "1");
  headers.add("Weir-Subject", letter.subject);
  headers.add("Weir-Stream", "ORDERS");
  headers.add("Weir-Stream-Sequence", std::to_string(letter.from_sequence));
  headers.add("Weir-Consumer", "billing");
  headers.add("Weir-Published-At", letter.published_at);
  for (const auto& [name, value] : letter.more) {
    if (name.starts_with("Weir-")) headers.add(name, value);
  }
  const nats::subject to(subject);
  nats::publish_options how;
  how.headers = &headers;
  const auto stored = co_await js().publish(to, letter.body, how);
  co_return stored.sequence;
}

task<std::uint64_t> post_office::count(std::string stream) {
  const auto info = co_await js().stream_info(std::move(stream));
  co_return info.messages;
}

task<std::vector<std::uint64_t>> post_office::sequences(std::string stream) {
  const auto info = co_await js().stream_info(stream);
  std::vector<std::uint64_t> found;
  for (auto at = info.first_sequence; info.messages > 0 && at <= info.last_sequence; ++at) {
    const auto one = co_await js().get_message(stream, at).as_result();
    if (one.has_value()) found.push_back(at);
  }
  co_return found;
}

}  // namespace weir::test
