// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/name_cache.hpp"

#include <utility>

#include "weir/loop.hpp"

namespace weir::detail {

/// One look-up under way, and those who wait for it.
struct name_cache::look_up {
  manual_reset_event done;
  std::optional<result<addresses>> outcome;
  std::size_t waiting = 0;
  std::uint64_t offloaded = 0;
};

struct name_cache::state {
  struct kept_name {
    addresses found;
    time_point until;
  };

  void keep(const std::string& name, addresses found);
  void drop_old(time_point now);
  std::shared_ptr<look_up> join_or_start(const std::shared_ptr<state>& self,
                                         const std::string& name);
  void deliver(const std::string& name, look_up& ended, result<addresses> outcome);

  look_up_function call;
  std::unordered_map<std::string, kept_name> kept;
  std::deque<std::string> oldest;  // The names kept, in the order in which they are to go.
  std::unordered_map<std::string, std::shared_ptr<look_up>> under_way;
};

void name_cache::state::keep(const std::string& name, addresses found) {
  const time_point now = loop::current().now();
  drop_old(now);
  if (kept.contains(name)) return;
  if (kept.size() == resolved_names_max) {
    kept.erase(oldest.front());
    oldest.pop_front();
  }
  oldest.push_back(name);
  kept.emplace(name, kept_name{std::move(found), now + resolved_name_kept});
}

void name_cache::state::drop_old(time_point now) {
  // All are kept equally long, so the first to come is the first to go.
  while (!oldest.empty()) {
    const auto first = kept.find(oldest.front());
    if (first->second.until > now) return;
    kept.erase(first);
    oldest.pop_front();
  }
}

std::shared_ptr<name_cache::look_up> name_cache::state::join_or_start(
    const std::shared_ptr<state>& self, const std::string& name) {
  const auto found = under_way.find(name);
  if (found != under_way.end()) return found->second;
  struct job {
    std::shared_ptr<state> cache;
    std::shared_ptr<look_up> asked;
    std::string name;
    loop& home;
    result<addresses> outcome{addresses{}};
  };
  const auto asked = std::make_shared<look_up>();
  loop& home = loop::current();
  auto made = std::make_shared<job>(job{self, asked, name, home});
  asked->offloaded = home.driver().offload([shared = std::move(made)]() mutable {
    try {
      shared->outcome = shared->cache->call(shared->name);
    } catch (...) {
      shared->outcome = to_error(std::current_exception());
    }
    // What is shared with the loop is let go there.
    loop& back = shared->home;
    back.post([done = std::move(shared)] {
      done->home.let_go();
      done->cache->deliver(done->name, *done->asked, std::move(done->outcome));
    });
  });
  home.hold();
  under_way.emplace(name, asked);
  return asked;
}

void name_cache::state::deliver(const std::string& name, look_up& ended,
                                result<addresses> outcome) {
  if (outcome.has_value()) keep(name, *outcome);
  under_way.erase(name);
  ended.outcome = std::move(outcome);
  ended.done.set();
}

/// Counts itself among those who wait; the last to leave takes the look-up back.
class name_cache::waiter {
 public:
  waiter(state& cache, const std::string& name, look_up& asked) noexcept
      : cache_(cache), name_(name), asked_(asked) {
    ++asked_.waiting;
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() {
    if (--asked_.waiting > 0 || asked_.outcome) return;
    loop& home = loop::current();
    if (!home.driver().take_back(asked_.offloaded)) return;
    home.let_go();
    cache_.under_way.erase(name_);
  }

 private:
  state& cache_;
  const std::string& name_;
  look_up& asked_;
};

name_cache::name_cache(look_up_function look_up) : state_(std::make_shared<state>()) {
  state_->call = std::move(look_up);
}

name_cache::~name_cache() = default;

std::size_t name_cache::size() const noexcept { return state_->kept.size(); }

task<name_cache::addresses> name_cache::find(std::string name) {
  const std::shared_ptr<state> cache = state_;
  cache->drop_old(loop::current().now());
  const auto kept = cache->kept.find(name);
  if (kept != cache->kept.end()) co_return kept->second.found;

  const std::shared_ptr<look_up> asked = cache->join_or_start(cache, name);
  const waiter counted(*cache, name, *asked);
  co_await asked->done.wait();
  co_return asked->outcome->value();
}

}  // namespace weir::detail
