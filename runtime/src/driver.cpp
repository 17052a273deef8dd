// SPDX-License-Identifier: Apache-2.0
#include "weir/driver.hpp"

#include <sys/random.h>

#include <cstdlib>

#include "buffer_pool.hpp"
#include "epoll_driver.hpp"
#include "operation_ledger.hpp"
#include "uring_driver.hpp"
#include "weir/detail/blocking_pool.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

std::uint64_t seed_of_kernel() {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
    throw error::from_errno(errno, "getrandom for the seed of a loop");
  }
  return seed;
}

}  // namespace

driver::driver() : driver(seed_of_kernel()) {}

driver::driver(std::uint64_t seed) : random_(seed) {
#if WEIR_OPERATION_LEDGER
  keep_ledger();
#endif
}

driver::~driver() { WEIR_ASSERT(without_buffer_.empty()); }

void driver::keep_ledger() { ledger_ = std::make_unique<detail::operation_ledger>(); }

void driver::enter_ledger(const io_work& operation) { ledger_->enter(operation); }

void driver::leave_ledger(const io_work& operation) { ledger_->leave(operation); }

void driver::close_descriptor(int descriptor) noexcept {
  if (ledger_ != nullptr) ledger_->check_closing(descriptor);
  socket_calls::close_descriptor(descriptor);
}

std::span<const std::byte> driver::buffer(int index) const noexcept { return buffers_->at(index); }

detail::buffer_pool* driver::buffers() noexcept {
  if (buffers_ == nullptr) buffers_ = detail::buffer_pool::make();
  return buffers_.get();
}

driver_counters driver::counters() const noexcept {
  driver_counters counters = counters_;
  if (buffers_ != nullptr) counters.buffers_lent = buffers_->lent();
  return counters;
}

void driver::put_buffer(int index) noexcept { buffers_->put(index); }

void driver::return_buffer(int index) noexcept {
  buffers_->unlend(index);
  put_buffer(index);
  // Those that wait may have nothing to read, and then leave the buffer to others. So all of them
  // look again, in their order; whoever finds none is back here before this ends.
  detail::intrusive_list<io_work, detail::driver_hook> waited;
  while (!without_buffer_.empty()) waited.push_back(without_buffer_.pop_front());
  while (!waited.empty()) {
    io_work& next = waited.pop_front();
    next.waits_for_buffer_ = false;
    note_start(next);
    start(next);
  }
}

void driver::wait_for_buffer(io_work& operation) noexcept {
  // One may have come back since the kernel found none.
  if (buffers_->lent() < detail::pooled_buffers) {
    note_start(operation);
    return start(operation);
  }
  operation.waits_for_buffer_ = true;
  ++counters_.buffer_waits;
  without_buffer_.push_back(operation);
}

bool driver::stop_waiting_for_buffer(io_work& operation) noexcept {
  if (!operation.waits_for_buffer_) return false;
  operation.detail::driver_hook::unlink();
  return true;
}

time_point driver::now() const noexcept { return std::chrono::steady_clock::now(); }

std::chrono::system_clock::time_point driver::wall_clock() const noexcept {
  return std::chrono::system_clock::now();
}

std::uint64_t driver::random() noexcept { return random_.next(); }

std::uint64_t driver::offload(std::function<void()> call) {
  return detail::blocking_pool::instance().submit_or_refuse(std::move(call));
}

bool driver::take_back(std::uint64_t offloaded) noexcept {
  return detail::blocking_pool::instance().take_back(offloaded);
}

void io_operation::on_completion(const io_completion& completion) noexcept {
  home().driver().note_end(*this);
  result_ = completion.result;
  wake();
}

void io_operation::start() noexcept {
  home().driver().note_start(*this);
  home().driver().start(*this);
}

void io_operation::on_stop() noexcept { home().driver().cancel(*this); }

namespace {

driver_choice choice_of_environment() {
  const char* value = std::getenv("WEIR_DRIVER");
  if (value == nullptr || *value == '\0') return driver_choice::automatic;
  if (std::string_view(value) == "uring") return driver_choice::uring;
  if (std::string_view(value) == "epoll") return driver_choice::epoll;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string("WEIR_DRIVER is '") + value + "'; it can be 'uring' or 'epoll'");
}

}  // namespace

std::unique_ptr<driver> make_driver(driver_choice choice, std::string* reason) {
  if (choice == driver_choice::automatic) choice = choice_of_environment();
  if (choice == driver_choice::epoll) return std::make_unique<epoll_driver>();

  auto uring = uring_driver::open();
  if (uring.has_value()) return std::move(*uring);
  if (choice == driver_choice::uring || !uring_driver::is_refusal(uring.error())) {
    throw uring.error();
  }
  if (reason != nullptr) *reason = uring.error().message();
  return std::make_unique<epoll_driver>();
}

}  // namespace weir
