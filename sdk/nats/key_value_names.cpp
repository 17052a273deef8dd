// SPDX-License-Identifier: Apache-2.0
#include "key_value_names.hpp"

#include "quoted.hpp"
#include "weir/error.hpp"
#include "weir/nats/subject.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view also) {
  for (const char c : text) {
    if (letters_and_digits.find(c) == letters_and_digits.npos && also.find(c) == also.npos)
      return false;
  }
  return !text.empty();
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view rule) {
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " " + quoted(text) + " cannot be used: " + std::string(rule) +
                  "; encode what users name before it becomes one");
}

bool has_good_points(std::string_view text) {
  return !text.starts_with('.') && !text.ends_with('.') && text.find("..") == text.npos;
}

std::string subject_of(const std::string& bucket, std::string_view key) {
  return "$KV." + bucket + "." + std::string(key);
}

}  // namespace

void check_bucket(std::string_view bucket) {
  if (!consists_of(bucket, "-_"))
    refuse("bucket", bucket, "it has letters, digits, - and _, and at least one of them");
}

std::string key_subject(const std::string& bucket, std::string_view key) {
  if (!consists_of(key, "-/_=.") || !has_good_points(key))
    refuse("key", key,
           "it has letters, digits and -/_= with points between them, and at least one of them");
  return subject(subject_of(bucket, key)).text();
}

std::string key_pattern_subject(const std::string& bucket, std::string_view pattern) {
  if (!consists_of(pattern, "-/_=.*>") || !has_good_points(pattern))
    refuse("pattern of keys", pattern,
           "it has letters, digits, -/_= and whole tokens * or a last >, with points between them");
  return subject_pattern(subject_of(bucket, pattern)).text();
}

std::string key_of(const std::string& bucket, std::string_view subject) {
  const std::string prefix = subject_of(bucket, "");
  return std::string(subject.starts_with(prefix) ? subject.substr(prefix.size()) : subject);
}

}  // namespace weir::nats::detail
