// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include "consumer.hpp"
#include "weir/postgres/error.hpp"

namespace weir::detail {

nats::service_error refusal_of(const error& failure, const failed_request& request) {
  constexpr int failed = 500;
  constexpr int unavailable = 503;
  constexpr int timed_out = 504;
  const std::string& text = failure.message();
  const auto* by_server = dynamic_cast<const postgres::error*>(&failure);
  if (by_server != nullptr && by_server->commit_unknown()) return {timed_out, text};

  const bool is_finishing = request.at == request_progress::finishing;
  const bool for_now = failure.disposition() == disposition::retry;
  // While the database cannot be reached, whatever fails for now fails for that; but since the
  // COMMIT nobody knows.
  if (!is_finishing && for_now && !request.database_down.empty()) {
    return {unavailable, "PostgreSQL cannot be reached: " + request.database_down};
  }
  if (request.is_late && failure.is(errc::deadline_exceeded)) {
    if (request.at == request_progress::waiting) {
      return {unavailable, "no worker was free before the deadline"};
    }
    return {timed_out, "the deadline passed while it was handled"};
  }
  if (is_outage(failure) || (by_server != nullptr && for_now)) return {unavailable, text};
  if (!is_finishing || failure.is(errc::deadline_exceeded)) return nats::to_service_error(failure);
  // The streams' and the database's refusals are no fault of who asks.
  return {for_now ? unavailable : failed, text};
}

}  // namespace weir::detail
