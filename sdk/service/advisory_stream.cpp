// SPDX-License-Identifier: Apache-2.0
#include "advisory_stream.hpp"

#include "weir/event/subject.hpp"

namespace weir::detail {
namespace {

constexpr const char* own_name = "WEIR_ADVISORIES";
constexpr const char* subject_prefix = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.";

// Of the advisories that are kept; one has some 400 bytes.
constexpr duration kept_for = std::chrono::hours(24 * 30);
constexpr std::int64_t kept_of_consumer_max = 10'000;
constexpr std::int64_t kept_bytes_max = std::int64_t{64} << 20;

task<> make(nats::jetstream& on, std::string like) {
  const auto known = co_await on.stream_info(std::move(like));
  nats::stream_config config;
  config.name = own_name;
  config.subjects.push_back(std::string(subject_prefix) + '>');
  config.description = "what consumers have delivered as often as they may; made by weir";
  config.max_age = kept_for;
  config.max_messages_per_subject = kept_of_consumer_max;
  config.max_bytes = kept_bytes_max;
  config.replicas = known.config.replicas;
  co_await on.ensure_stream(std::move(config));
}

}  // namespace

std::string advisory_subject(const std::string& stream, const std::string& consumer) {
  return subject_prefix + stream + '.' + consumer;
}

task<std::string> advisory_stream(nats::jetstream& on, std::string stream, std::string subject) {
  auto streams = on.stream_names(subject);
  auto found = co_await streams.next();
  if (found) co_return std::move(*found);
  const auto namesake = co_await on.stream_info(own_name).as_result();
  if (namesake) {
    // Made meanwhile by another program.
    for (const auto& pattern : namesake->subjects) {
      if (subject_covers(pattern, subject)) co_return own_name;
    }
    throw error(errc::conflict, disposition::permanent,
                std::string("stream ") + own_name + " exists and does not take " + subject);
  }
  if (!namesake.error().is(errc::not_found)) throw namesake.error();
  co_await make(on, std::move(stream));
  co_return own_name;
}

}  // namespace weir::detail
