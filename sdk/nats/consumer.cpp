// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/consumer.hpp"

#include "fetch_inbox.hpp"

namespace weir::nats {
namespace {

stream<delivery> pull_messages(jetstream js, std::string stream_name, std::string name,
                               pull_options options) {
  auto source = co_await pull_source::open(js, std::move(stream_name), std::move(name), options);
  while (auto came = co_await source.next()) co_yield std::move(*came);
}

}  // namespace

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

stream<delivery> consumer::messages(pull_options options) const {
  return pull_messages(jetstream(pulls_->core()), pulls_->stream_name(), pulls_->name(), options);
}

}  // namespace weir::nats
