// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"
#include "server_level.hpp"
#include "stream_answer.hpp"
#include "stream_codec.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

using detail::call_api;
using detail::stream_answer;

struct done_answer {
  std::optional<std::uint64_t> purged;
  std::optional<detail::api_error> error;
};

struct purge_request {
  std::optional<std::string> filter;
  std::optional<std::uint64_t> seq;
  std::optional<std::uint64_t> keep;
};

void check_pattern(const std::string& text) { static_cast<void>(subject_pattern(text)); }

/// What a subject is changed into: a pattern, in which functions stand in double braces, where
/// blanks are allowed.
void check_destination(const std::string& text) {
  std::string pattern;
  bool is_in_braces = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "{{") == 0) is_in_braces = true;
    if (text.compare(i, 2, "}}") == 0) is_in_braces = false;
    if (!is_in_braces || text[i] != ' ') pattern += text[i];
  }
  check_pattern(pattern);
}

void check_transform(const subject_transform& one) {
  if (!one.source.empty()) check_pattern(one.source);
  if (!one.destination.empty()) check_destination(one.destination);
}

void check_source(const stream_source& from) {
  check_name("stream", from.name);
  if (!from.filter_subject.empty()) check_pattern(from.filter_subject);
  for (const subject_transform& one : from.transforms) check_transform(one);
  if (!from.external) return;
  check_pattern(from.external->api);
  if (!from.external->deliver.empty()) check_pattern(from.external->deliver);
}

void check_subjects(const stream_config& wanted) {
  for (const auto& pattern : wanted.subjects) check_pattern(pattern);
  for (const stream_source& from : wanted.sources) check_source(from);
  if (wanted.mirror) check_source(*wanted.mirror);
  if (wanted.transform) check_transform(*wanted.transform);
  if (!wanted.republish) return;
  if (!wanted.republish->source.empty()) check_pattern(wanted.republish->source);
  check_destination(wanted.republish->destination);
}

detail::wanted_config wanted_of(const stream_config& wanted) {
  check_name("stream", wanted.name);
  check_subjects(wanted);
  return {.what = "stream " + wanted.name,
          .fields = detail::fields_of(wanted),
          .rules = detail::stream_rules()};
}

/// Throws what the server says, unless that is that there is no such stream.
bool is_there(const stream_answer& answer, const std::string& what) {
  if (answer.error && answer.error->code == 404) return false;
  if (answer.error) throw detail::api_failure(*answer.error, what);
  if (!answer.config) throw detail::no_description(what);
  return true;
}

/// Nothing where somebody else has made it, in another form, in this moment.
task<std::optional<ensured<stream_info>>> create(detail::connection_core& core, std::string name,
                                                 const detail::wanted_config& wanted) {
  /// Another stream has the name. Becomes: it is compared and changed as one that was found.
  /// Remedy: none is needed.
  constexpr std::int64_t name_in_use = 10058;
  co_await detail::require_server(core, wanted, nullptr, false, false);
  const auto made =
      co_await call_api<stream_answer>(core, "STREAM.CREATE." + name, json::encode(wanted.fields));
  if (made.error && made.error->err_code == name_in_use) co_return std::nullopt;
  ensured<stream_info> done{.outcome = ensure_outcome::created,
                            .changes = {},
                            .adjusted = {},
                            .info = detail::info_of(made, wanted.what)};
  const auto dropped =
      detail::not_taken(wanted, *made.config, "what was made without that was deleted again");
  // One that was there already, made by somebody else in this moment, is left alone.
  if (dropped && made.did_create.value_or(false))
    co_await call_api<done_answer>(core, "STREAM.DELETE." + name, "");
  if (dropped) throw *dropped;
  done.adjusted = detail::compare(wanted, *made.config);
  co_return done;
}

task<ensured<stream_info>> change(detail::connection_core& core, std::string name,
                                  const detail::wanted_config& wanted,
                                  const stream_answer& present) {
  ensured<stream_info> done{.outcome = ensure_outcome::unchanged,
                            .changes = detail::compare(wanted, *present.config),
                            .adjusted = {},
                            .info = detail::info_of(present, wanted.what)};
  if (done.changes.empty()) co_return done;
  co_await detail::require_server(core, wanted, &done.changes, true, present.ts.has_value());
  const std::string body = json::encode(detail::merged(wanted, *present.config));
  const auto made = co_await call_api<stream_answer>(core, "STREAM.UPDATE." + name, body);
  if (made.error)
    throw detail::refused_change(detail::api_failure(*made.error, wanted.what), wanted,
                                 done.changes);
  done.info = detail::info_of(made, wanted.what);
  if (const auto dropped = detail::not_taken(wanted, *made.config, "the other fields were changed"))
    throw *dropped;
  done.outcome = ensure_outcome::changed;
  done.adjusted = detail::compare(wanted, *made.config);
  co_return done;
}

}  // namespace

task<ensured<stream_info>> jetstream::ensure_stream(stream_config config) {
  const detail::wanted_config wanted = wanted_of(config);
  const std::string info = "STREAM.INFO." + config.name;
  auto present = co_await call_api<stream_answer>(*core_, info, "");
  if (!is_there(present, wanted.what)) {
    auto made = co_await create(*core_, config.name, wanted);
    if (made) co_return std::move(*made);
    present = co_await call_api<stream_answer>(*core_, info, "");
    if (present.error) throw detail::api_failure(*present.error, wanted.what);
    if (!present.config) throw detail::no_description(wanted.what);
  }
  co_return co_await change(*core_, config.name, wanted, present);
}

task<config_comparison> jetstream::compare_stream(stream_config config) {
  const detail::wanted_config wanted = wanted_of(config);
  const auto present = co_await call_api<stream_answer>(*core_, "STREAM.INFO." + config.name, "");
  if (!is_there(present, wanted.what)) co_return config_comparison{};
  co_return config_comparison{true, detail::compare(wanted, *present.config)};
}

task<stream_info> jetstream::stream_info(std::string name) {
  check_name("stream", name);
  const auto answer = co_await call_api<stream_answer>(*core_, "STREAM.INFO." + name, "");
  co_return detail::info_of(answer, "stream " + name);
}

task<> jetstream::delete_stream(std::string name) {
  check_name("stream", name);
  const auto answer = co_await call_api<done_answer>(*core_, "STREAM.DELETE." + name, "");
  if (answer.error) throw detail::api_failure(*answer.error, "stream " + name);
}

task<std::uint64_t> jetstream::purge_stream(std::string name, purge_options options) {
  check_name("stream", name);
  purge_request request;
  if (!options.filter.empty()) request.filter = subject_pattern(options.filter).text();
  if (options.up_to != 0) request.seq = options.up_to;
  if (options.keep != 0) request.keep = options.keep;
  if (request.seq && request.keep)
    throw error(errc::invalid_argument, disposition::permanent,
                "a purge of stream " + name + " cannot have both up_to and keep: leave one 0");
  const auto answer =
      co_await call_api<done_answer>(*core_, "STREAM.PURGE." + name, json::encode(request));
  if (answer.error) throw detail::api_failure(*answer.error, "stream " + name);
  co_return answer.purged.value_or(0);
}

}  // namespace weir::nats
