// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.hpp"
#include "jetstream_state.hpp"

namespace weir::nats::detail::model {

/// The JetStream API: finds the operation that a subject names, calls it, and answers.
///
/// An operation gets the rest of the subject and the body; what it refuses it throws as an
/// api_fault.
class api {
 public:
  explicit api(jetstream_state& over) noexcept : js_(over) {}

  /// `operation` is the subject without "$JS.API.". One that does not exist is not answered.
  void handle(std::string_view operation, const envelope& said);

 private:
  using call = void (api::*)(answer& into, const std::string& place, std::string_view body);
  struct route;
  static const route routes[];

  void account_info(answer& into, const std::string& place, std::string_view body);

  void create_stream(answer& into, const std::string& place, std::string_view body);
  void update_stream(answer& into, const std::string& place, std::string_view body);
  void stream_info(answer& into, const std::string& place, std::string_view body);
  void delete_stream(answer& into, const std::string& place, std::string_view body);
  void purge_stream(answer& into, const std::string& place, std::string_view body);
  void stream_names(answer& into, const std::string& place, std::string_view body);
  void stream_list(answer& into, const std::string& place, std::string_view body);

  void get_message(answer& into, const std::string& place, std::string_view body);
  void delete_message(answer& into, const std::string& place, std::string_view body);

  void create_consumer(answer& into, const std::string& place, std::string_view body);
  void create_durable(answer& into, const std::string& place, std::string_view body);
  void consumer_info(answer& into, const std::string& place, std::string_view body);
  void delete_consumer(answer& into, const std::string& place, std::string_view body);
  void consumer_names(answer& into, const std::string& place, std::string_view body);
  void consumer_list(answer& into, const std::string& place, std::string_view body);

  stream_state& stream_at(const std::string& name);
  void check_overlap(const stream_settings& wanted);
  std::vector<stream_state*> streams_with(std::string_view subject_filter);

  jetstream_state& js_;
};

/// Whether a body says nothing: none at all, or an object without fields.
bool is_empty_request(std::string_view body);

/// Reads the body of a request; throws the fault for bad JSON.
template <class T>
T read_request(std::string_view body) {
  auto read = json::decode<T>(body);
  if (!read.has_value()) throw invalid_json();
  return std::move(*read);
}

/// The body of a request for a list.
struct list_request {
  std::optional<std::uint64_t> offset;
  std::optional<std::string> subject;
};
list_request read_list_request(std::string_view body);

/// One page of a list, with the numbers that every page has.
template <class T>
void set_page(answer& into, const char* name, const std::vector<T>& all, std::uint64_t offset,
              std::size_t limit) {
  const std::size_t begin = std::min<std::size_t>(offset, all.size());
  const std::size_t end = std::min(begin + limit, all.size());
  into.set("total", all.size());
  into.set("offset", begin);
  into.set("limit", limit);
  into.set(name, std::vector<T>(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                all.begin() + static_cast<std::ptrdiff_t>(end)));
}
inline constexpr std::size_t names_page = 1024;
inline constexpr std::size_t list_page = 256;

/// Answers a request to $JS.API.DIRECT.GET.<stream>[.<subject>] with the message itself.
void answer_direct_get(host& server, const stream_state& from, const std::string& subject,
                       const envelope& said);

/// The header block of a message as it stands on the wire.
std::string header_block(const header_list& headers);

}  // namespace weir::nats::detail::model
