// SPDX-License-Identifier: Apache-2.0
#include "buffer_pool.hpp"

#include <sys/mman.h>

#include "address_sanitizer.hpp"
#include "weir/assert.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t pool_bytes = pooled_buffers * pooled_buffer_bytes;

}  // namespace

std::unique_ptr<buffer_pool> buffer_pool::make() noexcept {
  // Pages that are never used cost nothing.
  void* memory =
      ::mmap(nullptr, pool_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return std::unique_ptr<buffer_pool>(new buffer_pool(static_cast<std::byte*>(memory)));
}

buffer_pool::buffer_pool(std::byte* memory) : memory_(memory) {
  free_.reserve(pooled_buffers);
  // The last one put is the first one taken: it is the warmest.
  for (int index = pooled_buffers; index > 0; --index) free_.push_back(index - 1);
  poison({memory_, pool_bytes});
}

buffer_pool::~buffer_pool() {
  WEIR_ASSERT(lent_ == 0);
  unpoison({memory_, pool_bytes});
  ::munmap(memory_, pool_bytes);
}

std::span<std::byte> buffer_pool::at(int index) const noexcept {
  WEIR_ASSERT(index >= 0 && static_cast<std::size_t>(index) < pooled_buffers);
  return {memory_ + static_cast<std::size_t>(index) * pooled_buffer_bytes, pooled_buffer_bytes};
}

int buffer_pool::take() noexcept {
  if (free_.empty()) return -1;
  const int index = free_.back();
  free_.pop_back();
  return index;
}

void buffer_pool::put(int index) noexcept { free_.push_back(index); }

void buffer_pool::lend(int index) noexcept {
  ++lent_;
  unpoison(at(index));
}

void buffer_pool::unlend(int index) noexcept {
  WEIR_ASSERT(lent_ > 0);
  --lent_;
  poison(at(index));
}

}  // namespace weir::detail
