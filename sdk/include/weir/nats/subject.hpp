// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::nats {

/// A subject that can be published to: checked text, so that nothing in it ends a protocol line.
///
/// Plain tokens with points between them, no white space, no control characters, no wildcards, 2000
/// bytes at most: a server ends a connection that sends it a longer line. The constructor throws a
/// permanent `invalid_argument` that says what is wrong and where.
class subject {
 public:
  explicit subject(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  const char* c_str() const noexcept { return text_.c_str(); }

  friend bool operator==(const subject&, const subject&) = default;

 private:
  std::string text_;
};

/// The same for what streams and consumers filter by: `*` and a last `>` are allowed.
class subject_pattern {
 public:
  explicit subject_pattern(std::string_view text);

  const std::string& text() const noexcept { return text_; }

  friend bool operator==(const subject_pattern&, const subject_pattern&) = default;

 private:
  std::string text_;
};

/// Throws `invalid_argument` unless `name` can name a stream or consumer: it becomes one token of a
/// subject, so no points, wildcards, slashes, white space or control characters; 255 bytes at most.
/// `what` is for the error text: "stream", "consumer".
void check_name(std::string_view what, std::string_view name);

/// Throws `invalid_argument` unless `name` can be a queue group's: plain tokens like a subject's,
/// 255 bytes at most.
void check_queue_group(std::string_view name);

}  // namespace weir::nats
