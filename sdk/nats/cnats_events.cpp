// SPDX-License-Identifier: Apache-2.0
#include "cnats_events.hpp"

#include <cstdlib>
#include <map>
#include <mutex>

#include "weir/loop.hpp"

namespace weir::nats::detail {
namespace {

/// Who is to be told, by number. The library's thread reads it, so it has a lock.
class listeners {
 public:
  std::uintptr_t add(transport_listener& one) {
    const std::lock_guard held(lock_);
    by_number_.emplace(++last_, entry{&one, &loop::current()});
    return last_;
  }
  void remove(std::uintptr_t number) {
    const std::lock_guard held(lock_);
    by_number_.erase(number);
  }
  /// Calls `tell(listener)` on the listener's loop, unless it has gone by then.
  template <class Tell>
  void post(void* closure, Tell tell) {
    const auto number = reinterpret_cast<std::uintptr_t>(closure);
    const std::lock_guard held(lock_);
    const auto found = by_number_.find(number);
    if (found == by_number_.end()) return;
    // Its loop is alive: the entry is removed on that loop, and under this lock.
    found->second.home->post([this, number, tell = std::move(tell)] {
      if (transport_listener* const one = find(number)) tell(*one);
    });
  }

 private:
  struct entry {
    transport_listener* listener;
    loop* home;
  };

  transport_listener* find(std::uintptr_t number) {
    const std::lock_guard held(lock_);
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : found->second.listener;
  }

  std::mutex lock_;
  std::map<std::uintptr_t, entry> by_number_;
  std::uintptr_t last_ = 0;
};

listeners& registry() {
  static auto* const all = new listeners;  // Never destroyed: the library's threads outlive main.
  return *all;
}

void on_error(natsConnection*, natsSubscription*, natsStatus status, void* closure) noexcept {
  if (status != NATS_NOT_PERMITTED) return;
  const char* const words = nats_GetLastError(nullptr);
  registry().post(closure, [text = std::string(words == nullptr ? "" : words)](
                               transport_listener& to) { to.on_not_permitted(text); });
}

void on_lame_duck(natsConnection*, void* closure) noexcept {
  registry().post(closure, [](transport_listener& to) { to.on_lame_duck(); });
}

void on_discovered(natsConnection* native, void* closure) noexcept {
  char** urls = nullptr;
  int count = 0;
  if (natsConnection_GetDiscoveredServers(native, &urls, &count) != NATS_OK) return;
  std::vector<std::string> known;
  for (int at = 0; at < count; ++at) {
    known.emplace_back(urls[at]);
    std::free(urls[at]);
  }
  std::free(urls);
  registry().post(closure, [known](transport_listener& to) { to.on_cluster_servers(known); });
}

}  // namespace

cnats_events::cnats_events(transport_listener& listener) : number_(registry().add(listener)) {}

cnats_events::~cnats_events() { registry().remove(number_); }

natsStatus cnats_events::register_with(natsOptions* options) const noexcept {
  void* const closure = reinterpret_cast<void*>(number_);
  natsStatus status = natsOptions_SetErrorHandler(options, on_error, closure);
  if (status == NATS_OK) status = natsOptions_SetLameDuckModeCB(options, on_lame_duck, closure);
  if (status == NATS_OK)
    status = natsOptions_SetDiscoveredServersCB(options, on_discovered, closure);
  return status;
}

}  // namespace weir::nats::detail
