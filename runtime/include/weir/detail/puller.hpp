// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/crew.hpp"
#include "weir/stream.hpp"

namespace weir::detail {

/// A source with a task of its own that asks it, so that its next value may be on its way while
/// nobody waits for it.
///
/// It asks once for each ask(): the source is never more than one value ahead.
template <class T>
class puller final : public crew::answer {
 public:
  explicit puller(stream<T> source) noexcept : source_(std::move(source)) {}
  ~puller() { unlink(); }

  /// Wants an answer, where none is there or on its way.
  void ask() noexcept {
    if (wanted_ || answered() || ended_) return;
    wanted_ = true;
    asked_.ring();
  }
  bool answered() const noexcept { return is_linked(); }
  const pulled<T>& answer() const noexcept { return answer_; }
  pulled<T> take() {
    unlink();
    return std::exchange(answer_, {});
  }

  /// The task, of `members`.
  task<> work(crew& members) {
    while (!ended_) {
      while (!wanted_) static_cast<void>(co_await asked_.wait());
      answer_ = co_await pull(source_);
      wanted_ = false;
      ended_ = !answer_;
      members.answers.push_back(*this);
      members.news.ring();
    }
  }

 private:
  stream<T> source_;
  bell asked_;
  pulled<T> answer_;
  bool wanted_ = false;
  bool ended_ = false;
};

/// A crew of one, for an operator that must not lose its source when it has waited long enough.
template <class T>
struct pulling final : crew {
  pulling(scope& owner, stream<T> from) : crew(owner), source(std::move(from)) {}
  void begin() { spawn(source.work(*this)); }

  puller<T> source;
};

}  // namespace weir::detail
