// SPDX-License-Identifier: Apache-2.0
#include "job.hpp"

#include <fmt/format.h>

#include "event_headers.hpp"
#include "message_ids.hpp"

namespace weir::detail {
namespace {

stream_place place_in_stream(const nats::delivery& message) {
  return {message.info().stream_sequence, message.info().time};
}

}  // namespace

job::job(nats::delivery delivered)
    : message(std::move(delivered)),
      message_id(message_id_of(message.header("Nats-Msg-Id"), place_in_stream(message))),
      came(trace_of(message.message())),
      trace(came) {
  may_be_handled = message.info().delivered > 1;
}

void job::identify(std::string id) { message_id = event_id(std::move(id)); }

std::string_view job::correlation_id() const {
  return correlation_id_of(message.header(correlation_header), message_id);
}

std::string job::identity() const {
  return identity_of(message.info().consumer, message.info().stream, place_in_stream(message));
}

std::string place_of(const meta& about) {
  return fmt::format("{}:{}", about.stream, about.stream_sequence);
}

}  // namespace weir::detail
