// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"
#include "consumer_answer.hpp"
#include "consumer_codec.hpp"
#include "server_level.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

using detail::call_api;
using detail::consumer_answer;
using detail::describe_consumer;

struct consumer_request {
  std::string stream_name;
  detail::json_fields config;
};

struct deleted_answer {
  std::optional<detail::api_error> error;
};

struct unpin_request {
  std::string group;
};

struct unpinned_answer {
  std::optional<detail::api_error> error;
};

struct pause_request {
  std::optional<timestamp> pause_until;
};

struct stream_marker_answer {
  std::optional<std::string> ts;
  std::optional<detail::api_error> error;
};

[[noreturn]] void refuse(const std::string& what, const std::string& why) {
  throw error(errc::invalid_argument, disposition::permanent, what + " cannot be: " + why);
}

detail::wanted_config wanted_of(const std::string& stream, const std::string& name,
                                const consumer_config& wanted) {
  check_name("stream", stream);
  check_name("consumer", name);
  if (wanted.filter_subject) static_cast<void>(subject_pattern(*wanted.filter_subject));
  for (const auto& pattern : wanted.filter_subjects) static_cast<void>(subject_pattern(pattern));
  const std::string what = describe_consumer(stream, name);
  if (wanted.filter_subject && !wanted.filter_subjects.empty())
    refuse(what, "it has filter_subject and filter_subjects; name all in the second");
  return {.what = what, .fields = detail::fields_of(wanted), .rules = detail::consumer_rules()};
}

bool is_there(const consumer_answer& answer, const std::string& what) {
  /// There is no such consumer. Becomes: it is made, by who ensures it; else `not_found`,
  /// permanent. Remedy: none for a service, which makes its own; else correct the name.
  constexpr std::int64_t consumer_not_found = 10014;
  if (answer.error && answer.error->err_code.value_or(0) == consumer_not_found) return false;
  if (answer.error) throw detail::api_failure(*answer.error, what);
  if (!answer.config) throw detail::no_description(what);
  return true;
}

/// The one kind of filter takes the place of the other.
detail::json_fields merged_filters(const detail::wanted_config& wanted,
                                   const detail::json_fields& present) {
  detail::json_fields all = detail::merged(wanted, present);
  if (wanted.fields.contains("filter_subjects")) all.erase("filter_subject");
  if (wanted.fields.contains("filter_subject")) all.erase("filter_subjects");
  return all;
}

/// Makes a consumer that is not there. `operation` is the API's subject.
task<ensured<consumer_info>> create(detail::connection_core& core, std::string stream,
                                    std::string name, std::string operation,
                                    detail::wanted_config wanted) {
  if (detail::needed_server(wanted, nullptr) > detail::since::v2_9) {
    const auto marker = co_await call_api<stream_marker_answer>(core, "STREAM.INFO." + stream, "");
    if (marker.error) throw detail::api_failure(*marker.error, "stream " + stream);
    co_await detail::require_server(core, wanted, nullptr, true, marker.ts.has_value());
  }
  if (!wanted.fields.contains("ack_policy"))
    detail::set_field(wanted.fields, "ack_policy", std::string("explicit"));
  consumer_request request{.stream_name = stream, .config = wanted.fields};
  if (!wanted.fields.contains("durable_name")) detail::set_field(request.config, "name", name);
  const auto made = co_await call_api<consumer_answer>(core, operation, json::encode(request));
  ensured<consumer_info> done{.outcome = ensure_outcome::created,
                              .changes = {},
                              .adjusted = {},
                              .info = detail::info_of(made, stream, name)};
  if (const auto dropped =
          detail::not_taken(wanted, *made.config, "the consumer was made without that"))
    throw *dropped;
  done.adjusted = detail::compare(wanted, *made.config);
  co_return done;
}

task<ensured<consumer_info>> change(detail::connection_core& core, std::string stream,
                                    std::string name, const detail::wanted_config& wanted,
                                    const consumer_answer& present) {
  ensured<consumer_info> done{.outcome = ensure_outcome::unchanged,
                              .changes = detail::compare(wanted, *present.config),
                              .adjusted = {},
                              .info = detail::info_of(present, stream, name)};
  if (done.changes.empty()) co_return done;
  co_await detail::require_server(core, wanted, &done.changes, true, present.ts.has_value());
  const consumer_request request{.stream_name = stream,
                                 .config = merged_filters(wanted, *present.config)};
  const auto made = co_await call_api<consumer_answer>(
      core, "CONSUMER.DURABLE.CREATE." + stream + "." + name, json::encode(request));
  if (made.error)
    throw detail::refused_change(detail::api_failure(*made.error, wanted.what), wanted,
                                 done.changes);
  done.info = detail::info_of(made, stream, name);
  if (const auto dropped = detail::not_taken(wanted, *made.config, "the other fields were changed"))
    throw *dropped;
  done.outcome = ensure_outcome::changed;
  done.adjusted = detail::compare(wanted, *made.config);
  co_return done;
}

std::string random_name() {
  return "weir-" + std::to_string(loop::current().random()) + "-" +
         std::to_string(loop::current().random());
}

task<consumer_info> pause_or_resume(detail::connection_core& core, std::string stream,
                                    std::string consumer, pause_request request) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  const std::string what = describe_consumer(stream, consumer);
  // An older server does not answer this request at all.
  co_await detail::require_2_11(core, "a pause of " + what);
  const std::string place = stream + "." + consumer;
  const auto answer =
      co_await call_api<deleted_answer>(core, "CONSUMER.PAUSE." + place, json::encode(request));
  if (answer.error) throw detail::api_failure(*answer.error, what);
  co_return co_await jetstream(core).consumer_info(stream, consumer);
}

}  // namespace

task<ensured<consumer_info>> jetstream::ensure_consumer(std::string stream,
                                                        consumer_config config) {
  const detail::wanted_config wanted = wanted_of(stream, config.durable, config);
  const std::string place = stream + "." + config.durable;
  const auto present = co_await call_api<consumer_answer>(*core_, "CONSUMER.INFO." + place, "");
  if (!is_there(present, wanted.what))
    co_return co_await create(*core_, stream, config.durable, "CONSUMER.DURABLE.CREATE." + place,
                              wanted);
  co_return co_await change(*core_, stream, config.durable, wanted, present);
}

task<config_comparison> jetstream::compare_consumer(std::string stream, consumer_config config) {
  const detail::wanted_config wanted = wanted_of(stream, config.durable, config);
  const auto present = co_await call_api<consumer_answer>(
      *core_, "CONSUMER.INFO." + stream + "." + config.durable, "");
  if (!is_there(present, wanted.what)) co_return config_comparison{};
  co_return config_comparison{true, detail::compare(wanted, *present.config)};
}

task<consumer_info> jetstream::create_ephemeral_consumer(std::string stream,
                                                         consumer_config config) {
  if (!config.durable.empty())
    refuse(describe_consumer(stream, config.durable),
           "an ephemeral consumer has no durable name; use ensure_consumer for one with a name");
  // Named here, so that a request which is repeated does not make a second one.
  const std::string name = random_name();
  const detail::wanted_config wanted = wanted_of(stream, name, config);
  const auto made =
      co_await create(*core_, stream, name, "CONSUMER.CREATE." + stream + "." + name, wanted);
  co_return made.info;
}

task<consumer_info> jetstream::consumer_info(std::string stream, std::string consumer) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  const auto answer =
      co_await call_api<consumer_answer>(*core_, "CONSUMER.INFO." + stream + "." + consumer, "");
  co_return detail::info_of(answer, stream, consumer);
}

task<> jetstream::delete_consumer(std::string stream, std::string consumer) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  const auto answer =
      co_await call_api<deleted_answer>(*core_, "CONSUMER.DELETE." + stream + "." + consumer, "");
  if (answer.error) throw detail::api_failure(*answer.error, describe_consumer(stream, consumer));
}

task<consumer_info> jetstream::pause_consumer(std::string stream, std::string consumer,
                                              timestamp until) {
  return pause_or_resume(*core_, std::move(stream), std::move(consumer), pause_request{until});
}

task<> jetstream::unpin_consumer(std::string stream, std::string consumer, std::string group) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  check_name("priority group", group);
  const std::string what = "unpin of group " + group + " of " + describe_consumer(stream, consumer);
  co_await detail::require_2_11(*core_, what);
  const std::string body = json::encode(unpin_request{group});
  const auto answer =
      co_await call_api<unpinned_answer>(*core_, "CONSUMER.UNPIN." + stream + "." + consumer, body);
  if (answer.error) throw detail::api_failure(*answer.error, what);
}

task<consumer_info> jetstream::resume_consumer(std::string stream, std::string consumer) {
  return pause_or_resume(*core_, std::move(stream), std::move(consumer), pause_request{});
}

}  // namespace weir::nats
