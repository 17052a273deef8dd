// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subscriber.hpp"

namespace weir::nats::detail {

/// An address that answers come to, one for as long as its owner lives: subscribed anew, under
/// another name, on every connection, so that an answer to an older connection never comes in.
///
/// Registered with connection_core. Its subscription covers `address() + "." + token`.
class inbox : public subscriber {
 public:
  /// "_INBOX.<random>.<number>" of the present connection; empty before the first.
  const std::string& address() const noexcept { return address_; }

 protected:
  inbox() = default;
  ~inbox() = default;

  /// Whether the server does not let this user listen here: then no answer ever comes.
  bool is_refused_by(const refusal& refused) const {
    return refused.is_subscription && refused.subject == address_ + ".*";
  }

 private:
  std::optional<subscription_request> request_on(std::string address) final {
    address_ = std::move(address);
    return subscription_request{.pattern = address_ + ".*"};
  }

  std::string address_;
};

/// The token behind an inbox's address in the subject of a message to it; empty if it is none.
inline std::string_view token_of(const inbox& box, std::string_view subject) noexcept {
  const std::size_t length = box.address().size();
  if (subject.size() <= length + 1 || !subject.starts_with(box.address())) return {};
  return subject[length] == '.' ? subject.substr(length + 1) : std::string_view();
}

}  // namespace weir::nats::detail
