// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/manual_reset_event.hpp"
#include "weir/mutex.hpp"
#include "weir/nats/responder.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

/// What is behind a responder.
class responder_state {
 public:
  responder_state(connection& over, subject_pattern pattern, request_handler handler,
                  const responder_options& options);

  task<> drain(duration limit);
  task<> close();
  bool has_ended() const noexcept { return subscription_.has_ended(); }
  task<> ended();
  const responder_statistics& statistics() noexcept;
  void reset_statistics() noexcept;

 private:
  task<> answer_for_ever();
  /// Handles one message; gives back the permit that was acquired for it.
  task<> answer(message asked);
  task<reply> handle(message asked);
  task<> send(std::string to, reply made);
  /// Sends without waiting: the one way left to a task that is cancelled.
  void refuse(const std::string& to, const service_error& why) noexcept;
  void count_error(std::string_view what);
  task<> end_running();

  connection& over_;
  const request_handler handler_;
  semaphore handlers_;
  subscription subscription_;
  responder_statistics statistics_;
  std::uint64_t dropped_before_ = 0;  ///< the last reset of the statistics
  manual_reset_event ended_;
  std::optional<error> failure_;  ///< That has ended it.
  scope running_;
  mutex ending_;  // One task at a time waits for the end of what runs.
};

}  // namespace weir::nats::detail
