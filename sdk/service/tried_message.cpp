// SPDX-License-Identifier: Apache-2.0
#include "tried_message.hpp"

#include <charconv>

namespace weir::detail {
namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_whole && value > 0 ? std::optional(value) : std::nullopt;
}

/// The last one: a letter has its message's headers first, and those may bear the same names.
std::optional<std::string_view> last_header(const nats::stored_message& of, std::string_view name) {
  for (auto one = of.headers.rbegin(); one != of.headers.rend(); ++one) {
    if (one->first == name) return one->second;
  }
  return std::nullopt;
}

std::string text_in(const nats::stored_message& letter, std::string_view name) {
  return std::string(last_header(letter, name).value_or(""));
}

/// Headers behind the cause are the letter's own: those before it came with the message.
bool is_cut(const nats::stored_message& letter) {
  for (auto one = letter.headers.rbegin(); one != letter.headers.rend(); ++one) {
    if (one->first == "Weir-Cause") return false;
    if (one->first == "Weir-Body-Bytes") return true;
  }
  return false;
}

/// What came with the message, of which there is nothing else in a letter.
header_list before_cause(header_list headers) {
  while (!headers.empty() && headers.back().first != "Weir-Cause") headers.pop_back();
  if (!headers.empty()) headers.pop_back();
  return headers;
}

const tried_message& of_native(const void* native) noexcept {
  return *static_cast<const tried_message*>(native);
}

constexpr nats::detail::message_operations viewing = {
    .subject = [](const void* native) noexcept -> std::string_view {
      return of_native(native).subject;
    },
    .reply = [](const void*) noexcept { return std::string_view(); },
    .payload = [](const void* native) noexcept -> std::string_view {
      return of_native(native).body;
    },
    .header = [](void* native, std::string_view name) -> std::optional<std::string_view> {
      for (const auto& one : of_native(native).headers) {
        if (one.first == name) return one.second;
      }
      return std::nullopt;
    },
    .headers = [](void* native) { return of_native(native).headers; },
    .release = [](void*) noexcept {}};

task<nats::stored_message> whole_message(nats::jetstream on, tried_message of) {
  auto original = co_await on.get_message(of.stream, of.at.sequence).as_result();
  if (!original && !original.error().is(errc::not_found)) throw original.error();
  // Not another one under its number, in a stream that was made anew.
  if (original && original->subject == of.subject && original->time == of.at.stored_at) {
    co_return std::move(*original);
  }
  throw error(errc::not_found, disposition::permanent,
              "letter " + of.name.to_string() +
                  " has only the beginning of its message, which was too large for a letter, and "
                  "stream " +
                  of.stream + " has the message no more");
}

tried_message of_stream(message_name name, nats::stored_message found) {
  tried_message made;
  made.at = {found.sequence, found.time};
  made.message_id = message_id_of(found.header("Nats-Msg-Id"), made.at);
  made.stream = name.stream;
  made.subject = std::move(found.subject);
  made.headers = std::move(found.headers);
  made.body = std::move(found.payload);
  made.name = std::move(name);
  return made;
}

tried_message of_letter(message_name name, nats::stored_message found) {
  tried_message made;
  made.consumer = text_in(found, "Weir-Consumer");
  made.subject = text_in(found, "Weir-Subject");
  made.stream = text_in(found, "Weir-Stream");
  made.at.sequence = number_in(text_in(found, "Weir-Stream-Sequence")).value_or(0);
  made.at.stored_at = parse_rfc3339(text_in(found, "Weir-Published-At")).value_or(found.time);
  made.message_id = text_in(found, "Weir-Message-Id");
  made.headers = before_cause(std::move(found.headers));
  made.body = std::move(found.payload);
  made.name = std::move(name);
  return made;
}

}  // namespace

nats::message tried_message::as_message() const noexcept {
  // No operation of a view changes anything.
  return {const_cast<tried_message*>(this), viewing};
}

message_name message_name::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool has_both = colon != text.npos && colon > 0;
  const auto sequence = has_both ? number_in(text.substr(colon + 1)) : std::nullopt;
  if (sequence) return {std::string(text.substr(0, colon)), *sequence};
  throw error(errc::invalid_argument, disposition::permanent,
              "'" + std::string(text) +
                  "' names no stored message; it looks like DLQ_ORDERS:3, a stream and a sequence");
}

task<tried_message> read_tried(nats::jetstream on, message_name wanted) {
  auto found = co_await on.get_message(wanted.stream, wanted.sequence).as_result();
  if (!found && found.error().is(errc::not_found)) {
    throw error(errc::not_found, disposition::permanent,
                "there is no message " + wanted.to_string() + ": " + found.error().message());
  }
  if (!found) throw found.error();
  const bool is_letter = last_header(*found, "Weir-Cause") && last_header(*found, "Weir-Consumer");
  if (!is_letter) co_return of_stream(std::move(wanted), std::move(*found));
  const bool must_read_on = is_cut(*found);
  tried_message made = of_letter(std::move(wanted), std::move(*found));
  if (!must_read_on) co_return made;
  nats::stored_message original = co_await whole_message(on, made);
  made.headers = std::move(original.headers);
  made.body = std::move(original.payload);
  co_return made;
}

}  // namespace weir::detail
