// SPDX-License-Identifier: Apache-2.0
#include "job.hpp"

#include <fmt/format.h>

namespace weir::detail {
namespace {

/// A longer one is not kept in the inbox: an index of PostgreSQL takes no more than some 2700 bytes
/// a row.
constexpr std::size_t message_id_bytes_max = 512;

std::string message_id_of(const nats::delivery& message) {
  const auto given = message.header("Nats-Msg-Id");
  if (given && !given->empty() && given->size() <= message_id_bytes_max) return std::string(*given);
  const auto& from = message.info();
  return fmt::format("{}:{:x}", from.stream_sequence, from.time.time_since_epoch().count());
}

}  // namespace

job::job(nats::delivery delivered)
    : message(std::move(delivered)), message_id(message_id_of(message)) {
  may_be_handled = message.info().delivered > 1;
}

void job::identify(std::string id) {
  if (id.empty() || id.size() > message_id_bytes_max) {
    throw error(errc::invalid_argument, disposition::poison,
                fmt::format("the event's id has {} bytes; it must have from 1 to {}", id.size(),
                            message_id_bytes_max));
  }
  message_id = std::move(id);
}

std::string_view job::correlation_id() const {
  const auto given = message.header(correlation_header);
  return given && !given->empty() ? *given : std::string_view(message_id);
}

std::string job::identity() const {
  const auto& from = message.info();
  return fmt::format("{}:{}:{}:{:x}", from.consumer, from.stream, from.stream_sequence,
                     from.time.time_since_epoch().count());
}

std::string place_of(const meta& about) {
  return fmt::format("{}:{}", about.stream, about.stream_sequence);
}

}  // namespace weir::detail
