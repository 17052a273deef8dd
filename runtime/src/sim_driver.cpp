// SPDX-License-Identifier: Apache-2.0
#include "weir/sim_driver.hpp"

#include <algorithm>
#include <cerrno>

#include "sim_seed.hpp"
#include "sim_state.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

constexpr std::chrono::seconds year_2000{946'684'800};  // From the epoch.

}  // namespace

sim_driver::sim_driver(const sim_options& options)
    : sim_driver(options, options.seed.has_value() ? *options.seed : detail::fresh_sim_seed()) {}

sim_driver::sim_driver(const sim_options& options, std::uint64_t seed)
    : driver(detail::sim_dice(seed, state::part_of_program).number()),
      state_(std::make_unique<state>(options, seed, counters_, [this] { return buffers(); })) {}

sim_driver::~sim_driver() = default;

std::uint64_t sim_driver::seed() const noexcept { return state_->seed; }
sim_network& sim_driver::network() noexcept { return state_->network; }
std::uint64_t sim_driver::trace_hash() const noexcept { return state_->trace.hash(); }
time_point sim_driver::now() const noexcept { return state_->agenda.now(); }
detail::ready_order* sim_driver::order() noexcept { return state_->order.get(); }

std::chrono::system_clock::time_point sim_driver::wall_clock() const noexcept {
  const duration since = year_2000 + now().time_since_epoch();
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(since));
}

void sim_driver::start(io_work& operation) noexcept {
  if (!state_->submissions.holds_start(operation)) state_->start_now(operation);
}

void sim_driver::cancel(io_work& operation) noexcept {
  if (!state_->submissions.holds_cancel(operation)) state_->cancel_now(operation);
}

void sim_driver::wait(time_point until) {
  state& own = *state_;
  const bool submitted =
      own.submissions.submit([&own](io_work& operation) { own.start_now(operation); },
                             [&own](io_work& operation) { own.cancel_now(operation); });
  // While tasks are ready time stands still, and what was submitted may have made some ready.
  if (submitted || until == time_point::min()) return own.agenda.advance(own.agenda.now());
  const time_point next = std::min(until, own.agenda.next());
  if (next == time_point::max()) return loop::current().deadlocked();
  own.agenda.advance(next);
}

std::uint64_t sim_driver::offload(std::function<void()> call) {
  state& own = *state_;
  const std::uint64_t number = ++own.last_call;
  own.calls.emplace(number, std::move(call));
  own.agenda.at(own.agenda.now(), [&own, number] {
    const auto due = own.calls.extract(number);
    if (!due.empty()) due.mapped()();
  });
  return number;
}

bool sim_driver::take_back(std::uint64_t offloaded) noexcept {
  return state_->calls.erase(offloaded) > 0;
}

}  // namespace weir
