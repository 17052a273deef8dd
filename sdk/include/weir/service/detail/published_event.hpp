// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "weir/event/bind.hpp"

namespace weir::detail {

/// An event that something in the program publishes. All of them form a list before main() begins:
/// a bench makes their streams, which a service leaves to whoever owns them.
class published_event {
 public:
  published_event(std::string_view stream, const std::string_view* subjects,
                  std::size_t subject_count) noexcept
      : stream_(stream), subjects_(subjects), subject_count_(subject_count), next_(newest()) {
    newest() = this;
  }

  std::string_view stream() const noexcept { return stream_; }
  const std::string_view* subjects() const noexcept { return subjects_; }
  std::size_t subject_count() const noexcept { return subject_count_; }
  const published_event* next() const noexcept { return next_; }
  static const published_event*& newest() noexcept {
    static constinit const published_event* last = nullptr;
    return last;
  }

 private:
  std::string_view stream_;
  const std::string_view* subjects_;
  std::size_t subject_count_;
  const published_event* next_;
};

template <bound_event Event>
struct published {
  static const published_event use;
};
template <bound_event Event>
const published_event published<Event>::use{bind<Event>::stream_name, bind<Event>::stream::subjects,
                                            std::size(bind<Event>::stream::subjects)};

}  // namespace weir::detail
