// SPDX-License-Identifier: Apache-2.0
#include "cnats_message.hpp"

#include <cstdlib>

#include "weir/loop.hpp"

namespace weir::nats::detail {
namespace {

/// Messages kept for one batch, at most; large ones are not worth keeping.
constexpr std::size_t retired_max = 4096;
constexpr std::size_t retired_bytes_max = 8U << 20;

/// The messages of this thread that wait to be destroyed together.
class retired_messages {
 public:
  ~retired_messages() { destroy_all(); }

  void add(natsMsg* native) {
    weir::loop* home = loop::current_or_null();
    if (home == nullptr) return natsMsg_Destroy(native);
    if (waiting_.empty()) home->post([this] { destroy_all(); });
    bytes_ += static_cast<std::size_t>(natsMsg_GetDataLength(native));
    waiting_.push_back(native);
    if (waiting_.size() >= retired_max || bytes_ >= retired_bytes_max) destroy_all();
  }

 private:
  void destroy_all() noexcept {
    for (natsMsg* native : waiting_) natsMsg_Destroy(native);
    waiting_.clear();
    bytes_ = 0;
  }

  std::vector<natsMsg*> waiting_;
  std::size_t bytes_ = 0;
};

thread_local retired_messages retired;

natsMsg* as_native(const void* native) { return static_cast<natsMsg*>(const_cast<void*>(native)); }

std::string_view or_empty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::string_view subject_of(const void* native) noexcept {
  return or_empty(natsMsg_GetSubject(as_native(native)));
}

std::string_view reply_of(const void* native) noexcept {
  return or_empty(natsMsg_GetReply(as_native(native)));
}

std::string_view payload_of(const void* native) noexcept {
  natsMsg* const of = as_native(native);
  return {natsMsg_GetData(of), static_cast<std::size_t>(natsMsg_GetDataLength(of))};
}

std::optional<std::string_view> header_of(void* native, std::string_view name) {
  const char* value = nullptr;
  const std::string key(name);
  if (natsMsgHeader_Get(as_native(native), key.c_str(), &value) != NATS_OK) return std::nullopt;
  return or_empty(value);
}

std::vector<std::pair<std::string, std::string>> headers_of(void* native) {
  std::vector<std::pair<std::string, std::string>> entries;
  const char** names = nullptr;
  int name_count = 0;
  if (natsMsgHeader_Keys(as_native(native), &names, &name_count) != NATS_OK) return entries;
  for (int name = 0; name < name_count; ++name) {
    const char** values = nullptr;
    int value_count = 0;
    if (natsMsgHeader_Values(as_native(native), names[name], &values, &value_count) != NATS_OK)
      continue;
    for (int value = 0; value < value_count; ++value) {
      entries.emplace_back(names[name], or_empty(values[value]));
    }
    std::free(values);
  }
  std::free(names);
  return entries;
}

void release(void* native) noexcept { retire(as_native(native)); }

constexpr message_operations operations{.subject = subject_of,
                                        .reply = reply_of,
                                        .payload = payload_of,
                                        .header = header_of,
                                        .headers = headers_of,
                                        .release = release};

}  // namespace

message adopt(natsMsg* native) noexcept { return {native, operations}; }

void retire(natsMsg* native) noexcept { retired.add(native); }

}  // namespace weir::nats::detail
