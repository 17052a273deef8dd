// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "weir/service/batch.hpp"
#include "weir/service/caller.hpp"
#include "weir/service/meta.hpp"
#include "weir/service/publications.hpp"
#include "weir/service/tx.hpp"
#include "weir/service/unit.hpp"
#include "weir/task.hpp"

namespace weir {

/// What a handler asks for decides how its work is committed.
enum class handler_kind : unsigned char {
  plain,        ///< No database: acknowledged when it returns.
  transaction,  ///< `tx&`: a transaction of its own.
  unit,         ///< `unit&`: committed together with others.
  batch,        ///< A span of events and `tx&`: many in one call and one transaction.
};

namespace detail {

/// What one run of a handler may draw on; only what its form has is set.
struct handler_resources {
  const meta* about = nullptr;
  tx* transaction = nullptr;
  weir::unit* unit = nullptr;
  publications* events = nullptr;
  weir::batch* batch = nullptr;
  caller* others = nullptr;  ///< Of all forms.
};

/// An event without its type.
using event_holder = std::unique_ptr<void, void (*)(void*)>;

/// A handler without its types: how to decode a body, and how to run it on what came of that.
struct handler_entry {
  std::string_view subject;
  std::string_view stream;
  const std::string_view* stream_subjects;
  std::size_t stream_subject_count;
  std::string_view event_type;
  handler_kind kind;
  /// Throws poison for a body that is no such event.
  event_holder (*decode)(std::string_view body);
  /// Of all kinds but batch; the event must live until the task has ended.
  task<> (*run)(const void* event, const handler_resources& from) = nullptr;
  task<> (*run_many)(std::span<const void* const> events, const handler_resources& from) = nullptr;
};

}  // namespace detail
}  // namespace weir
