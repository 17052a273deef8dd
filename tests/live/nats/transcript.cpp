// SPDX-License-Identifier: Apache-2.0
#include "transcript.hpp"

#include <algorithm>
#include <map>

#include "backends.hpp"
#include "weir/event/json.hpp"

namespace weir::test {
namespace {

/// Whether a value is different each time.
bool is_changing(const std::string& key) {
  constexpr std::string_view keys[] = {"created",     "first_ts", "last_ts", "time",
                                       "last_active", "id",       "api"};
  return std::ranges::find(keys, key) != std::end(keys);
}

/// Whether only servers later than 2.9 say it, of every stream, consumer or account: beside all
/// that 2.9 says, which is what the model says.
bool is_newer(const std::string& key, const std::string& value) {
  constexpr std::string_view keys[] = {"ts",
                                       "compression",
                                       "consumer_limits",
                                       "allow_msg_ttl",
                                       "reserved_memory",
                                       "reserved_storage"};
  return std::ranges::find(keys, key) != std::end(keys) ||
         (key == "metadata" && value.find("_nats.") != std::string::npos) ||
         (key == "cluster" && value.starts_with(R"({"leader":)"));
}

/// In the place of an answer that is another one since a later version than the model's.
const std::string changed_line = "(changed)";

/// The value with its objects' keys in order, and one way to write a string.
std::string canonical(const std::string& text) {
  std::string out;
  if (text.starts_with('{')) {
    const auto fields = json::decode<std::map<std::string, raw_json>>(text).value();
    for (const auto& [key, value] : fields) {
      if (is_newer(key, value.text())) continue;
      out += (out.empty() ? "" : ", ") + key + ": " +
             (is_changing(key) ? "*" : canonical(value.text()));
    }
    return "{" + out + "}";
  }
  if (text.starts_with('[')) {
    const auto items = json::decode<std::vector<raw_json>>(text).value();
    for (const raw_json& one : items) out += (out.empty() ? "" : ", ") + canonical(one.text());
    return "[" + out + "]";
  }
  return text.starts_with('"') ? json::decode<std::string>(text).value() : text;
}

/// "$JS.ACK.S.C.1.1.1.*.0": without the time.
std::string without_time(std::string_view reply) {
  std::string text;
  for (int token = 0; !reply.empty(); ++token) {
    const std::size_t point = std::min(reply.find('.'), reply.size());
    text += (token == 0 ? "" : ".") + (token == 7 ? "*" : std::string(reply.substr(0, point)));
    reply.remove_prefix(std::min(point + 1, reply.size()));
  }
  return text;
}

task<> run_script(nats::connection& link, task<> (*script)(transcript& with),
                  std::vector<std::string>& lines) {
  transcript with(link);
  co_await script(with);
  lines = with.lines();
}

}  // namespace

transcript::transcript(nats::connection& link)
    : link_(link), answers_(link, nats::subject_pattern("answers")) {}

void transcript::note(const nats::message& came) {
  const std::string payload(came.payload());
  std::string line = "< " + std::string(came.subject());
  if (!came.reply().empty()) {
    delivery_ = came.reply();
    line += " reply " + without_time(came.reply());
  }
  auto headers = came.headers();
  std::ranges::sort(headers);
  for (const auto& [name, value] : headers)
    line += " [" + name + ": " + (name == "Nats-Time-Stamp" ? "*" : value) + "]";
  lines_.push_back(line + " " + (payload.starts_with('{') ? canonical(payload) : payload));
}

task<> transcript::hear(std::size_t answers) {
  for (; answers > 0; --answers) {
    const auto came = co_await answers_.next();
    REQUIRE(came.has_value());
    note(*came);
  }
}

task<> transcript::ask(std::string subject, std::string body, std::size_t answers,
                       nats::headers headers) {
  lines_.push_back("> " + subject + " " + body);
  const nats::subject to(subject);
  co_await nats::publish_request(link_, to, here_, body, headers);
  co_await hear(answers);
}

task<> transcript::ask_changed(nats::server_version since, std::string words, std::string subject,
                               std::string body) {
  co_await ask(std::move(subject), std::move(body));
  changed(since, words);
}

void transcript::changed(nats::server_version since, std::string_view words) {
  if (link_.server().version < since) return;
  CAPTURE(lines_.back());
  CHECK(contains(lines_.back(), words));
  lines_.back() = changed_line;
}

task<> transcript::wait_for_pull() {
  nats::jetstream js(link_);
  while ((co_await js.consumer_info("S", "C")).waiting_pulls == 0) {
  }
}

task<> transcript::wait_for_pending(std::uint64_t messages) {
  nats::jetstream js(link_);
  while ((co_await js.consumer_info("S", "C")).pending != messages) {
  }
}

task<> transcript::answer_delivery(std::string body, std::size_t answers) {
  lines_.push_back("> answer " + body);
  const nats::subject to(delivery_);
  if (answers == 0) {
    co_await link_.publish(to, body);
  } else {
    co_await nats::publish_request(link_, to, here_, body);
  }
  co_await hear(answers);
}

void compare_servers(task<> (*script)(transcript& with)) {
  std::vector<std::string> real;
  std::vector<std::string> model;
  live_server server;
  with_connection(server.options(), [&](auto& link) { return run_script(link, script, real); });
  const auto on_model = [&](auto& link) { return run_script(link, script, model); };
  simulate({}, [&] { return run_with_model({.latency = simulated_latency}, on_model); });
  REQUIRE(model.size() == real.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (real[i] != changed_line) CHECK(model[i] == real[i]);
  }
}

}  // namespace weir::test
