// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string_view>

#include "weir/event/bind.hpp"

namespace weir {

/// What `bind` of a request inherits: the subject at which it is asked, and what is answered. Said
/// once and checked by the compiler, for who asks and who answers.
///
///     struct QuoteRequested { std::string product; };
///     struct Quote { std::int64_t amount_cents; };
///     template <>
///     struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};
///
/// A request is in no stream: a stream that kept its subject would answer it, too, and first.
template <fixed_string Subject, class Reply>
struct request_to {
 private:
  static constexpr subject_fault fault = check_subject(Subject.view());

 public:
  static_assert(fault != subject_fault::empty, "weir: a request's subject is empty");
  static_assert(fault != subject_fault::empty_token,
                "weir: a request's subject has an empty token (a point at an end or two in a row)");
  static_assert(fault != subject_fault::bad_character,
                "weir: a request's subject has white space or a control character");
  static_assert(fault != subject_fault::wildcard,
                "weir: a request's subject has a wildcard (* or >): it must name one subject");

  using reply = Reply;
  static constexpr std::string_view subject = Subject.view();
};

/// A type that has such a binding.
template <class T>
concept bound_request = requires {
  typename bind<T>::reply;
  { bind<T>::subject } -> std::convertible_to<std::string_view>;
};

}  // namespace weir
