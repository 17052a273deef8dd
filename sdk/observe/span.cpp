// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/span.hpp"

#include <algorithm>

#include "span_record.hpp"
#include "trace_core.hpp"
#include "weir/loop.hpp"
#include "weir/observe/event_context.hpp"

namespace weir {
namespace {

/// At most so many bytes, without half a character at the end.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  constexpr std::size_t character_bytes_max = 4;
  const auto is_inside = [&] { return (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; };
  while (end > bytes_max - character_bytes_max && is_inside()) --end;
  return text.substr(0, end);
}

/// Makes a span the one that others are parts of.
class span_context final : public task_context {
 public:
  explicit span_context(trace_context made) noexcept : trace(std::move(made)) {}

  const trace_context trace;
};

}  // namespace

span::span() noexcept = default;
span::span(span&&) noexcept = default;
span& span::operator=(span&& other) noexcept {
  end();
  record_ = std::move(other.record_);
  return *this;
}
span::~span() { end(); }

span::span(std::string_view name, const span_options& options) {
  detail::trace_core* const core = detail::trace_core::current();
  if (core == nullptr) return;
  const trace_context* parent = options.parent;
  if (parent == nullptr && options.begins == nullptr) parent = current_trace();
  const bool has_recorded_link = std::ranges::any_of(options.links, &trace_context::sampled);
  // Asked before a span's id is made: most are not recorded.
  trace_context trace;
  if (parent == nullptr) trace = options.begins ? *options.begins : trace_context::begin();
  const trace_context& asked = parent == nullptr ? trace : *parent;
  if (!core->rule().records(asked, parent, has_recorded_link)) return;
  if (parent != nullptr) trace = parent->child();
  trace.sampled = true;
  record_ = std::make_unique<detail::span_record>();
  record_->to = core->shared_from_this();
  record_->context = std::move(trace);
  if (parent != nullptr) record_->parent_id = parent->span_id;
  record_->has_remote_parent = options.has_remote_parent;
  record_->kind = options.kind;
  record_->name = cut(name, name_bytes_max);
  for (const trace_context& one : options.links.first(std::min(options.links.size(), links_max))) {
    record_->links.push_back({one.trace_id, one.span_id, one.sampled});
  }
  record_->dropped_links = static_cast<std::uint32_t>(options.links.size() - record_->links.size());
  const driver& clock = loop::current().driver();
  const time_point now = clock.now();
  record_->begun = std::min(options.begun.value_or(now), now);
  record_->begun_at =
      clock.wall_clock() -
      std::chrono::duration_cast<std::chrono::system_clock::duration>(now - record_->begun);
}

trace_context span::context() const {
  return record_ == nullptr ? trace_context() : record_->context;
}

void span::rename(std::string_view name) {
  if (is_recording()) record_->name = cut(name, name_bytes_max);
}

bool span::has_room() {
  if (record_->attributes.size() < attributes_max) return true;
  ++record_->dropped_attributes;
  return false;
}

void span::set_text(std::string_view key, std::string_view text) {
  if (!has_room()) return;
  record_->attributes.push_back(
      {std::string(cut(key, key_bytes_max)), std::string(cut(text, text_bytes_max))});
}

void span::set_bool(std::string_view key, bool value) {
  if (has_room()) record_->attributes.push_back({std::string(cut(key, key_bytes_max)), value});
}

void span::set_integer(std::string_view key, std::int64_t value) {
  if (has_room()) record_->attributes.push_back({std::string(cut(key, key_bytes_max)), value});
}

void span::set_double(std::string_view key, double value) {
  if (has_room()) record_->attributes.push_back({std::string(cut(key, key_bytes_max)), value});
}

void span::fail(std::string_view why) {
  if (!is_recording()) return;
  record_->has_failed = true;
  record_->failure = cut(why, text_bytes_max);
}

void span::fail(const error& why) {
  if (!is_recording() || why.is_cancelled()) return;
  fail(std::string_view(why.message()));
  set_text("error.type",
           std::string(why.code().category().name()) + ":" + std::to_string(why.code().value()));
  set_text("weir.disposition", to_string(why.disposition()));
}

void span::end() noexcept {
  if (record_ == nullptr) return;
  record_->took = loop::current().driver().now() - record_->begun;
  const std::shared_ptr<detail::trace_core> to = std::move(record_->to);
  to->add(std::move(record_));
}

const trace_context* current_trace() noexcept { return detail::trace_of(current_task_context()); }

bool is_tracing() noexcept { return detail::trace_core::current() != nullptr; }

namespace detail {

const trace_context* trace_of(const task_context* at) noexcept {
  for (; at != nullptr; at = at->parent()) {
    if (const auto* inside = dynamic_cast<const span_context*>(at)) return &inside->trace;
    if (const auto* event = dynamic_cast<const event_context*>(at)) {
      return event->trace.is_valid() ? &event->trace : nullptr;
    }
  }
  return nullptr;
}

bool may_record() noexcept {
  if (trace_core::current() == nullptr) return false;
  const trace_context* around = current_trace();
  return around == nullptr || around->sampled;
}

task_context_ptr context_within(const span& around) {
  return task_context_ptr(
      new span_context(around.is_recording() ? around.context() : trace_context::begin(false)));
}

}  // namespace detail
}  // namespace weir
