// SPDX-License-Identifier: Apache-2.0
#include "weir/test/service.hpp"

#include <charconv>
#include <set>

#include "service_bench.hpp"

namespace weir::test {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

service::dead_letter letter_of(const nats::stored_message& message) {
  const auto header = [&message](std::string_view name) {
    return std::string(message.header(name).value_or(""));
  };
  return {.subject = header("Weir-Subject"),
          .stream = header("Weir-Stream"),
          .sequence = number_in(header("Weir-Stream-Sequence")),
          .body = message.payload,
          .id = header("Weir-Message-Id"),
          .consumer = header("Weir-Consumer"),
          .cause = header("Weir-Cause"),
          .code = header("Weir-Error-Code"),
          .disposition = header("Weir-Disposition"),
          .attempts = number_in(header("Weir-Attempts"))};
}

/// "orders", "shop.orders": each part as an identifier that keeps its letters' case.
std::string quoted_table(std::string_view table) {
  std::string quoted = "\"";
  for (const char letter : table) {
    if (letter == '.') {
      quoted += "\".\"";
    } else {
      quoted += letter;
      if (letter == '"') quoted += '"';
    }
  }
  return quoted + '"';
}

task<std::int64_t> count_rows(postgres::pool& database, std::string table) {
  // Not among the program's statements, which are checked at the start of each service.
  const std::string sql = "select count(*) from " + quoted_table(table);
  const postgres::detail::statement_shape shape{sql.c_str(), nullptr, 0,
                                                postgres::statement_kind::write};
  const auto counted = co_await postgres::detail::run_on(database, shape, {});
  co_return postgres::detail::read_only<std::int64_t>(counted, shape);
}

}  // namespace

service::service(weir::service under_test, const service_options& options)
    : bench_(std::make_unique<service_bench>(std::move(under_test), options)) {}

service::~service() = default;

std::uint64_t service::deliver_raw(std::string_view subject, std::string_view body,
                                   const delivery_options& with) {
  return bench_->streams().store(subject, body, with);
}

void service::run_until_idle() { bench_->settle(duration::zero()); }

void service::advance(duration time) { bench_->settle(time); }

timestamp service::now() const { return bench_->now(); }

std::vector<nats::stored_message> service::published_raw(std::string_view subject) const {
  return bench_->streams().messages(subject);
}

std::vector<service::dead_letter> service::dead_letters() const {
  std::set<std::string_view> subjects;
  for (const auto& one : bench_->app().registrations()) {
    if (!one.policy.dead_letter().empty()) subjects.insert(one.policy.dead_letter());
  }
  std::vector<dead_letter> letters;
  for (const auto subject : subjects) {
    for (const auto& one : bench_->streams().messages(subject)) letters.push_back(letter_of(one));
  }
  return letters;
}

std::uint64_t service::unsettled() const { return bench_->streams().unsettled(bench_->app()); }

std::int64_t service::rows(std::string_view table) {
  return run(count_rows(database(), std::string(table)));
}

postgres::pool& service::database() { return bench_->database(); }

nats::model_server& service::nats() noexcept { return bench_->server(); }

void service::drain() { bench_->drain(); }

void service::restart() {
  bench_->drain();
  bench_->start();
}

std::string service::tasks() const { return bench_->tasks(); }

void service::run_to_end(task<> work) { bench_->run_to_end(std::move(work)); }

}  // namespace weir::test
