// SPDX-License-Identifier: Apache-2.0
#include "otlp_reply.hpp"

#include <charconv>
#include <optional>

#include "weir/event/json.hpp"

namespace weir::detail {

/// What is rejected is a string, as protobuf writes 64 bits; some collectors make it a number.
struct otlp_partial_success {
  std::optional<raw_json> rejected_spans;
};
struct otlp_reply {
  std::optional<otlp_partial_success> partial_success;
};

}  // namespace weir::detail

template <>
inline constexpr auto weir::json_names<weir::detail::otlp_partial_success> =
    weir::name_style::camel_case;
template <>
inline constexpr auto weir::json_names<weir::detail::otlp_reply> = weir::name_style::camel_case;

namespace weir::detail {

std::uint64_t rejected_spans(std::string_view body) {
  const auto read = json::decode<otlp_reply>(body);
  if (!read || !read->partial_success || !read->partial_success->rejected_spans) return 0;
  std::string_view count = read->partial_success->rejected_spans->text();
  if (count.size() >= 2 && count.starts_with('"')) count = count.substr(1, count.size() - 2);
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(count.data(), count.data() + count.size(), value);
  return failure == std::errc() && end == count.data() + count.size() ? value : 0;
}

}  // namespace weir::detail
