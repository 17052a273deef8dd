// SPDX-License-Identifier: Apache-2.0
#include "bucket_message.hpp"

#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

task<std::optional<stored_message>> found_or_none(jetstream js, std::string stream,
                                                  task<stored_message> asked) {
  auto found = co_await std::move(asked).as_result();
  if (found.has_value()) co_return std::move(*found);
  if (!found.error().is(errc::not_found)) throw found.error();
  co_await js.stream_info(stream);
  co_return std::nullopt;
}

}  // namespace

task<std::optional<stored_message>> last_in_bucket(jetstream js, std::string stream,
                                                   std::string subject) {
  co_return co_await found_or_none(js, stream, js.last_message(stream, std::move(subject)));
}

task<bool> is_in_bucket(jetstream js, std::string stream, std::string subject,
                        std::uint64_t from_sequence) {
  const auto found = co_await found_or_none(
      js, stream, js.next_message(stream, std::move(subject), from_sequence));
  co_return found.has_value();
}

}  // namespace weir::nats::detail
