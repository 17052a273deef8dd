// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include "weir/event/subject.hpp"
#include "weir/fixed_string.hpp"

/// Which struct is which event: its subject, the stream that keeps it, and the version of its
/// form, said once and checked by the compiler.
///
///     using orders = weir::event_stream<"ORDERS", "orders.>">;
///
///     struct order_created { weir::uuid order_id; std::int64_t amount_cents; };
///     template <>
///     struct weir::bind<order_created> : weir::bound_to<"orders.created", orders, 1> {};
///
/// A subject that is malformed, or that its stream does not cover, does not compile.
namespace weir {

namespace detail {

/// Stream names become file names on the server, and tokens of its API subjects.
constexpr bool is_stream_name(std::string_view name) {
  return check_subject(name) == subject_fault::none && name.find_first_of("./\\") == name.npos;
}

}  // namespace detail

/// A JetStream stream and the subjects that it keeps, wildcards included.
template <fixed_string Name, fixed_string... Subjects>
struct event_stream {
  static_assert(detail::is_stream_name(Name.view()),
                "weir: a stream's name is not empty and has no white space and none of . * > / \\");
  static_assert(sizeof...(Subjects) > 0, "weir: a stream needs at least one subject");
  static_assert(((check_subject_pattern(Subjects.view()) == subject_fault::none) && ...),
                "weir: a stream's subject is malformed: plain tokens, * or a last > between "
                "points, no white space");

  static constexpr std::string_view name = Name.view();
  static constexpr std::string_view subjects[] = {Subjects.view()...};

  static constexpr bool covers(std::string_view subject) {
    return (subject_covers(Subjects.view(), subject) || ...);
  }
};

/// What `bind` of an event inherits: its subject, its `event_stream`, its version from 1 on.
template <fixed_string Subject, class Stream, unsigned Version>
struct bound_to {
 private:
  static constexpr subject_fault fault = check_subject(Subject.view());

 public:
  static_assert(fault != subject_fault::empty, "weir: an event's subject is empty");
  static_assert(fault != subject_fault::empty_token,
                "weir: an event's subject has an empty token (a point at an end or two in a row)");
  static_assert(fault != subject_fault::bad_character,
                "weir: an event's subject has white space or a control character");
  static_assert(fault != subject_fault::wildcard,
                "weir: an event's subject has a wildcard (* or >): it must name one subject");
  static_assert(fault != subject_fault::none || Stream::covers(Subject.view()),
                "weir: the event's stream does not cover its subject: add it to the event_stream");
  static_assert(Version > 0, "weir: versions of events count from 1");

  using stream = Stream;
  static constexpr std::string_view subject = Subject.view();
  static constexpr std::string_view stream_name = Stream::name;
  static constexpr unsigned version = Version;
};

/// The binding of an event type; specialised once for each, beside the type.
template <class Event>
struct bind;

/// A type that has a binding.
template <class T>
concept bound_event = requires {
  typename bind<T>::stream;
  { bind<T>::subject } -> std::convertible_to<std::string_view>;
  { bind<T>::stream_name } -> std::convertible_to<std::string_view>;
  { bind<T>::version } -> std::convertible_to<unsigned>;
};

}  // namespace weir
