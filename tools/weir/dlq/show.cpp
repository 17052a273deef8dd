// SPDX-License-Identifier: Apache-2.0
#include "show.hpp"

#include <fmt/format.h>

#include "body_text.hpp"
#include "printable.hpp"
#include "stored_letter.hpp"
#include "streams.hpp"

namespace weir::dlq {
namespace {

std::size_t bytes_of(const header_list& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) bytes += name.size() + value.size();
  return bytes;
}

std::string time_of(const std::optional<timestamp>& when) {
  return when ? to_rfc3339(*when) : std::string("(not told)");
}

void print_head(const stored_letter& one, bool is_original_there, std::ostream& out) {
  const letter& about = one.about;
  out << fmt::format("{}  died {}\n", place_of(about), to_rfc3339(about.at.stored_at));
  out << tools::printable(fmt::format("{} on {}, given up by {} after {} attempt{}: {}",
                                      origin_of(about), about.subject, about.consumer,
                                      about.attempts, about.attempts == 1 ? "" : "s", about.cause))
      << '\n';
  out << tools::printable(fmt::format("error {}, {}", about.error_code, about.disposition)) << '\n';
  out << fmt::format("published {}, given up {}\n", time_of(about.published_at),
                     time_of(about.failed_at));
  if (!about.message_id.empty()) out << "message id " << tools::printable(about.message_id) << '\n';
  if (!about.trace.empty()) out << "trace " << tools::printable(about.trace) << '\n';
  out << fmt::format("its stream {}\n",
                     is_original_there ? "still has the message" : "has the message no more");
}

void print_body(const stored_letter& one, std::ostream& out) {
  const std::string& body = one.message.payload;
  if (one.about.is_cut()) {
    out << fmt::format("\nBody: the first {} of {} bytes, which were too large for a letter\n",
                       body.size(), *one.about.whole_body_bytes);
  } else {
    out << fmt::format("\nBody: {} bytes\n", body.size());
  }
  out << body_text(body);
}

void print(const stored_letter& one, bool is_original_there, std::ostream& out) {
  print_head(one, is_original_there, out);
  out << fmt::format("\nHeaders: {} of {} bytes\n", one.message.headers.size(),
                     bytes_of(one.message.headers));
  for (const auto& [name, value] : one.message.headers) {
    out << "  " << tools::printable(name) << ": " << tools::printable(value) << '\n';
  }
  print_body(one, out);
}

}  // namespace

task<> show(nats::jetstream on, show_options wanted, std::ostream& out) {
  const auto from = co_await choose_stream(on, wanted.id.stream);
  const auto found = co_await read_stored(on, from.name, wanted.id.sequence);
  if (!found) {
    throw error(errc::not_found, disposition::permanent,
                fmt::format("there is no dead letter {}:{}; it was replayed, purged, or never "
                            "there: 'weir dlq list' shows those that are",
                            from.name, wanted.id.sequence));
  }
  if (wanted.raw) {
    out << found->message.payload << std::flush;
    co_return;
  }
  const auto original = co_await read_original(on, found->about);
  print(*found, original.has_value(), out);
}

}  // namespace weir::dlq
