// SPDX-License-Identifier: Apache-2.0
#include "scripted_server.hpp"

#include <array>
#include <sstream>

#include "weir/when_any.hpp"

namespace weir::test {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// "a.*" for "a.b", and the text itself: what weir subscribes to.
bool covers(std::string_view pattern, std::string_view subject) {
  if (!pattern.ends_with("*")) return pattern == subject;
  pattern.remove_suffix(1);
  return subject.starts_with(pattern) && subject.find('.', pattern.size()) == subject.npos;
}

}  // namespace

task<> scripted_server::serve() {
  for (;;) {
    tcp_stream client = co_await listener_.accept();
    // However it ends: a client that goes away is no failure, and a cancelled accept throws.
    static_cast<void>(co_await serve_one(client).as_result());
  }
}

task<> scripted_server::serve_one(tcp_stream& client) {
  patterns_.clear();
  output_.clear();
  hung_up_.reset();
  has_introduced_ = false;
  owed_pongs_ = 0;
  say("INFO {\"server_id\":\"scripted\",\"server_name\":\"scripted\",\"version\":\"" + version_ +
      "\",\"proto\":1,\"headers\":true,\"max_payload\":1048576}\r\n");
  co_await when_any(read(client), write(client), wait_hang_up());
}

task<> scripted_server::wait_hang_up() { co_await hung_up_.wait(); }

task<> scripted_server::read(tcp_stream& client) {
  std::string input;
  std::array<std::byte, 65536> bytes;
  for (;;) {
    const std::size_t count = co_await client.read_some(bytes);
    if (count == 0) co_return;
    input.append(reinterpret_cast<const char*>(bytes.data()), count);
    while (const std::size_t taken = take(input)) input.erase(0, taken);
  }
}

task<> scripted_server::write(tcp_stream& client) {
  for (;;) {
    co_await has_output_.wait();
    has_output_.reset();
    const std::string now = std::exchange(output_, {});
    co_await client.write_all(now);
  }
}

void scripted_server::say(std::string_view text) {
  output_ += text;
  has_output_.set();
}

void scripted_server::take_ping() {
  if (!std::exchange(has_introduced_, true)) return say(before_first_pong + "PONG\r\n");
  ++owed_pongs_;
  if (!holds_pongs_) give_pong();
}

void scripted_server::give_pong() {
  REQUIRE(owed_pongs_ > 0);
  --owed_pongs_;
  say("PONG\r\n");
}

/// Gives the bytes of one whole command, after doing it; 0 where more must come first.
std::size_t scripted_server::take(std::string_view input) {
  const std::size_t end = input.find("\r\n");
  if (end == input.npos) return 0;
  const std::string_view line = input.substr(0, end);
  if (line.starts_with("PUB ") || line.starts_with("HPUB "))
    return take_message(line, end + 2, input);
  if (line == "PING") take_ping();
  const std::vector<std::string> words = words_of(line);
  if (line.starts_with("SUB ")) patterns_[words.back()] = words[1];
  if (line.starts_with("UNSUB ")) patterns_.erase(words[1]);
  return end + 2;
}

std::size_t scripted_server::take_message(std::string_view line, std::size_t head,
                                          std::string_view input) {
  const std::vector<std::string> words = words_of(line);
  const bool has_headers = line.starts_with("HPUB ");
  const std::size_t sizes = has_headers ? 2 : 1;
  const std::size_t whole = std::stoul(words.back());
  const std::size_t headers = has_headers ? std::stoul(words[words.size() - 2]) : 0;
  if (input.size() < head + whole + 2) return 0;
  const published came{.subject = words[1],
                       .reply = words.size() == 2 + sizes ? "" : words[2],
                       .headers = std::string(input.substr(head, headers)),
                       .payload = std::string(input.substr(head + headers, whole - headers))};
  deliver(came.subject, came.subject, came.reply, came.headers, came.payload);
  if (on_publish) on_publish(came);
  return head + whole + 2;
}

void scripted_server::deliver(const std::string& to, const std::string& subject,
                              const std::string& reply, const std::string& headers,
                              const std::string& payload) {
  for (const auto& one : patterns_) {
    if (!covers(one.second, to)) continue;
    const std::string sizes = (headers.empty() ? "" : std::to_string(headers.size()) + " ") +
                              std::to_string(headers.size() + payload.size());
    say((headers.empty() ? "MSG " : "HMSG ") + subject + " " + one.first + " " +
        (reply.empty() ? "" : reply + " ") + sizes + "\r\n" + headers + payload + "\r\n");
  }
}

}  // namespace weir::test
