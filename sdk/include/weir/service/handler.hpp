// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/detail/type_name.hpp"
#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/service/detail/handler_entry.hpp"
#include "weir/service/detail/handler_signature.hpp"

namespace weir::detail {

template <class Event>
event_holder decode_event(std::string_view body) {
  const auto made = [body] {
    if constexpr (source_of<Event>::is_raw) {
      return new Event{body};
    } else {
      return new Event(json::decode<Event>(body).value());
    }
  };
  return {made(), [](void* event) { delete static_cast<Event*>(event); }};
}

/// Runs a handler of one message. It gets a copy, since it may have to run again.
template <auto Handler, class Signature>
task<> run_on_one(const void* event, const handler_resources& from) {
  return Signature::template call<Handler>(*static_cast<const typename Signature::event*>(event),
                                           from);
}

/// Runs a handler of many messages, whose events it keeps together while that runs.
template <auto Handler, class Signature>
task<> run_on_many(std::span<const void* const> events, const handler_resources& from) {
  using event = typename Signature::event;
  std::vector<event> together;
  together.reserve(events.size());
  for (const void* one : events) together.push_back(*static_cast<const event*>(one));
  co_await Signature::template call<Handler>(std::span<const event>(together), from);
}

template <auto Handler>
handler_entry make_handler_entry() {
  using signature = handler_signature<decltype(Handler)>;
  static_assert(signature::is_valid,
                "weir: a handler is a function weir::task<> name(Event event, ...), or for many "
                "events at a time weir::task<> name(std::span<const Event> events, ...); one that "
                "gives a reply is registered with weir::endpoint");
  if constexpr (signature::is_valid) {
    using event = typename signature::event;
    using source = typename source_of<event>::type;
    static_assert(signature::event_by_value,
                  "weir: a handler takes its event by value: it outlives the call");
    static_assert(bound_event<source>,
                  "weir: the handler's event has no binding: specialise weir::bind for it");
    static_assert(signature::dependencies_known,
                  "weir: after the event a handler may ask for tx&, unit&, publications&, "
                  "const meta&, and caller&; after a span of events for tx&, batch&, and caller&");
    static_assert(signature::one_commit, "weir: a handler asks for tx& or for unit&, not for both");
    static_assert(!signature::is_batch || signature::kind == handler_kind::batch,
                  "weir: a handler of many events asks for tx&: they share one transaction");
    static_assert(signature::publishes_once,
                  "weir: a handler with tx& or unit& publishes through that, not through "
                  "publications&");
    handler_entry made{
        .subject = bind<source>::subject,
        .stream = bind<source>::stream_name,
        .stream_subjects = bind<source>::stream::subjects,
        .stream_subject_count = std::size(bind<source>::stream::subjects),
        .event_type = type_name<event>(),
        .kind = signature::kind,
        .decode = decode_event<event>,
    };
    if constexpr (signature::is_batch) {
      made.run_many = run_on_many<Handler, signature>;
    } else {
      made.run = run_on_one<Handler, signature>;
    }
    return made;
  }
}

}  // namespace weir::detail
