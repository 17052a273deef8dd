// SPDX-License-Identifier: Apache-2.0
#include "conversation.hpp"

#include <utility>
#include <vector>

#include "response_text.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"

namespace weir::http {
namespace {

/// What a read or an answer costs its loop besides what is measured: waking, and the kernel's part.
constexpr duration step_cost = std::chrono::microseconds(10);
/// A peer that is told that its request is refused still sends it. What it sends is thrown away for
/// so long, since a connection that is closed with unread bytes is reset, and the answer lost.
constexpr duration farewell_limit = std::chrono::seconds(1);
constexpr std::size_t farewell_bytes_max = std::size_t{2} << 20;
/// Of these, at a time.
constexpr std::size_t farewell_bytes = std::size_t{64} << 10;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

conversation::conversation(desk& at, tcp_stream peer)
    : at_(at), peer_(std::move(peer)), is_loopback_(is_from_loopback(peer_.peer())) {
  ++at_.counters.connections;
  ++at_.counters.open;
  at_.waiting.push_back(*this);
}

conversation::~conversation() {
  list_hook::unlink();
  --at_.counters.open;
}

void conversation::displace() noexcept {
  list_hook::unlink();
  ++at_.counters.displaced;
  displaced_.set();
}

task<> conversation::run() {
  const auto first = co_await when_any(converse(), as_task(displaced_.wait())).as_result();
  // What was not taken by now shall not be kept for it by the kernel.
  if (!first || first->index() != 0) peer_.reset();
}

task<> conversation::converse() {
  bool goes_on = true;
  while (goes_on) goes_on = co_await serve_next();
}

/// Answers one request; false when it was the last one.
task<bool> conversation::serve_next() {
  time_point until = saturating_add(loop::current().now(), http_server::patience);
  for (bool has_begun = false;;) {
    const request_reader::step step = reader_.next();
    if (const auto* asked = std::get_if<request_reader::whole_request>(&step)) {
      co_return co_await answer(*asked);
    }
    if (const auto* why = std::get_if<refused_request>(&step)) {
      co_await refuse(*why);
      co_return false;
    }
    const auto wanted = std::get<request_reader::bytes_wanted>(step);
    if (wanted.has_begun && !std::exchange(has_begun, true)) {
      until = saturating_add(loop::current().now(), http_server::patience);
    }
    if (wanted.continues) co_await send(std::string(go_on));
    const auto count = co_await read(reader_.space(), until).as_result();
    if (!count) {
      if (!count.error().is(errc::deadline_exceeded)) throw count.error();
      if (has_begun) co_await refuse({408, "the request took too long"});
      co_return false;
    }
    if (*count == 0) co_return false;
    reader_.add(*count);
  }
}

task<std::size_t> conversation::read(std::span<std::byte> into, time_point until) {
  // At once the first time: its coming was paid, and most who come say all with it.
  if (std::exchange(has_read_, true)) co_await at_.share.wait();
  const std::size_t count = co_await with_deadline(until, as_task(peer_.read_some(into)));
  at_.share.charge(step_cost);
  co_return count;
}

task<bool> conversation::answer(const request_reader::whole_request& asked) {
  served_page* const page = at_.pages.find(asked.head);
  if (page != nullptr) co_await page->share.wait();
  const time_point began = loop::current().now();
  const bool closes = asked.head.closes;
  const page_answer made = at_.pages.answer(page, asked, is_loopback_);
  ++(made.is_of_page ? at_.counters.requests : at_.counters.refused);
  std::string text = response_text(made, {.service = at_.service,
                                          .now = loop::current().driver().wall_clock(),
                                          .has_body = asked.head.method != "HEAD",
                                          .closes = closes});
  reader_.drop();
  const std::size_t sent = peer_.try_write(text);
  (page == nullptr ? at_.share : page->share).charge(loop::current().now() - began + step_cost);
  co_await send_rest(std::move(text), sent);
  // Whoever has just been answered has waited least of all.
  list_hook::unlink();
  at_.waiting.push_back(*this);
  if (closes) co_await see_off();
  co_return !closes;
}

task<> conversation::refuse(refused_request why) {
  ++at_.counters.refused;
  page_answer made;
  made.response = {.status = why.status, .body = std::string(why.why) + '\n'};
  co_await send(response_text(made, {.service = at_.service,
                                     .now = loop::current().driver().wall_clock(),
                                     .has_body = true,
                                     .closes = true}));
  co_await see_off();
}

task<> conversation::send(std::string text) {
  const std::size_t sent = peer_.try_write(text);
  at_.share.charge(step_cost);
  co_await send_rest(std::move(text), sent);
}

task<> conversation::send_rest(std::string text, std::size_t sent) {
  if (sent == text.size()) co_return;
  co_await with_timeout(http_server::patience,
                        peer_.write_all(std::string_view(text).substr(sent)));
}

task<> conversation::see_off() {
  peer_.shutdown_write();
  const time_point until = saturating_add(loop::current().now(), farewell_limit);
  std::vector<std::byte> thrown_away(farewell_bytes);
  for (std::size_t seen = 0; seen < farewell_bytes_max;) {
    const auto count = co_await read(thrown_away, until).as_result();
    if (!count || *count == 0) co_return;
    seen += *count;
  }
}

}  // namespace weir::http
