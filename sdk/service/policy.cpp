// SPDX-License-Identifier: Apache-2.0
#include "weir/service/policy.hpp"

#include "weir/error.hpp"
#include "weir/event/subject.hpp"

namespace weir {
namespace {

constexpr duration ack_wait_min = std::chrono::seconds(1);

void require(bool holds, const std::string& text) {
  if (!holds) throw error(errc::invalid_argument, disposition::permanent, text);
}

}  // namespace

durable& durable::workers(std::size_t count) {
  require(count > 0 && count <= workers_max, "consumer '" + name_ + "': workers(" +
                                                 std::to_string(count) + ") must be from 1 to " +
                                                 std::to_string(workers_max));
  workers_ = count;
  return *this;
}

durable& durable::retry(std::size_t attempts, const weir::backoff& waits) {
  require(attempts > 0, "consumer '" + name_ + "': retry() needs at least one attempt");
  attempts_ = attempts;
  backoff_ = waits;
  return *this;
}

durable& durable::deadline(duration limit) {
  require(limit > duration::zero(), "consumer '" + name_ + "': deadline() must be positive");
  deadline_ = limit;
  return *this;
}

durable& durable::ack_wait(duration wait) {
  require(wait >= ack_wait_min, "consumer '" + name_ +
                                    "': ack_wait() must be a second or more, or a message would be "
                                    "delivered again while it is still handled");
  ack_wait_ = wait;
  return *this;
}

durable& durable::dead_letter(std::string subject) {
  require(check_subject(subject) == subject_fault::none,
          "consumer '" + name_ + "': dead_letter(\"" + subject + "\") is not a valid subject");
  dead_letter_ = std::move(subject);
  return *this;
}

}  // namespace weir
