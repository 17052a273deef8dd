// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/responder.hpp"

#include "quoted_text.hpp"
#include "responder_state.hpp"

namespace weir::nats {

responder::responder(connection& over, subject_pattern pattern, request_handler handler,
                     responder_options options) {
  WEIR_ASSERT(handler != nullptr);
  if (options.concurrency == 0) {
    throw error(errc::invalid_argument, disposition::permanent,
                "the options of a responder to " + detail::quoted_text(pattern.text()) +
                    " cannot be used: concurrency must be above 0");
  }
  state_ = std::make_unique<detail::responder_state>(over, std::move(pattern), std::move(handler),
                                                     options);
}

responder::responder(responder&&) noexcept = default;
responder::~responder() = default;

task<> responder::drain(duration limit) { return state_->drain(limit); }

task<> responder::close() { return state_->close(); }

bool responder::has_ended() const noexcept { return state_->has_ended(); }

task<> responder::ended() { return state_->ended(); }

const responder_statistics& responder::statistics() const noexcept { return state_->statistics(); }

void responder::reset_statistics() noexcept { state_->reset_statistics(); }

}  // namespace weir::nats
