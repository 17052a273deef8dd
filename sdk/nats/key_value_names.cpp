// SPDX-License-Identifier: Apache-2.0
#include "key_value_names.hpp"

#include "bucket_names.hpp"
#include "weir/nats/subject.hpp"

namespace weir::nats::detail {
namespace {

bool has_good_points(std::string_view text) {
  return !text.starts_with('.') && !text.ends_with('.') && text.find("..") == text.npos;
}

std::string subject_of(const std::string& bucket, std::string_view key) {
  return "$KV." + bucket + "." + std::string(key);
}

}  // namespace

std::string key_subject(const std::string& bucket, std::string_view key) {
  if (!consists_of(key, "-/_=.") || !has_good_points(key))
    refuse_name(
        "key", key,
        "it has letters, digits and -/_= with points between them, and at least one of them");
  return subject(subject_of(bucket, key)).text();
}

std::string key_pattern_subject(const std::string& bucket, std::string_view pattern) {
  if (!consists_of(pattern, "-/_=.*>") || !has_good_points(pattern))
    refuse_name(
        "pattern of keys", pattern,
        "it has letters, digits, -/_= and whole tokens * or a last >, with points between them");
  return subject_pattern(subject_of(bucket, pattern)).text();
}

std::string key_of(const std::string& bucket, std::string_view subject) {
  const std::string prefix = subject_of(bucket, "");
  return std::string(subject.starts_with(prefix) ? subject.substr(prefix.size()) : subject);
}

}  // namespace weir::nats::detail
