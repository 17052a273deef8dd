// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "fixture.hpp"
#include "told.hpp"
#include "weir/nats/subscription.hpp"

namespace weir::test {

/// The place where a hostile text was tried, and what it must lead to there.
inline void check_refused(std::string_view entry, std::string_view text,
                          const std::optional<error>& failure) {
  CAPTURE(entry);
  CAPTURE(text);
  CHECK(failure.has_value());
  if (!failure) return;
  CHECK(failure->is(errc::invalid_argument));
  CHECK(failure->disposition() == disposition::permanent);
  // The text may end in a log or a terminal itself.
  CHECK(std::ranges::none_of(failure->message(),
                             [](char c) { return static_cast<unsigned char>(c) < ' '; }));
}

template <class Call>
std::optional<error> thrown_by(Call call) {
  try {
    call();
  } catch (const error& failure) {
    return failure;
  }
  return std::nullopt;
}

template <class Call>
void check_thrown(std::string_view entry, std::string_view text, Call call) {
  check_refused(entry, text, thrown_by(std::move(call)));
}

template <class T>
task<> check_awaited(std::string_view entry, std::string_view text, task<T> call) {
  const auto failure = co_await error_of(std::move(call));
  check_refused(entry, text, failure);
}

/// A second connection that sees whatever the first one makes the server publish.
class bystander {
 public:
  explicit bystander(const nats::connection_options& options)
      : link_(options), seen_(link_, nats::subject_pattern(">")) {}

  task<> start() {
    co_await link_.wait_connected();
    co_await link_.flush();
  }
  /// The subjects that the server has published on since the last look, once it has read all that
  /// `other` has sent.
  task<std::vector<std::string>> subjects_after(nats::connection& other) {
    co_await other.flush();
    co_await link_.flush();
    std::vector<std::string> subjects;
    for (const nats::message& one : co_await seen_.next_batch(100'000))
      subjects.emplace_back(one.subject());
    co_return subjects;
  }
  task<> close() { co_await link_.close(); }

 private:
  nats::connection link_;
  nats::subscription seen_;
};

/// Runs `body(connection, bystander)`, and checks that the connection is the first one at the end.
inline void beside_bystander(task<> (*body)(nats::connection&, bystander&)) {
  live_server server;
  told heard;
  const nats::connection_options options = server.options();
  const auto run = [&](nats::connection& link) -> task<> {
    bystander other(options);
    co_await other.start();
    const auto done = co_await body(link, other).as_result();
    co_await other.close();
    done.value();
    CHECK(heard.all.size() == 1);  // connected, once
  };
  with_connection(heard.listen(options), run);
}

}  // namespace weir::test
