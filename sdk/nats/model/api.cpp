// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"

namespace weir::nats::detail::model {
namespace {

struct account_limits {
  std::int64_t max_memory = -1;
  std::int64_t max_storage = -1;
  std::int64_t max_streams = -1;
  std::int64_t max_consumers = -1;
  std::int64_t max_ack_pending = -1;
  std::int64_t memory_max_stream_bytes = -1;
  std::int64_t storage_max_stream_bytes = -1;
  bool max_bytes_required = false;
};

struct api_counts {
  std::uint64_t total = 0;
  std::uint64_t errors = 0;
};

struct account_description {
  std::uint64_t memory = 0;
  std::uint64_t storage = 0;
  std::uint64_t streams = 0;
  std::uint64_t consumers = 0;
  account_limits limits;
  api_counts api;
};

}  // namespace

struct api::route {
  std::string_view subject;  // with a point at its end when a place follows
  const char* operation;
  call handler;
};

const api::route api::routes[] = {
    {"INFO", "account_info", &api::account_info},
    {"STREAM.CREATE.", "stream_create", &api::create_stream},
    {"STREAM.UPDATE.", "stream_update", &api::update_stream},
    {"STREAM.INFO.", "stream_info", &api::stream_info},
    {"STREAM.DELETE.", "stream_delete", &api::delete_stream},
    {"STREAM.PURGE.", "stream_purge", &api::purge_stream},
    {"STREAM.NAMES", "stream_names", &api::stream_names},
    {"STREAM.LIST", "stream_list", &api::stream_list},
    {"STREAM.MSG.GET.", "stream_msg_get", &api::get_message},
    {"STREAM.MSG.DELETE.", "stream_msg_delete", &api::delete_message},
    {"CONSUMER.DURABLE.CREATE.", "consumer_create", &api::create_durable},
    {"CONSUMER.CREATE.", "consumer_create", &api::create_consumer},
    {"CONSUMER.INFO.", "consumer_info", &api::consumer_info},
    {"CONSUMER.DELETE.", "consumer_delete", &api::delete_consumer},
    {"CONSUMER.NAMES.", "consumer_names", &api::consumer_names},
    {"CONSUMER.LIST.", "consumer_list", &api::consumer_list},
};

bool is_empty_request(std::string_view body) {
  if (body.empty()) return true;
  const auto read = json::decode<std::map<std::string, raw_json>>(body);
  return read.has_value() && read->empty();
}

list_request read_list_request(std::string_view body) {
  return is_empty_request(body) ? list_request{} : read_request<list_request>(body);
}

void api::handle(std::string_view operation, const envelope& said) {
  for (const route& one : routes) {
    const bool has_place = one.subject.back() == '.';
    if (has_place ? !operation.starts_with(one.subject) : operation != one.subject) continue;
    answer into(one.operation);
    try {
      (this->*one.handler)(into, std::string(operation.substr(one.subject.size())), said.payload);
    } catch (const api_fault& fault) {
      ++js_.api_errors;
      into.set("error", fault);
    }
    ++js_.api_requests;  // After: a question for this number does not count itself.
    return js_.server().answer(said.reply, into.text());
  }
}

void api::account_info(answer& into, const std::string&, std::string_view) {
  account_description account;
  account.api = {js_.api_requests, js_.api_errors};
  for (const auto& [name, stream] : js_.streams()) {
    const bool in_memory = stream->settings().storage == "memory";
    (in_memory ? account.memory : account.storage) += stream->store().bytes();
    ++account.streams;
    account.consumers += stream->consumers().size();
  }
  into.set_all(account);
}

stream_state& api::stream_at(const std::string& name) {
  stream_state* const found = js_.find(name);
  if (found == nullptr) throw stream_not_found();
  return *found;
}

}  // namespace weir::nats::detail::model
