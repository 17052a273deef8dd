// SPDX-License-Identifier: Apache-2.0
#include "collector.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace weir::test {
namespace {

using simdjson::dom::element;

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error("OTLP: " + what); }

std::string text_of(element of) {
  std::string_view text;
  if (of.get(text) != simdjson::SUCCESS) wrong("a string was expected");
  return std::string(text);
}

std::string text_at(element of, std::string_view key, bool may_miss = false) {
  element found;
  if (of[key].get(found) != simdjson::SUCCESS) {
    if (may_miss) return {};
    wrong("without " + std::string(key));
  }
  return text_of(found);
}

/// Of `size` bytes in lower case.
std::string hex_at(element of, std::string_view key, std::size_t size, bool may_miss = false) {
  const std::string text = text_at(of, key, may_miss);
  const bool is_hex = std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!is_hex || (text.size() != 2 * size && !(may_miss && text.empty()))) {
    wrong(std::string(key) + " is no id: " + text);
  }
  return text;
}

/// 64 bits, which stand in a string.
std::int64_t integer_of(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) wrong("no integer: " + text);
  return value;
}

std::string value_of(element of) {
  element found;
  if (of["stringValue"].get(found) == simdjson::SUCCESS) return text_of(found);
  if (of["intValue"].get(found) == simdjson::SUCCESS) {
    return std::to_string(integer_of(text_of(found)));
  }
  bool truth = false;
  if (of["boolValue"].get(truth) == simdjson::SUCCESS) return truth ? "true" : "false";
  double number = 0;
  if (of["doubleValue"].get(number) == simdjson::SUCCESS) return std::to_string(number);
  wrong("an attribute has no value");
}

std::map<std::string, std::string> attributes_of(element of) {
  std::map<std::string, std::string> read;
  simdjson::dom::array all;
  if (of["attributes"].get(all) != simdjson::SUCCESS) return read;
  for (const element one : all) {
    element value;
    if (one["value"].get(value) != simdjson::SUCCESS) wrong("an attribute has no value");
    read[text_at(one, "key")] = value_of(value);
  }
  return read;
}

received_span read_span(element from) {
  received_span read;
  read.trace_id = hex_at(from, "traceId", 16);
  read.span_id = hex_at(from, "spanId", 8);
  read.parent_id = hex_at(from, "parentSpanId", 8, true);
  read.trace_state = text_at(from, "traceState", true);
  read.name = text_at(from, "name");
  if (from["kind"].get(read.kind) != simdjson::SUCCESS) wrong("kind is no number");
  read.begun = integer_of(text_at(from, "startTimeUnixNano"));
  read.ended = integer_of(text_at(from, "endTimeUnixNano"));
  if (read.ended < read.begun) wrong("it ends before it begins");
  read.attributes = attributes_of(from);
  simdjson::dom::array links;
  if (from["links"].get(links) == simdjson::SUCCESS) {
    for (const element one : links) {
      read.links.emplace_back(hex_at(one, "traceId", 16), hex_at(one, "spanId", 8));
    }
  }
  element status;
  if (from["status"].get(status) == simdjson::SUCCESS) {
    std::int64_t code = 0;
    if (status["code"].get(code) != simdjson::SUCCESS) wrong("code is no number");
    read.has_failed = code == 2;
    read.failure = text_at(status, "message", true);
  }
  return read;
}

simdjson::dom::array array_at(element of, std::string_view key) {
  simdjson::dom::array found;
  if (of[key].get(found) != simdjson::SUCCESS) wrong("without " + std::string(key));
  return found;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

/// Of a request up to its empty line.
received_post read_head(std::string_view head) {
  received_post read;
  const std::size_t end = head.find("\r\n");
  const std::string_view first = head.substr(0, end);
  if (!first.starts_with("POST ") || !first.ends_with(" HTTP/1.1")) wrong("no post");
  read.target = first.substr(5, first.size() - 14);
  for (head.remove_prefix(end + 2); !head.empty();) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(": ");
    read.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return read;
}

}  // namespace

scripted_answer answer_of(int status, const std::string& more, const std::string& body) {
  return {.bytes = "HTTP/1.1 " + std::to_string(status) + " Said\r\n" + more +
                   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

std::vector<received_span> read_spans(const std::string& body,
                                      std::map<std::string, std::string>* resource) {
  simdjson::dom::parser parser;
  element all;
  if (parser.parse(body).get(all) != simdjson::SUCCESS) wrong("no JSON");
  std::vector<received_span> read;
  for (const element one : array_at(all, "resourceSpans")) {
    element who;
    if (one["resource"].get(who) != simdjson::SUCCESS) wrong("without resource");
    if (resource != nullptr) *resource = attributes_of(who);
    for (const element scope : array_at(one, "scopeSpans")) {
      for (const element each : array_at(scope, "spans")) read.push_back(read_span(each));
    }
  }
  return read;
}

std::string collector::url() const {
  return "http://127.0.0.1:" + std::to_string(listener_.port());
}

task<> collector::serve() {
  for (;;) serving_.spawn(serve_one(co_await listener_.accept(), ++connections));
}

task<> collector::serve_one(tcp_stream on, std::size_t number) {
  std::string come;
  std::array<std::byte, 4096> piece;
  for (;;) {
    for (std::size_t end = come.find("\r\n\r\n"); end != come.npos;) {
      received_post post = read_head(std::string_view(come).substr(0, end + 2));
      const auto size = static_cast<std::size_t>(integer_of(post.headers["content-length"]));
      if (come.size() < end + 4 + size) break;
      post.body = come.substr(end + 4, size);
      post.connection = number;
      come.erase(0, end + 4 + size);
      posts.push_back(std::move(post));
      posted_.set();
      const bool goes_on = co_await answer(on);
      if (!goes_on) co_return;
      end = come.find("\r\n\r\n");
    }
    const auto count = co_await on.read_some(piece).as_result();
    if (!count && count.error().is_cancelled()) throw count.error();
    if (!count || *count == 0) co_return;
    come.append(reinterpret_cast<const char*>(piece.data()), *count);
  }
}

task<bool> collector::answer(tcp_stream& on) {
  scripted_answer next = answer_of(200, {}, "{}");
  if (!script.empty()) {
    next = std::move(script.front());
    script.pop_front();
  }
  const auto written = co_await on.write_all(next.bytes).as_result();
  if (!written && written.error().is_cancelled()) throw written.error();
  if (next.stalls) {
    manual_reset_event never;
    co_await never.wait();
  }
  co_return written.has_value() && !next.closes;
}

task<> collector::wait_for_posts(std::size_t count) {
  while (posts.size() < count) {
    posted_.reset();
    co_await posted_.wait();
  }
}

task<received_span> collector::wait_for(std::string name) {
  for (;;) {
    const auto found = named(name);
    if (!found.empty()) co_return found.front();
    posted_.reset();
    co_await posted_.wait();
  }
}

std::vector<received_span> collector::spans() const {
  std::vector<received_span> all;
  for (const received_post& one : posts) {
    for (received_span& each : read_spans(one.body)) all.push_back(std::move(each));
  }
  return all;
}

std::vector<received_span> collector::named(std::string_view name) const {
  std::vector<received_span> found = spans();
  std::erase_if(found, [name](const received_span& one) { return one.name != name; });
  return found;
}

}  // namespace weir::test
