// SPDX-License-Identifier: Apache-2.0
#include "publish_headers.hpp"

#include "weir/error.hpp"
#include "weir/nats/subject.hpp"

namespace weir::nats::detail {
namespace {

constexpr server_feature subject_of_sequence{"publish_options::expected_last_subject", {2, 11, 0}};
constexpr server_feature message_ttl{"publish_options::ttl", {2, 11, 0}};
constexpr server_feature message_schedule{"publish_options::schedule", {2, 12, 0}};

/// Puts the options of one publication into its headers.
class header_writer {
 public:
  header_writer(const std::string& subject, const publish_options& options)
      : subject_(subject), options_(options) {
    if (options.headers != nullptr) made_.all = *options.headers;
  }

  publish_headers write() && {
    expectations();
    if (options_.rollup != rollup::none)
      add("Nats-Rollup", options_.rollup == rollup::subject ? "sub" : "all");
    if (options_.ttl) {
      add("Nats-TTL", seconds_of(*options_.ttl, "ttl"));
      need(message_ttl);
    }
    schedule();
    return std::move(made_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw error(errc::invalid_argument, disposition::permanent,
                "publish to " + subject_ + ": " + what);
  }

  void add(const char* name, std::string_view value) {
    if (made_.all.find(name).has_value())
      refuse(std::string("header ") + name + " is given as a header and as an option; keep one");
    made_.all.add(name, value);
  }

  void need(const server_feature& feature) {
    if (made_.needs == nullptr || made_.needs->since < feature.since) made_.needs = &feature;
  }

  void expectations() {
    if (!options_.expected_stream.empty()) {
      check_name("stream", options_.expected_stream);
      add("Nats-Expected-Stream", options_.expected_stream);
    }
    if (!options_.expected_last_msg_id.empty())
      add("Nats-Expected-Last-Msg-Id", options_.expected_last_msg_id);
    if (options_.expected_last_sequence)
      add(expected_last_sequence_header, std::to_string(*options_.expected_last_sequence));
    if (options_.expected_last_subject_sequence)
      add(expected_last_subject_sequence_header,
          std::to_string(*options_.expected_last_subject_sequence));
    if (options_.expected_last_subject.empty()) return;
    if (!options_.expected_last_subject_sequence)
      refuse("expected_last_subject is nothing without expected_last_subject_sequence");
    add("Nats-Expected-Last-Subject-Sequence-Subject",
        subject_pattern(options_.expected_last_subject).text());
    need(subject_of_sequence);
  }

  void schedule() {
    if (options_.schedule.empty()) {
      if (!options_.schedule_target.empty() || options_.schedule_ttl)
        refuse("schedule_target and schedule_ttl are nothing without a schedule");
      return;
    }
    if (options_.schedule_target.empty()) refuse("a schedule needs a schedule_target");
    add("Nats-Schedule", options_.schedule);
    add("Nats-Schedule-Target", nats::subject(options_.schedule_target).text());
    if (options_.schedule_ttl)
      add("Nats-Schedule-TTL", seconds_of(*options_.schedule_ttl, "schedule_ttl"));
    need(message_schedule);
  }

  std::string seconds_of(duration span, const std::string& what) const {
    if (span == ttl_never) return "never";
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(span);
    if (whole.count() > 0 && whole == span) return std::to_string(whole.count()) + "s";
    refuse(what + " of " + std::to_string(span.count()) +
           " ns cannot be used: the server counts whole seconds, at least one");
  }

  const std::string& subject_;
  const publish_options& options_;
  publish_headers made_;
};

}  // namespace

publish_headers make_publish_headers(const std::string& subject, const publish_options& options) {
  return header_writer(subject, options).write();
}

}  // namespace weir::nats::detail
