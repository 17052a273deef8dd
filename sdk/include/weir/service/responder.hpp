// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <type_traits>

#include "weir/detail/type_name.hpp"
#include "weir/error.hpp"
#include "weir/event/json.hpp"
#include "weir/event/request_to.hpp"
#include "weir/service/detail/handler_signature.hpp"
#include "weir/service/detail/responder_entry.hpp"

/// Responders: handlers that answer requests. Their parameters decide how their work is committed:
///
///     weir::task<Quote> quote(QuoteRequested asked);
///     weir::task<Quote> quote(QuoteRequested asked, weir::tx& db);
///     weir::task<Quote> quote(QuoteRequested asked, weir::publications& events);
///
/// - `tx&`: a transaction of its own, committed before the reply is sent. What it publishes is
///   stored in the same commit and sent after it. Nothing is remembered of a request, so one that
///   is asked again is handled again.
/// - `publications&`: the events are published when it has returned, and confirmed by their streams
///   before the reply is sent. Where that fails, some may be there all the same.
/// - `caller&`, beside either or alone: asks other services, see caller.hpp.
///
/// A request that fails is answered, never left alone, with the headers `Nats-Service-Error-Code`
/// and `Nats-Service-Error` (ADR-32):
///
/// | code | what happened |
/// |---|---|
/// | 400 | the body is no such request; the handler's `invalid_argument` or `invalid_input` |
/// | 404, 409, 413 | the handler's `not_found`, `conflict`, `limit_exceeded` |
/// | 503 | not now: the database or nats-server is away, no worker was free in time, too many wait,
///         the service ends before it is done; the handler's `unavailable` |
/// | 504 | the deadline passed, or the answer to the COMMIT was lost: it may have been done; the
///         handler's `deadline_exceeded` |
/// | 500 | anything else: another exception, a failed statement, a reply that cannot be sent |
namespace weir::detail {

template <class Function>
struct responder_signature {
  static constexpr bool is_valid = false;
};

template <class Reply, class First, class... Wanted>
  requires(!std::is_void_v<Reply>)
struct responder_signature<task<Reply> (*)(First, Wanted...)> {
  static constexpr bool is_valid = true;
  static constexpr bool is_batch = handled_event<First>::is_batch;
  static constexpr bool request_by_value = handled_event<First>::by_value;
  using request = typename handled_event<First>::type;
  using reply = Reply;

  template <class T>
  static constexpr bool wants = (std::is_same_v<T, Wanted> || ...);
  static constexpr bool dependencies_known =
      ((std::is_same_v<Wanted, tx&> || std::is_same_v<Wanted, publications&> ||
        std::is_same_v<Wanted, caller&>) &&
       ...);
  static constexpr bool publishes_once = !(wants<tx&> && wants<publications&>);

  template <auto Handler>
  static task<Reply> call(First first, const handler_resources& from) {
    return Handler(std::move(first), give_dependency<Wanted>(from)...);
  }
};

/// The reply as JSON; throws `unsupported` where JSON cannot say it, for which nobody who asks is
/// to blame.
template <class Reply>
std::string encode_reply(const Reply& reply) {
  try {
    return json::encode(reply);
  } catch (const error& failure) {
    throw error(errc::unsupported, disposition::permanent,
                "the reply cannot be written: " + failure.message());
  }
}

template <class Request>
event_holder decode_request(std::string_view body) {
  return {new Request(json::decode<Request>(body).value()),
          [](void* request) { delete static_cast<Request*>(request); }};
}

/// Runs a responder. It gets a copy of the request, since it may have to run again.
template <auto Handler, class Signature>
task<std::string> run_responder(const void* request, const handler_resources& from) {
  const auto reply = co_await Signature::template call<Handler>(
      *static_cast<const typename Signature::request*>(request), from);
  co_return encode_reply(reply);
}

template <auto Handler>
responder_entry make_responder_entry() {
  using signature = responder_signature<decltype(Handler)>;
  static_assert(signature::is_valid,
                "weir: an endpoint's responder is a function weir::task<Reply> name(Request "
                "request, ...); handlers of events are registered with weir::durable");
  if constexpr (signature::is_valid) {
    using request = typename signature::request;
    static_assert(!signature::is_batch,
                  "weir: a responder answers one request at a time: it takes no span of them");
    static_assert(signature::request_by_value,
                  "weir: a responder takes its request by value: it outlives the call");
    static_assert(signature::dependencies_known,
                  "weir: after the request a responder may ask for tx& or publications&, and for "
                  "caller&; what const meta& tells only messages of a stream have");
    static_assert(signature::publishes_once,
                  "weir: a responder with tx& publishes through that, not through publications&");
    static_assert(!bound_event<request>,
                  "weir: a responder's request is bound to a stream, which would answer in its "
                  "place: bind it with weir::request_to");
    static_assert(bound_request<request> || bound_event<request>,
                  "weir: the responder's request has no binding: specialise weir::bind for it "
                  "with weir::request_to");
    if constexpr (bound_request<request>) {
      static_assert(std::is_same_v<typename signature::reply, typename bind<request>::reply>,
                    "weir: a responder gives the reply that its request is bound to");
      return {.subject = bind<request>::subject,
              .request_type = type_name<request>(),
              .reply_type = type_name<typename signature::reply>(),
              .has_transaction = signature::template wants<tx&>,
              .decode = decode_request<request>,
              .run = run_responder<Handler, signature>};
    }
  }
}

}  // namespace weir::detail
