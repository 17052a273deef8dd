// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/consumer.hpp"

#include "fetch_inbox.hpp"

namespace weir::nats {

task<consumer> consumer::open(jetstream js, std::string stream, std::string name) {
  const nats::consumer_info info = co_await js.consumer_info(std::move(stream), std::move(name));
  co_return consumer(std::make_unique<detail::fetch_inbox>(js.core(), info));
}

consumer::consumer(std::unique_ptr<detail::fetch_inbox> pulls) noexcept
    : pulls_(std::move(pulls)) {}
consumer::consumer(consumer&&) noexcept = default;
consumer& consumer::operator=(consumer&&) noexcept = default;
consumer::~consumer() = default;

task<fetched> consumer::fetch(std::size_t count, duration expires) {
  return pulls_->fetch(count, expires);
}

}  // namespace weir::nats
