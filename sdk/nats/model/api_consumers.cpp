// SPDX-License-Identifier: Apache-2.0
// The operations of the API on consumers.
#include "api.hpp"

namespace weir::nats::detail::model {
namespace {

struct create_request {
  std::string stream_name;
  consumer_settings config;
};

/// "ORDERS.worker" or "ORDERS.worker.orders.>": the tokens of the subject behind the operation.
struct consumer_place {
  std::string stream;
  std::string consumer;
  std::string filter;
};

consumer_place read_place(const std::string& text) {
  consumer_place read;
  const std::size_t first = std::min(text.find('.'), text.size());
  read.stream = text.substr(0, first);
  if (first == text.size()) return read;
  const std::size_t second = std::min(text.find('.', first + 1), text.size());
  read.consumer = text.substr(first + 1, second - first - 1);
  if (second < text.size()) read.filter = text.substr(second + 1);
  return read;
}

create_request read_create(std::string_view body, const consumer_place& at) {
  auto wanted = read_request<create_request>(body);
  if (wanted.stream_name != at.stream) throw stream_mismatch();
  if (at.consumer.find_first_of("/\\") != std::string::npos)
    throw api_fault{400, 10127, "Consumer name can not contain path separators"};
  if (wanted.config.num_replicas.value_or(0) > 1) throw replicas_not_supported();
  return wanted;
}

}  // namespace

void api::create_durable(answer& into, const std::string& place, std::string_view body) {
  const consumer_place at = read_place(place);
  create_request wanted = read_create(body, at);
  const std::string durable = wanted.config.durable_name.value_or("");
  if (durable.empty())
    throw api_fault{400, 10018, "consumer expected to be durable but a durable name was not set"};
  if (durable != at.consumer) {
    throw api_fault{400, 10017, "consumer name in subject does not match durable name in request"};
  }
  into.set_all(stream_at(at.stream).ensure(std::move(wanted.config)).describe());
}

void api::create_consumer(answer& into, const std::string& place, std::string_view body) {
  const consumer_place at = read_place(place);
  create_request wanted = read_create(body, at);
  const std::string durable = wanted.config.durable_name.value_or("");
  if (at.consumer.empty() && !durable.empty()) {
    throw api_fault{400, 10020,
                    "consumer expected to be ephemeral but a durable name was set in request"};
  }
  if (!at.consumer.empty()) {
    if (!durable.empty() && durable != at.consumer) {
      throw api_fault{400, 10017,
                      "consumer name in subject does not match durable name in request"};
    }
    wanted.config.name = at.consumer;
  }
  if (!at.filter.empty() && wanted.config.filter_subject != at.filter) {
    throw api_fault{400, 10131,
                    "Consumer create request did not match filtered subject from create subject"};
  }
  into.set_all(stream_at(at.stream).ensure(std::move(wanted.config)).describe());
}

void api::consumer_info(answer& into, const std::string& place, std::string_view body) {
  if (!is_empty_request(body)) throw not_empty_request();
  const consumer_place at = read_place(place);
  consumer_state* const found = stream_at(at.stream).find(at.consumer);
  if (found == nullptr) throw consumer_not_found();
  into.set_all(found->describe());
}

void api::delete_consumer(answer& into, const std::string& place, std::string_view body) {
  if (!is_empty_request(body)) throw not_empty_request();
  const consumer_place at = read_place(place);
  stream_state& of = stream_at(at.stream);
  if (of.find(at.consumer) == nullptr) throw consumer_not_found();
  of.erase(at.consumer);
  into.set("success", true);
}

void api::consumer_names(answer& into, const std::string& place, std::string_view body) {
  const list_request wanted = read_list_request(body);
  std::vector<std::string> names;
  for (const auto& [name, consumer] : stream_at(place).consumers()) names.push_back(name);
  set_page(into, "consumers", names, wanted.offset.value_or(0), names_page);
}

void api::consumer_list(answer& into, const std::string& place, std::string_view body) {
  const list_request wanted = read_list_request(body);
  std::vector<consumer_description> consumers;
  for (const auto& [name, consumer] : stream_at(place).consumers())
    consumers.push_back(consumer->describe());
  set_page(into, "consumers", consumers, wanted.offset.value_or(0), list_page);
}

}  // namespace weir::nats::detail::model
