// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

#include "weir/clock.hpp"
#include "weir/error.hpp"
#include "weir/resilience/error_predicate.hpp"

namespace weir {

/// What is done with a message whose handling has failed; made by the functions below.
struct error_action {
  enum class kind : unsigned char { retry_now, retry_later, dead_letter, discard, pause };
  kind what = kind::retry_later;
  duration wait = {};  ///< Of `pause`.
};

/// It is handled again at once, as long as it has attempts left.
inline error_action retry_now() { return {error_action::kind::retry_now}; }
/// It is handled again after the policy's back-off, as long as it has attempts left.
inline error_action retry_later() { return {error_action::kind::retry_later}; }
/// It is given up now: a dead letter.
inline error_action to_dead_letter() { return {error_action::kind::dead_letter}; }
/// It is ended without a trace but a count: nobody will miss it.
inline error_action discard() { return {error_action::kind::discard}; }
/// Nothing more is handled for so long, this message included; no attempt is counted.
inline error_action pause_for(duration wait) { return {error_action::kind::pause, wait}; }

/// Errors with this code: `error_is(weir::errc::not_found)`, or, of PostgreSQL,
/// `error_is(weir::postgres::sqlstate_code("23505"))`.
inline error_predicate error_is(std::error_code code) {
  return [code](const error& failure) { return failure.code() == code; };
}
inline error_predicate error_is(errc code) { return error_is(make_error_code(code)); }

}  // namespace weir
