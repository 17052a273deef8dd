// SPDX-License-Identifier: Apache-2.0
#include "consumer_answer.hpp"
#include "paged_list.hpp"
#include "stream_answer.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

using detail::connection_core;
using detail::list_page;

struct list_request {
  std::uint64_t offset;
  std::optional<std::string> subject;
};

/// An answer of the API with a page of names, or of descriptions.
template <class Streams, class Consumers>
struct list_answer {
  std::optional<std::uint64_t> total;
  std::optional<std::vector<Streams>> streams;
  std::optional<std::vector<Consumers>> consumers;
  std::optional<detail::api_error> error;
};

using names_answer = list_answer<std::string, std::string>;
using infos_answer = list_answer<detail::stream_answer, detail::consumer_answer>;

/// One request for a page. The list of what is listed is left in the answer.
template <class Answer>
task<Answer> ask_page(connection_core& core, std::string operation, list_request request,
                      std::string what) {
  auto answer = co_await detail::call_api<Answer>(core, operation, json::encode(request));
  if (answer.error) throw detail::api_failure(*answer.error, what);
  co_return answer;
}

list_request request_for(std::uint64_t offset, const std::string& subject) {
  return {offset, subject.empty() ? std::nullopt : std::optional(subject)};
}

task<list_page<std::string>> stream_names_at(connection_core& core, std::string subject,
                                             std::uint64_t offset) {
  auto answer = co_await ask_page<names_answer>(core, "STREAM.NAMES", request_for(offset, subject),
                                                "the list of streams");
  co_return list_page<std::string>{std::move(answer.streams).value_or(std::vector<std::string>()),
                                   answer.total.value_or(0)};
}

task<list_page<stream_info>> streams_at(connection_core& core, std::string subject,
                                        std::uint64_t offset) {
  const auto answer = co_await ask_page<infos_answer>(
      core, "STREAM.LIST", request_for(offset, subject), "the list of streams");
  list_page<stream_info> page{{}, answer.total.value_or(0)};
  if (!answer.streams) co_return page;
  for (const auto& one : *answer.streams)
    page.items.push_back(detail::info_of(one, "a stream of the list"));
  co_return page;
}

task<list_page<std::string>> consumer_names_at(connection_core& core, std::string stream,
                                               std::uint64_t offset) {
  check_name("stream", stream);
  auto answer = co_await ask_page<names_answer>(core, "CONSUMER.NAMES." + stream,
                                                request_for(offset, ""), "stream " + stream);
  co_return list_page<std::string>{std::move(answer.consumers).value_or(std::vector<std::string>()),
                                   answer.total.value_or(0)};
}

task<list_page<consumer_info>> consumers_at(connection_core& core, std::string stream,
                                            std::uint64_t offset) {
  check_name("stream", stream);
  const auto answer = co_await ask_page<infos_answer>(core, "CONSUMER.LIST." + stream,
                                                      request_for(offset, ""), "stream " + stream);
  list_page<consumer_info> page{{}, answer.total.value_or(0)};
  if (!answer.consumers) co_return page;
  for (const auto& one : *answer.consumers)
    page.items.push_back(detail::info_of(one, stream, one.name.value_or("")));
  co_return page;
}

/// A list whose pages `ask` asks for: a function of a connection, a text, and an offset.
template <class Item>
stream<Item> list(connection_core& core, std::string text,
                  task<list_page<Item>> (*ask)(connection_core&, std::string, std::uint64_t)) {
  return detail::paged_list<Item>([&core, text = std::move(text), ask](std::uint64_t offset) {
    return ask(core, text, offset);
  });
}

}  // namespace

stream<std::string> jetstream::stream_names(std::string subject) {
  return list<std::string>(*core_, std::move(subject), stream_names_at);
}

stream<stream_info> jetstream::streams(std::string subject) {
  return list<nats::stream_info>(*core_, std::move(subject), streams_at);
}

stream<std::string> jetstream::consumer_names(std::string of_stream) {
  return list<std::string>(*core_, std::move(of_stream), consumer_names_at);
}

stream<consumer_info> jetstream::consumers(std::string of_stream) {
  return list<nats::consumer_info>(*core_, std::move(of_stream), consumers_at);
}

}  // namespace weir::nats
