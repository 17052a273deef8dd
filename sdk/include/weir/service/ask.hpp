// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "weir/event/json.hpp"
#include "weir/event/request_to.hpp"
#include "weir/nats/request.hpp"

namespace weir {
namespace detail {

/// Asks; throws what ask() throws for an answer that is an error.
task<nats::message> ask_for(nats::connection& over, std::string_view subject, std::string body,
                            nats::request_options options);
/// The error of an answer that is no such reply.
error unreadable_answer(std::string_view subject, const error& why);

/// What is answered to a request; of one without a binding nothing is known.
template <class Request>
struct reply_to {
  using type = void;
};
template <bound_request Request>
struct reply_to<Request> {
  using type = typename bind<Request>::reply;
};

}  // namespace detail

/// Asks at the subject that the request is bound to, and gives the reply.
///
///     const Quote offered = co_await weir::ask(connection, QuoteRequested{"tea"});
///
/// Throws what nats::request() throws. An error that the responder answers is thrown with its text,
/// its code in that, and the weir::errc that stands for it: `invalid_argument` for 400, `not_found`
/// for 404, `conflict` for 409, `limit_exceeded` for 413, all permanent; `unavailable` for 429 and
/// 503, `deadline_exceeded` for 408 and 504, both retry; for another code `unhandled_exception`,
/// retry. An answer that is no such reply is `protocol`, permanent.
template <class Request>
task<typename detail::reply_to<Request>::type> ask(nats::connection& over, Request request,
                                                   nats::request_options options = {}) {
  static_assert(bound_request<Request>,
                "weir: what is asked has no binding: specialise weir::bind for it with "
                "weir::request_to");
  if constexpr (bound_request<Request>) {
    const std::string_view subject = bind<Request>::subject;
    const nats::message answer =
        co_await detail::ask_for(over, subject, json::encode(request), options);
    auto reply = json::decode<typename bind<Request>::reply>(answer.payload());
    if (!reply) throw detail::unreadable_answer(subject, reply.error());
    co_return std::move(*reply);
  }
}

}  // namespace weir
