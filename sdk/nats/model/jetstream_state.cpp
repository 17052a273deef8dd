// SPDX-License-Identifier: Apache-2.0
#include "jetstream_state.hpp"

#include "../ack_subject.hpp"
#include "advisory.hpp"
#include "api.hpp"

namespace weir::nats::detail::model {
namespace {

constexpr std::string_view ack_prefix = "$JS.ACK.";
constexpr std::string_view api_prefix = "$JS.API.";
constexpr std::string_view pull_prefix = "$JS.API.CONSUMER.MSG.NEXT.";
constexpr std::string_view direct_get_prefix = "$JS.API.DIRECT.GET.";

}  // namespace

jetstream_state::jetstream_state(broker& core)
    : broker_(core), host_(core), alarm_([this] { settle(); }) {
  broker_.set_listener(this);
}

jetstream_state::~jetstream_state() { broker_.set_listener(nullptr); }

stream_state* jetstream_state::find(const std::string& stream) noexcept {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second.get();
}

consumer_state* jetstream_state::find(const std::string& stream,
                                      const std::string& consumer) noexcept {
  stream_state* const of = find(stream);
  return of == nullptr ? nullptr : of->find(consumer);
}

stream_state& jetstream_state::add(stream_settings settings) {
  const std::string name = *settings.name;
  auto& made = streams_[name];
  made = std::make_unique<stream_state>(host_, std::move(settings));
  host_.advise(
      advisory_subject("STREAM.CREATED", name),
      advisory{.type = advisory_type("stream_action"), .stream = name, .action = "create"});
  return *made;
}

void jetstream_state::erase(const std::string& stream) {
  const auto found = streams_.find(stream);
  found->second->erase_consumers();
  streams_.erase(found);
  host_.advise(
      advisory_subject("STREAM.DELETED", stream),
      advisory{.type = advisory_type("stream_action"), .stream = stream, .action = "delete"});
}

bool jetstream_state::hear(const shared_envelope& said) {
  const std::string_view subject = said->subject;
  bool heard = false;
  if (subject.starts_with(ack_prefix)) {
    heard = hear_ack(*said);
  } else if (subject.starts_with(pull_prefix)) {
    heard = hear_pull(*said);
  } else if (subject.starts_with(direct_get_prefix)) {
    heard = hear_direct_get(*said);
  } else if (subject.starts_with(api_prefix)) {
    api(*this).handle(subject.substr(api_prefix.size()), *said);
    heard = true;
  }
  heard = hear_publication(said) || heard;
  settle();
  return heard;
}

bool jetstream_state::hear_ack(const envelope& said) {
  const auto about = parse_ack_subject(said.subject);
  if (!about) return false;
  consumer_state* const of = find(std::string(about->stream), std::string(about->consumer));
  if (of == nullptr) return false;
  if (host_.acks_to_lose > 0) {
    --host_.acks_to_lose;
  } else {
    of->answer(*about, said.reply, said.payload);
  }
  return true;
}

bool jetstream_state::hear_pull(const envelope& said) {
  const std::string place = said.subject.substr(pull_prefix.size());
  const std::size_t point = std::min(place.find('.'), place.size() - 1);
  consumer_state* const of = find(place.substr(0, point), place.substr(point + 1));
  if (of != nullptr) of->pull(said.reply, said.payload);
  return true;  // The server is a responder to all of its API, and is silent where there is none.
}

bool jetstream_state::hear_direct_get(const envelope& said) {
  const std::string place = said.subject.substr(direct_get_prefix.size());
  const std::size_t point = std::min(place.find('.'), place.size());
  stream_state* const from = find(place.substr(0, point));
  if (from != nullptr && *from->settings().allow_direct) {
    const bool names_subject = point < place.size();
    answer_direct_get(host_, *from, names_subject ? place.substr(point + 1) : "", said);
  }
  return true;
}

bool jetstream_state::hear_publication(const shared_envelope& said) {
  bool heard = false;
  for (const auto& [name, stream] : streams_) {
    if (!stream->takes(said->subject)) continue;
    stream->publish(said);
    heard = true;
  }
  return heard;
}

void jetstream_state::settle() {
  if (is_busy_ || broker_.is_paused()) return;
  is_busy_ = true;
  for (const auto& [name, stream] : streams_) stream->tick();
  host_.flush_advisories();  // Streams may store them.
  time_point next = time_point::max();
  for (const auto& [name, stream] : streams_) next = std::min(next, stream->due());
  is_busy_ = false;
  alarm_.set(next);
}

void jetstream_state::restart(bool keep_store) {
  std::erase_if(streams_, [&](const auto& one) {
    return !keep_store || one.second->settings().storage == "memory";
  });
  for (const auto& [name, stream] : streams_) stream->restart();
  settle();
}

void jetstream_state::end_pulls(int code, const std::string& text) {
  for (const auto& [name, stream] : streams_) stream->end_pulls(code, text);
  settle();
}

}  // namespace weir::nats::detail::model
