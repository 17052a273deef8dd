// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/service/meta.hpp"
#include "weir/service/tx.hpp"
#include "weir/service/unit.hpp"
#include "weir/task.hpp"

namespace weir {

/// What a handler asks for decides how its work is committed.
enum class handler_kind : unsigned char {
  plain,        ///< No database: acknowledged when it returns.
  transaction,  ///< `tx&`: a transaction of its own.
  unit,         ///< `unit&`: committed together with others.
};

namespace detail {

/// What one run of a handler may draw on; only the pointer of its kind is set.
struct handler_resources {
  const meta* about = nullptr;
  tx* transaction = nullptr;
  weir::unit* unit = nullptr;
};

template <class Function>
struct handler_signature {
  static constexpr bool is_valid = false;
};

template <class Event, class... Wanted>
struct handler_signature<task<> (*)(Event, Wanted...)> {
  static constexpr bool is_valid = true;
  using event = std::remove_cvref_t<Event>;

  template <class T>
  static constexpr bool is_dependency =
      std::is_same_v<T, tx&> || std::is_same_v<T, unit&> || std::is_same_v<T, const meta&>;
  template <class T>
  static constexpr bool wants = (std::is_same_v<T, Wanted> || ...);

  static constexpr bool dependencies_known = (is_dependency<Wanted> && ...);
  static constexpr handler_kind kind = wants<tx&>     ? handler_kind::transaction
                                       : wants<unit&> ? handler_kind::unit
                                                      : handler_kind::plain;
  static constexpr bool one_commit = !(wants<tx&> && wants<unit&>);
  static constexpr bool event_by_value = !std::is_reference_v<Event> && !std::is_pointer_v<Event>;

  template <class T>
  static T give(const handler_resources& from) {
    if constexpr (std::is_same_v<T, tx&>) {
      return *from.transaction;
    } else if constexpr (std::is_same_v<T, unit&>) {
      return *from.unit;
    } else {
      return *from.about;
    }
  }

  template <auto Handler>
  static task<> run(event decoded, const handler_resources& from) {
    return Handler(std::move(decoded), give<Wanted>(from)...);
  }
};

/// A handler without its types: how to run it on a body.
struct handler_entry {
  std::string_view subject;
  std::string_view stream;
  const std::string_view* stream_subjects;
  std::size_t stream_subject_count;
  handler_kind kind;
  /// Decodes the body (throws poison) and makes the task that handles it.
  task<> (*run)(std::string_view body, const handler_resources& from);
};

template <auto Handler>
handler_entry make_handler_entry() {
  using signature = handler_signature<decltype(Handler)>;
  static_assert(signature::is_valid,
                "weir: a handler is a function weir::task<> name(Event event, ...)");
  if constexpr (signature::is_valid) {
    using event = typename signature::event;
    static_assert(signature::event_by_value,
                  "weir: a handler takes its event by value: it outlives the call");
    static_assert(bound_event<event>,
                  "weir: the handler's event has no binding: specialise weir::bind for it");
    static_assert(signature::dependencies_known,
                  "weir: after the event a handler may ask for tx&, unit& and const meta& only");
    static_assert(signature::one_commit, "weir: a handler asks for tx& or for unit&, not for both");
    return {
        .subject = bind<event>::subject,
        .stream = bind<event>::stream_name,
        .stream_subjects = bind<event>::stream::subjects,
        .stream_subject_count = std::size(bind<event>::stream::subjects),
        .kind = signature::kind,
        .run = [](std::string_view body, const handler_resources& from) -> task<> {
          return signature::template run<Handler>(json::decode<event>(body).value(), from);
        },
    };
  }
}

}  // namespace detail
}  // namespace weir
