// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/nats/message.hpp"

namespace weir::nats::detail::model {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A message inside the model; never changed once it is sent, so all its receivers share it.
struct envelope {
  std::string subject;
  std::string reply;
  std::string payload;
  header_list headers;

  /// The first value under this name.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// The bytes of the header block, as it stands on the wire; 0 without headers.
  std::size_t header_bytes() const noexcept;
  /// What counts against max_payload: headers and payload.
  std::size_t size() const noexcept { return header_bytes() + payload.size(); }
};

using shared_envelope = std::shared_ptr<const envelope>;

shared_envelope make_envelope(envelope made);

/// The message that a sink gets for it.
message adopt(shared_envelope received);

}  // namespace weir::nats::detail::model
