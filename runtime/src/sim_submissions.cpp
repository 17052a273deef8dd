// SPDX-License-Identifier: Apache-2.0
#include "sim_submissions.hpp"

namespace weir::detail {
namespace {

constexpr double chance_to_wait = 0.5;

}  // namespace

bool sim_submissions::holds_start(io_work& operation) {
  if (!waits_ || !dice_.chance(chance_to_wait)) return false;
  starting_.push_back(&operation);
  return true;
}

bool sim_submissions::holds_cancel(io_work& operation) {
  if (!waits_ || !dice_.chance(chance_to_wait)) return false;
  cancelling_.push_back(&operation);
  return true;
}

bool sim_submissions::forget(io_work& operation) {
  return std::erase(starting_, &operation) + std::erase(submitting_, &operation) > 0;
}

bool sim_submissions::submit(const std::function<void(io_work&)>& start,
                             const std::function<void(io_work&)>& cancel) {
  if (starting_.empty() && cancelling_.empty()) return false;
  // One that ends with its start may cancel others that stand here still.
  submitting_.assign(starting_.begin(), starting_.end());
  starting_.clear();
  while (!submitting_.empty()) {
    io_work* operation = submitting_.front();
    submitting_.pop_front();
    start(*operation);
  }
  while (!cancelling_.empty()) {
    io_work* operation = cancelling_.front();
    cancelling_.erase(cancelling_.begin());
    cancel(*operation);
  }
  return true;
}

}  // namespace weir::detail
