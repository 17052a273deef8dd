// SPDX-License-Identifier: Apache-2.0
#include "fetch_inbox.hpp"

#include "ack_subject.hpp"
#include "connection_core.hpp"
#include "pull_request.hpp"
#include "pull_status.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// The server tells the end of a pull; when it does not, so long after, the pull is taken for lost.
constexpr auto lost_after = std::chrono::seconds(1);

}  // namespace

fetch_inbox::fetch_inbox(connection_core& core, const nats::consumer_info& of)
    : core_(core),
      stream_(of.stream),
      name_(of.name),
      subject_(pull_subject(of.stream, of.name)),
      ack_wait_(of.ack_wait) {
  core_.add(*this);
}

fetch_inbox::~fetch_inbox() { core_.remove(*this); }

void fetch_inbox::drop_expired() noexcept {
  const time_point now = loop::current().now();
  std::erase_if(came_, [&](const delivery& one) { return now - one.leased_at() >= ack_wait_; });
}

void fetch_inbox::pull(duration expires) {
  pull_request request{
      .batch = wanted_ - came_.size(), .expires = {}, .no_wait = {}, .idle_heartbeat = {}};
  if (expires > duration::zero()) {
    request.expires = expires.count();
  } else {
    request.no_wait = true;
  }
  const std::string body = json::encode(request);
  const std::string reply = address() + "." + std::to_string(++pulls_);
  core_.send({.subject = subject_.c_str(),
              .subject_size = subject_.size(),
              .reply = reply.c_str(),
              .payload = body});
}

task<fetched> fetch_inbox::fetch(std::size_t count, duration expires) {
  WEIR_ASSERT(count > 0);
  co_await turn_.acquire();
  const auto end_turn = [](fetch_inbox* box) {
    box->wanted_ = 0;
    box->turn_.release();
  };
  const std::unique_ptr<fetch_inbox, decltype(end_turn)> turn(this, end_turn);
  co_await core_.wait_connected();
  drop_expired();
  wanted_ = count;
  end_ = fetch_end::complete;
  reason_.clear();
  ended_.reset();
  if (came_.size() < wanted_) {
    pull(expires);
    const auto ended =
        co_await with_timeout(expires + lost_after, as_task(ended_.wait())).as_result();
    if (!ended.has_value() && !ended.error().is(errc::deadline_exceeded)) throw ended.error();
    if (!ended.has_value()) end(fetch_end::timeout, "the server did not tell the end of the pull");
    // A pull from a consumer that does not exist is not answered, or by nobody: as the server will.
    const bool unsure = !ended.has_value() || end_ == fetch_end::no_responders;
    if (unsure && co_await is_deleted()) end_ = fetch_end::consumer_deleted;
  }
  fetched got{.messages = {}, .end = end_, .reason = reason_};
  const std::size_t taken = std::min(count, came_.size());
  const auto last = came_.begin() + static_cast<std::ptrdiff_t>(taken);
  got.messages.assign(std::make_move_iterator(came_.begin()), std::make_move_iterator(last));
  came_.erase(came_.begin(), last);
  co_return got;
}

task<bool> fetch_inbox::is_deleted() {
  const auto info = co_await jetstream(core_).consumer_info(stream_, name_).as_result();
  co_return !info.has_value() && info.error().is(errc::not_found);
}

void fetch_inbox::end(fetch_end how, std::string reason) noexcept {
  if (wanted_ == 0 || ended_.is_set()) return;
  end_ = how;
  reason_ = std::move(reason);
  ended_.set();
}

void fetch_inbox::on_message(message received) noexcept {
  const std::string_view token = token_of(*this, received.subject());
  if (token.empty()) {
    const auto info = parse_ack_subject(received.reply());
    if (!info.has_value()) return;  // Not of a consumer: nobody waits for its acknowledgement.
    came_.emplace_back(std::move(received), *info, core_, ack_wait_, nullptr);
    if (came_.size() >= wanted_) end(fetch_end::complete, "");
    return;
  }
  if (token != std::to_string(pulls_)) return;  // The end of a pull that was given up.
  const pull_status status = read_pull_status(received);
  if (status.is_heartbeat()) return;
  end(status.end(), std::to_string(status.code) + " " + status.text);
}

void fetch_inbox::on_no_responders(std::string_view subject) noexcept {
  if (token_of(*this, subject) != std::to_string(pulls_)) return;
  end(fetch_end::no_responders, "no such consumer, or it has no leader");
}

void fetch_inbox::on_disconnected(const error& why) noexcept {
  end(fetch_end::disconnected, why.message());
}

}  // namespace weir::nats::detail
