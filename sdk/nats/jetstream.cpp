// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/jetstream.hpp"

#include "connection_core.hpp"

namespace weir::nats {

task<publication> jetstream::publish_later(const subject& to, std::string_view payload,
                                           publish_options options) {
  return core_->publisher().begin(to, payload, options);
}

task<publish_ack> jetstream::publish(const subject& to, std::string_view payload,
                                     publish_options options) {
  publication sent = co_await core_->publisher().begin(to, payload, options);
  co_return co_await sent.confirmed();
}

}  // namespace weir::nats
