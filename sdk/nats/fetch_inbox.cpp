// SPDX-License-Identifier: Apache-2.0
#include "fetch_inbox.hpp"

#include "ack_subject.hpp"
#include "connection_core.hpp"
#include "priority.hpp"
#include "pull_limits.hpp"
#include "pull_status.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
fetch_inbox::fetch_inbox(connection_core& core, const nats::consumer_info& of)
    : core_(core),
      stream_(of.stream),
      name_(of.name),
      subject_(pull_subject(core, of.stream, of.name)),
      ack_wait_(of.ack_wait),
      max_expires_(pull_limits(of.config).expires()) {
  core_.add(*this);
}

fetch_inbox::~fetch_inbox() { core_.remove(*this); }

void fetch_inbox::drop_expired() noexcept {
  const time_point now = loop::current().now();
  std::erase_if(came_, [&](const delivery& one) { return now - one.leased_at() >= ack_wait_; });
}

void fetch_inbox::check(const fetch_options& wanted) const {
  WEIR_ASSERT(wanted.count > 0);
  if (wanted.expires < duration::zero() || wanted.heartbeat < duration::zero() ||
      wanted.heartbeat * 2 > wanted.expires) {
    throw error(errc::invalid_argument, disposition::permanent,
                "the options of a fetch from consumer " + name_ +
                    " cannot be used: expires and heartbeat must not be below 0, and heartbeat at "
                    "most half of expires");
  }
  detail::check(wanted.priority, core_, "fetch from consumer " + name_);
}

void fetch_inbox::pull(const fetch_options& wanted, delivery* done) {
  pull_request request{.batch = wanted.count - came_.size()};
  // What is here already is something: then there is nothing to be waited for.
  const bool has_some = wanted.no_wait && !came_.empty();
  const bool waits = wanted.expires > duration::zero() && !has_some;
  if (waits) request.expires = wanted.expires.count();
  if (!waits || wanted.no_wait) request.no_wait = true;
  if (waits && wanted.heartbeat > duration::zero())
    request.idle_heartbeat = wanted.heartbeat.count();
  if (wanted.max_bytes > 0) {
    std::size_t here = 0;
    for (const delivery& one : came_) here += one.wire_size();
    if (here >= wanted.max_bytes) return end(fetch_end::max_bytes, "");
    request.max_bytes = wanted.max_bytes - here;
  }
  request.set(wanted.priority, pin_);
  const std::string body = json::encode(request);
  const std::string reply = address() + "." + std::to_string(++pulls_);
  heard_at_ = loop::current().now();
  if (done != nullptr && !done->is_finished()) {
    if (done->ack_and_pull(reply, "+NXT " + body)) return;
    done->ack();  // The next connection tells it.
  }
  core_.send({.subject = subject_, .reply = reply, .payload = body});
}

task<fetched> fetch_inbox::fetch(fetch_options wanted, delivery* done) {
  co_await turn_.acquire();
  const auto end_turn = [](fetch_inbox* box) {
    box->wanted_ = 0;
    box->turn_.release();
  };
  const std::unique_ptr<fetch_inbox, decltype(end_turn)> turn(this, end_turn);
  // So that the next connection tells it, whether this waits as long or not.
  if (done != nullptr && !core_.is_connected()) done->ack();
  co_await core_.wait_connected();
  check(wanted);
  if (refused_ && refused_->is_subscription) throw not_permitted(*refused_);
  refused_.reset();
  drop_expired();
  wanted_ = wanted.count;
  end_ = fetch_end::complete;
  reason_.clear();
  ended_.reset();
  if (came_.size() < wanted_) {
    pull(wanted, done);
    co_await wait_for_end(wanted);
    if (refused_) throw not_permitted(*refused_);
    // A pull from a consumer that does not exist is not answered, or by nobody: as the server will.
    const bool unsure = end_ == fetch_end::silent || end_ == fetch_end::no_responders;
    if (unsure && co_await is_deleted()) end_ = fetch_end::consumer_deleted;
  }
  fetched got{.messages = {}, .end = end_, .reason = reason_};
  const std::size_t taken = std::min(wanted.count, came_.size());
  const auto last = came_.begin() + static_cast<std::ptrdiff_t>(taken);
  got.messages.assign(std::make_move_iterator(came_.begin()), std::make_move_iterator(last));
  came_.erase(came_.begin(), last);
  co_return got;
}

task<> fetch_inbox::wait_for_end(fetch_options wanted) {
  const duration silence_max = std::max(2 * wanted.heartbeat, core_.patience());
  const time_point overdue =
      saturating_add(loop::current().now(), wanted.expires + core_.patience());
  while (!ended_.is_set()) {
    time_point until = overdue;
    if (wanted.heartbeat > duration::zero()) until = std::min(until, heard_at_ + silence_max);
    const duration left = until - loop::current().now();
    const auto ended = co_await with_timeout(left, as_task(ended_.wait())).as_result();
    if (ended.has_value()) co_return;
    const time_point now = loop::current().now();
    // Cancelled, or a deadline around this one has passed.
    if (!ended.error().is(errc::deadline_exceeded) || now < until) throw ended.error();
    if (now >= overdue) {
      end(fetch_end::silent, "the server did not tell the end of the pull");
    } else if (now >= heard_at_ + silence_max) {
      end(fetch_end::silent, "the server sent no heartbeat");
    }
  }
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
  heard_at_ = loop::current().now();
  const std::string_view token = token_of(*this, received.subject());
  if (token.empty()) {
    const auto info = parse_ack_subject(received.reply());
    if (!info.has_value()) return;  // Not of a consumer: nobody waits for its acknowledgement.
    if (const auto pin = received.header(pin_id_header)) pin_ = *pin;
    came_.emplace_back(std::move(received), *info, core_, ack_wait_, nullptr);
    if (came_.size() >= wanted_) end(fetch_end::complete, "");
    return;
  }
  if (token != std::to_string(pulls_)) return;  // The end of a pull that was given up.
  const pull_status status = read_pull_status(received);
  const status_rule rule = status.rule();
  if (rule.action == status_action::none) return;
  if (rule.action == status_action::clear_pin) pin_.clear();
  end(rule.end, status.shown());
}

void fetch_inbox::on_no_responders(std::string_view subject) noexcept {
  if (token_of(*this, subject) != std::to_string(pulls_)) return;
  end(fetch_end::no_responders, "no such consumer, or it has no leader");
}

void fetch_inbox::on_not_permitted(const refusal& refused) noexcept {
  const bool is_pull = !refused.is_subscription && refused.subject == subject_;
  if (!is_pull && !is_refused_by(refused)) return;
  refused_ = refused;
  end(fetch_end::refused, "not permitted");
}

void fetch_inbox::on_disconnected(const error& why) noexcept {
  end(fetch_end::disconnected, why.message());
}

}  // namespace weir::nats::detail
