// SPDX-License-Identifier: Apache-2.0
#include "object_names.hpp"

#include "base64.hpp"
#include "quoted_text.hpp"
#include "weir/error.hpp"
#include "weir/event/json.hpp"
#include "weir/event/subject.hpp"
#include "weir/loop.hpp"

namespace weir::nats::detail {
namespace {

/// Encoded it has to stand in a subject beside the name of a bucket.
constexpr std::size_t object_name_bytes_max = 1024;
constexpr std::size_t nuid_bytes_max = 255;

[[noreturn]] void refuse(std::string_view name, const std::string& rule) {
  throw error(errc::invalid_argument, disposition::permanent,
              "object name " + quoted_text(name) + " cannot be used: " + rule);
}

/// As nats.go and others write it: they look for the padding.
std::string base64url_padded(std::string_view bytes) {
  std::string text = base64url_encoded(bytes);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

bool is_utf8(std::string_view text) {
  try {
    static_cast<void>(json::encode(std::string(text)));
  } catch (const error&) {
    return false;
  }
  return true;
}

}  // namespace

std::string object_stream(std::string_view bucket) {
  return std::string(object_stream_prefix) + std::string(bucket);
}

std::string meta_subject(const std::string& bucket, std::string_view name) {
  if (name.empty()) refuse(name, "it is empty");
  if (name.size() > object_name_bytes_max)
    refuse(name, "it has " + std::to_string(name.size()) + " bytes, and " +
                     std::to_string(object_name_bytes_max) +
                     " are the most: shorten it, or store a hash of it as the name");
  if (!is_utf8(name)) refuse(name, "it is not UTF-8; encode bytes, as hex for instance");
  return "$O." + bucket + ".M." + base64url_padded(name);
}

std::string all_meta_subjects(const std::string& bucket) { return "$O." + bucket + ".M.>"; }

std::string chunk_subject(const std::string& bucket, std::string_view nuid) {
  if (nuid.size() <= nuid_bytes_max && check_subject(nuid) == subject_fault::none &&
      nuid.find('.') == nuid.npos)
    return "$O." + bucket + ".C." + std::string(nuid);
  throw error(errc::protocol, disposition::permanent,
              "a description of an object in bucket " + bucket + " names its chunks " +
                  quoted_text(nuid) +
                  ", which is no single token of a subject: whoever wrote it does not keep to "
                  "ADR-20; put the object anew");
}

std::string make_nuid() {
  constexpr std::string_view digits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr int digits_a_half = 10;
  std::string nuid;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t random = loop::current().random();
    for (int i = 0; i < digits_a_half; ++i, random /= digits.size())
      nuid += digits[random % digits.size()];
  }
  return nuid;
}

std::string object_shown(const std::string& bucket, std::string_view name) {
  return "object " + quoted_text(name) + " of bucket " + bucket;
}

std::string digest_text(std::string_view hash) { return "SHA-256=" + base64url_padded(hash); }

}  // namespace weir::nats::detail
