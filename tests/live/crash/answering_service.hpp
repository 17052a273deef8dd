// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "answering_handlers.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::test {

/// Nothing keeps a row from being there twice but what weir does.
inline constexpr auto make_letters =
    stmt<"create table letters (id bigint not null, attempt bigint not null)">;

/// Of a service that is stopped again and again, and gives up nothing for that.
inline durable stubborn(std::size_t workers) {
  return durable("letters")
      .workers(workers)
      .retry(50, fixed(std::chrono::milliseconds(100)))
      .deadline(std::chrono::seconds(1))
      .ack_wait(std::chrono::seconds(1))
      .dead_letter("dlq.letters");
}

/// Makes the table and the stream, and publishes the bodies.
inline task<> publish_letters(nats::jetstream& jetstream, postgres::pool& database,
                              std::vector<std::string> bodies) {
  co_await database.exec(make_letters);
  nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(std::move(stream));
  const nats::subject to(bind<Letter>::subject);
  for (const std::string& body : bodies) co_await jetstream.publish(to, body);
}

/// How often each letter is answered.
inline task<std::map<std::int64_t, int>> count_answers(nats::jetstream& jetstream) {
  std::map<std::int64_t, int> answered;
  const auto letters = co_await jetstream.stream_info("LETTERS");
  for (auto at = letters.first_sequence; at <= letters.last_sequence; ++at) {
    const auto stored = co_await jetstream.get_message("LETTERS", at);
    if (stored.subject != bind<Reply>::subject) continue;
    ++answered[json::decode<Reply>(stored.payload).value().id];
  }
  co_return answered;
}

}  // namespace weir::test
