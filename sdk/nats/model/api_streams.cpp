// SPDX-License-Identifier: Apache-2.0
// The operations of the API on streams.
#include <algorithm>

#include "advisory.hpp"
#include "api.hpp"

namespace weir::nats::detail::model {
namespace {

struct info_request {
  std::optional<std::string> subjects_filter;
  std::optional<bool> deleted_details;
  std::optional<std::uint64_t> offset;
};

constexpr std::uint64_t subjects_page = 100'000;

stream_settings read_settings(std::string_view body, const std::string& place) {
  auto wanted = read_request<stream_settings>(body);
  if (wanted.name != place) throw stream_mismatch();
  return with_defaults(std::move(wanted));
}

std::vector<std::uint64_t> deleted_in(const stream_store& store) {
  std::vector<std::uint64_t> gone;
  std::uint64_t expected = store.first_sequence();
  for (const auto& [sequence, message] : store.messages()) {
    for (; expected < sequence; ++expected) gone.push_back(expected);
    ++expected;
  }
  return gone;
}

}  // namespace

void api::check_overlap(const stream_settings& wanted) {
  for (const auto& [name, other] : js_.streams()) {
    if (name == wanted.name) continue;
    for (const std::string& theirs : *other->settings().subjects) {
      for (const std::string& ours : *wanted.subjects) {
        if (patterns_collide(ours, theirs))
          throw api_fault{400, 10065, "subjects overlap with an existing stream"};
      }
    }
  }
}

void api::create_stream(answer& into, const std::string& place, std::string_view body) {
  const stream_settings wanted = read_settings(body, place);
  if (place.find_first_of("/\\") != std::string::npos)
    throw api_fault{400, 10128, "Stream name can not contain path separators"};
  if (*wanted.sealed) throw invalid_stream("stream configuration for create can not be sealed");
  if (const auto fault = check(wanted)) throw *fault;
  if (*wanted.num_replicas > 1) throw replicas_not_supported();
  const stream_state* made = js_.find(place);
  if (made == nullptr) {
    check_overlap(wanted);
    made = &js_.add(wanted);
  } else if (!(made->settings() == wanted)) {
    throw api_fault{400, 10058, "stream name already in use with a different configuration"};
  }
  into.set_all(made->describe());
  into.set("did_create", true);
}

void api::update_stream(answer& into, const std::string& place, std::string_view body) {
  const stream_settings wanted = read_settings(body, place);
  stream_state& present = stream_at(place);
  if (const auto fault = check_update(present.settings(), wanted)) throw *fault;
  check_overlap(wanted);
  present.update(wanted);
  js_.server().advise(
      advisory_subject("STREAM.UPDATED", place),
      advisory{.type = advisory_type("stream_action"), .stream = place, .action = "modify"});
  into.set_all(present.describe());
}

void api::stream_info(answer& into, const std::string& place, std::string_view body) {
  into.set("total", 0);
  into.set("offset", 0);
  into.set("limit", 0);
  const auto wanted = is_empty_request(body) ? info_request{} : read_request<info_request>(body);
  const stream_state& stream = stream_at(place);
  stream_description described = stream.describe();
  if (wanted.deleted_details.value_or(false) && described.state.num_deleted)
    described.state.deleted = deleted_in(stream.store());
  if (wanted.subjects_filter && !wanted.subjects_filter->empty()) {
    auto subjects = stream.store().subjects(*wanted.subjects_filter);
    into.set("total", subjects.size());
    into.set("limit", subjects_page);
    if (!subjects.empty()) described.state.subjects = std::move(subjects);
  }
  into.set_all(described);
}

void api::delete_stream(answer& into, const std::string& place, std::string_view body) {
  if (!is_empty_request(body)) throw not_empty_request();
  stream_at(place);
  js_.erase(place);
  into.set("success", true);
}

void api::purge_stream(answer& into, const std::string& place, std::string_view body) {
  into.set("purged", 0);
  const auto wanted = is_empty_request(body) ? purge_request{} : read_request<purge_request>(body);
  if (wanted.seq.value_or(0) > 0 && wanted.keep.value_or(0) > 0) throw bad_request();
  stream_state& stream = stream_at(place);
  if (*stream.settings().sealed) throw stream_sealed();
  if (*stream.settings().deny_purge) throw api_fault{500, 10110, "stream purge not permitted"};
  into.set("purged", stream.purge(wanted));
  into.set("success", true);
}

std::vector<stream_state*> api::streams_with(std::string_view subject_filter) {
  std::vector<stream_state*> found;
  for (const auto& [name, stream] : js_.streams()) {
    const bool fits = subject_filter.empty() ||
                      std::ranges::any_of(*stream->settings().subjects, [&](const auto& one) {
                        return patterns_collide(one, subject_filter);
                      });
    if (fits) found.push_back(stream.get());
  }
  return found;
}

void api::stream_names(answer& into, const std::string&, std::string_view body) {
  const list_request wanted = read_list_request(body);
  std::vector<std::string> names;
  for (const stream_state* one : streams_with(wanted.subject.value_or("")))
    names.push_back(one->name());
  set_page(into, "streams", names, wanted.offset.value_or(0), names_page);
  if (names.empty()) into.set("streams", raw_json());  // As the server has it: null.
}

void api::stream_list(answer& into, const std::string&, std::string_view body) {
  const list_request wanted = read_list_request(body);
  std::vector<stream_description> streams;
  for (const stream_state* one : streams_with(wanted.subject.value_or("")))
    streams.push_back(one->describe());
  set_page(into, "streams", streams, wanted.offset.value_or(0), list_page);
}

}  // namespace weir::nats::detail::model
