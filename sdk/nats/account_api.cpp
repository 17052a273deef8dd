// SPDX-License-Identifier: Apache-2.0
#include "account_api.hpp"

#include "api.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace detail {
namespace {

struct limits_answer {
  std::optional<std::int64_t> max_memory;
  std::optional<std::int64_t> max_storage;
  std::optional<std::int64_t> max_streams;
  std::optional<std::int64_t> max_consumers;
  std::optional<std::int64_t> max_ack_pending;
  std::optional<std::int64_t> memory_max_stream_bytes;
  std::optional<std::int64_t> storage_max_stream_bytes;
  std::optional<bool> max_bytes_required;
};

struct requests_answer {
  std::optional<std::uint64_t> level;
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> errors;
};

struct account_answer {
  std::optional<std::uint64_t> memory;
  std::optional<std::uint64_t> storage;
  std::optional<std::uint64_t> streams;
  std::optional<std::uint64_t> consumers;
  std::optional<limits_answer> limits;
  std::optional<std::string> domain;
  std::optional<requests_answer> api;
  std::optional<api_error> error;
};

account_limits limits_of(const limits_answer& answer) {
  return {.memory_bytes = answer.max_memory.value_or(-1),
          .storage_bytes = answer.max_storage.value_or(-1),
          .streams = answer.max_streams.value_or(-1),
          .consumers = answer.max_consumers.value_or(-1),
          .max_ack_pending = answer.max_ack_pending.value_or(-1),
          .memory_stream_bytes = answer.memory_max_stream_bytes.value_or(-1),
          .storage_stream_bytes = answer.storage_max_stream_bytes.value_or(-1),
          .max_bytes_required = answer.max_bytes_required.value_or(false)};
}

}  // namespace

task<account_info> ask_account(connection_core& core) {
  const auto answer = co_await call_api<account_answer>(core, "INFO", "");
  if (answer.error) throw api_failure(*answer.error, "JetStream of this account");
  const requests_answer api = answer.api.value_or(requests_answer{});
  co_return account_info{.memory_bytes = answer.memory.value_or(0),
                         .storage_bytes = answer.storage.value_or(0),
                         .streams = answer.streams.value_or(0),
                         .consumers = answer.consumers.value_or(0),
                         .limits = limits_of(answer.limits.value_or(limits_answer{})),
                         .domain = answer.domain.value_or(""),
                         .api_level = api.level.value_or(0),
                         .api_requests = api.total.value_or(0),
                         .api_errors = api.errors.value_or(0)};
}

}  // namespace detail

task<nats::account_info> jetstream::account_info() { return detail::ask_account(*core_); }

}  // namespace weir::nats
