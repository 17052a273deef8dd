// SPDX-License-Identifier: Apache-2.0
#include "bench_streams.hpp"

#include "model/server.hpp"
#include "weir/nats/subject.hpp"
#include "weir/service/detail/published_event.hpp"

namespace weir::test {
namespace {

namespace model = nats::detail::model;

constexpr const char* id_header = "Nats-Msg-Id";

bool collides(const model::jetstream_state& all, const std::vector<std::string>& subjects) {
  for (const auto& [name, stream] : all.streams()) {
    for (const auto& theirs : *stream->settings().subjects) {
      for (const auto& ours : subjects) {
        if (model::patterns_collide(theirs, ours)) return true;
      }
    }
  }
  return false;
}

model::stream_state* stream_of(const model::jetstream_state& all, std::string_view subject) {
  for (const auto& [name, stream] : all.streams()) {
    if (stream->takes(subject)) return stream.get();
  }
  return nullptr;
}

/// The sequence of the message with this id, 0 where there is none.
std::uint64_t sequence_of(const model::stream_state& in, std::string_view id) {
  std::uint64_t found = 0;
  for (const auto& [sequence, stored] : in.store().messages()) {
    if (!id.empty() && stored.message->header(id_header) == id) found = sequence;
  }
  return found;
}

nats::stored_message copy_of(const model::stored& from) {
  const std::chrono::nanoseconds since(from.time);
  return {.subject = from.message->subject,
          .sequence = from.sequence,
          .time = timestamp(std::chrono::duration_cast<std::chrono::microseconds>(since)),
          .payload = from.message->payload,
          .headers = from.message->headers};
}

}  // namespace

void bench_streams::make(std::string_view name, const std::string_view* subjects,
                         std::size_t count) {
  model::jetstream_state& all = server_.core().jetstream();
  model::stream_settings wanted;
  wanted.name = std::string(name);
  wanted.subjects.emplace(subjects, subjects + count);
  if (count == 0 || all.find(*wanted.name) != nullptr || collides(all, *wanted.subjects)) return;
  all.add(model::with_defaults(std::move(wanted)));
}

void bench_streams::make_for(const weir::service& which) {
  for (const auto& one : which.registrations()) {
    make(one.entry.stream, one.entry.stream_subjects, one.entry.stream_subject_count);
  }
  const auto* next = weir::detail::published_event::newest();
  for (; next != nullptr; next = next->next()) {
    make(next->stream(), next->subjects(), next->subject_count());
  }
}

std::uint64_t bench_streams::store(std::string_view subject, std::string_view body,
                                   const delivery_options& with) {
  const nats::subject checked(subject);
  model::server& server = server_.core();
  if (server.core().is_paused()) {
    throw error(errc::unavailable, disposition::retry,
                "nothing can be delivered on '" + checked.text() +
                    "': the bench's model of NATS is paused; resume() it first");
  }
  model::stream_state* const to = stream_of(server.jetstream(), subject);
  if (to == nullptr) {
    throw error(errc::not_found, disposition::permanent,
                "no stream takes the subject '" + checked.text() +
                    "': no handler of the service is bound to it, and nothing publishes on it");
  }
  model::envelope made{.subject = checked.text(),
                       .reply = "",
                       .payload = std::string(body),
                       .headers = {with.headers.begin(), with.headers.end()}};
  if (!with.msg_id.empty()) {
    nats::check_header_value(id_header, with.msg_id);
    made.headers.emplace_back(id_header, with.msg_id);
  }
  const auto message = model::make_envelope(std::move(made));
  const std::uint64_t before = to->store().last_sequence();
  if (message->size() <= server.core().max_payload()) to->publish(message);
  const std::uint64_t after = to->store().last_sequence();
  server.jetstream().settle();
  if (after != before) {
    delivered_.insert(message);
    return after;
  }
  if (const std::uint64_t first = sequence_of(*to, with.msg_id); first != 0) return first;
  throw error(errc::limit_exceeded, disposition::permanent,
              "stream '" + to->name() + "' refuses a message of " +
                  std::to_string(message->size()) + " bytes: it is full, or the message too large");
}

std::vector<nats::stored_message> bench_streams::messages(std::string_view subject) const {
  std::vector<nats::stored_message> found;
  const model::stream_state* const in = stream_of(server_.core().jetstream(), subject);
  if (in == nullptr) return found;
  for (const auto& [sequence, stored] : in->store().messages()) {
    if (stored.message->subject != subject || delivered_.contains(stored.message)) continue;
    found.push_back(copy_of(stored));
  }
  return found;
}

std::uint64_t bench_streams::unsettled(const weir::service& which) const {
  std::uint64_t count = 0;
  for (const auto& one : which.registrations()) {
    model::consumer_state* const by =
        server_.core().jetstream().find(std::string(one.entry.stream), one.policy.name());
    if (by == nullptr) continue;
    const auto now = by->describe();
    count += now.num_ack_pending + now.num_pending;
  }
  return count;
}

}  // namespace weir::test
