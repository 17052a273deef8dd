// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"

#include <fmt/format.h>

#include "printable.hpp"
#include "scan.hpp"
#include "streams.hpp"
#include "weir/event/json.hpp"

namespace weir::dlq {
namespace {

/// A line of --json. Texts are printable: what is not UTF-8 cannot be in JSON.
struct json_line {
  std::string dead_letter_stream;
  std::uint64_t dead_letter_sequence;
  timestamp died_at;
  std::string subject;
  std::string stream;
  std::uint64_t sequence;
  std::string consumer;
  std::uint64_t attempts;
  std::string error_code;
  std::string disposition;
  std::string cause;
  std::optional<timestamp> published_at;
  std::optional<timestamp> failed_at;
  std::string message_id;
  std::string trace;
  std::uint64_t body_bytes;
  bool is_cut;
};

std::string json_of(const letter& one, std::uint64_t body_bytes) {
  return json::encode(json_line{.dead_letter_stream = one.at.stream,
                                .dead_letter_sequence = one.at.sequence,
                                .died_at = one.at.stored_at,
                                .subject = tools::printable(one.subject),
                                .stream = tools::printable(one.from_stream),
                                .sequence = one.from_sequence,
                                .consumer = tools::printable(one.consumer),
                                .attempts = one.attempts,
                                .error_code = tools::printable(one.error_code),
                                .disposition = tools::printable(one.disposition),
                                .cause = tools::printable(one.cause),
                                .published_at = one.published_at,
                                .failed_at = one.failed_at,
                                .message_id = tools::printable(one.message_id),
                                .trace = tools::printable(one.trace),
                                .body_bytes = body_bytes,
                                .is_cut = one.is_cut()});
}

/// Prints letters of one stream after the other, within the limit of all of them.
class lister {
 public:
  lister(list_options wanted, std::ostream& out) : wanted_(std::move(wanted)), out_(out) {}

  task<> add(nats::jetstream on, letter_stream from) {
    std::size_t shown = 0;
    bool is_whole = true;
    auto rows = letter_table(out_, wanted_.width);
    auto messages = scan(on, from.name, from.last_sequence);
    while (const auto next = co_await messages.next()) {
      if (!next->found || !wanted_.only.fits(*next->found)) continue;
      is_whole = shown_ < wanted_.limit;
      if (!is_whole) break;
      if (shown++ == 0 && !wanted_.json) out_ << from.name << '\n';
      ++shown_;
      if (wanted_.json) {
        out_ << json_of(*next->found, next->body_bytes) << '\n';
      } else {
        add_row(rows, *next->found);
      }
    }
    rows.flush();
    if (!wanted_.json) end(from.name, shown, is_whole);
  }

 private:
  void end(const std::string& name, std::size_t shown, bool is_whole) {
    if (!is_whole) {
      out_ << fmt::format("{}: {} shown, there are more: --limit shows them, --by-cause counts\n\n",
                          name, shown);
    } else {
      out_ << fmt::format("{}: {} dead letter{}\n\n", name,
                          shown == 0 ? "no" : fmt::to_string(shown), shown == 1 ? "" : "s");
    }
  }

  const list_options wanted_;
  std::ostream& out_;
  std::size_t shown_ = 0;
};

}  // namespace

tools::table letter_table(std::ostream& out, std::optional<std::size_t> width) {
  return {out,
          {"SEQUENCE", "DIED", "SUBJECT", "MESSAGE", "CONSUMER", "ATTEMPTS", "CODE", "CAUSE"},
          width};
}

void add_row(tools::table& to, const letter& one) {
  to.add({std::to_string(one.at.sequence),
          to_rfc3339(std::chrono::floor<std::chrono::seconds>(one.at.stored_at)), one.subject,
          origin_of(one), one.consumer, std::to_string(one.attempts), one.error_code, one.cause});
}

task<> list(nats::jetstream on, list_options wanted, std::ostream& out) {
  const auto streams = co_await wanted_streams(on, wanted.stream);
  if (streams.empty() && !wanted.json) {
    out << "no stream with dead letters: none is called DLQ_..., none ends with a dead letter\n";
  }
  lister all(std::move(wanted), out);
  for (const auto& one : streams) co_await all.add(on, one);
}

}  // namespace weir::dlq
