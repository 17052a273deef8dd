// SPDX-License-Identifier: Apache-2.0
#include "operation_ledger.hpp"

#include <cstdio>
#include <cstdlib>

#include "address_sanitizer.hpp"

namespace weir::detail {
namespace {

[[noreturn]] void refuse(const char* name, int descriptor, const char* what) {
  std::fprintf(
      stderr,
      "weir: operations in flight: %s of descriptor %d: %s\n"
      "  an operation's memory and descriptor must outlive it: cancel it and await its end\n",
      name, descriptor, what);
  std::fflush(stderr);
  std::abort();
}

const char* name_of(io_kind kind) noexcept {
  switch (kind) {
    case io_kind::poll:
      return "poll";
    case io_kind::accept_many:
      return "accept";
    case io_kind::connect:
      return "connect";
    case io_kind::receive:
    case io_kind::receive_many:
      return "receive";
    case io_kind::send:
      return "send";
    case io_kind::receive_message:
      return "receive of a message";
    case io_kind::send_message:
      return "send of a message";
    case io_kind::read_at:
      return "read";
    case io_kind::write_at:
      return "write";
    case io_kind::sync:
    case io_kind::sync_data:
      return "sync";
  }
  return "operation";
}

bool overlap(std::span<const std::byte> one, std::span<const std::byte> other) noexcept {
  return one.data() < other.data() + other.size() && other.data() < one.data() + one.size();
}

}  // namespace

operation_ledger::record operation_ledger::describe(const io_work& operation) noexcept {
  const io_request& request = operation.request();
  record made{.descriptor = request.descriptor,
              .memory = {},
              .is_written = request.kind == io_kind::receive || request.kind == io_kind::read_at,
              .name = name_of(request.kind)};
  // Of a message the size is not in the request; its header is looked at, not what that points to.
  if (request.size > 0) made.memory = {static_cast<const std::byte*>(request.data), request.size};
  return made;
}

void operation_ledger::enter(const io_work& operation) {
  const record starting = describe(operation);
  if (!is_addressable(starting.memory)) {
    refuse(starting.name, starting.descriptor, "its memory is not there when it starts");
  }
  for (const auto& [other, in_flight] : records_) {
    if (!starting.is_written && !in_flight.is_written) continue;
    if (overlap(starting.memory, in_flight.memory)) {
      refuse(starting.name, starting.descriptor, "another operation uses its memory already");
    }
  }
  if (!records_.emplace(&operation, starting).second) {
    refuse(starting.name, starting.descriptor, "it is started twice");
  }
}

void operation_ledger::leave(const io_work& operation) {
  const auto found = records_.find(&operation);
  if (found == records_.end()) refuse("operation", -1, "it ends without a start");
  const record ended = found->second;
  records_.erase(found);
  if (!is_addressable(ended.memory)) {
    refuse(ended.name, ended.descriptor, "its memory was freed while it was in flight");
  }
}

void operation_ledger::check_closing(int descriptor) const {
  for (const auto& [operation, in_flight] : records_) {
    if (in_flight.descriptor == descriptor) {
      refuse(in_flight.name, descriptor, "the descriptor is closed while it is in flight");
    }
  }
}

}  // namespace weir::detail
