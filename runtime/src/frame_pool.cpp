// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/frame_pool.hpp"

#include <array>
#include <new>

namespace weir::detail {

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_FRAME_POOL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEIR_FRAME_POOL 0
#endif
#endif
#ifndef WEIR_FRAME_POOL
#define WEIR_FRAME_POOL 1
#endif

#if WEIR_FRAME_POOL
namespace {

constexpr std::size_t class_size = 64;         // bytes between two size classes
constexpr std::size_t class_count = 32;        // frames of up to 2 KiB are pooled
constexpr std::size_t free_frames_max = 1024;  // kept in one class; more go back to the allocator

struct free_frame_node {
  free_frame_node* next;
};

class frame_pool {
 public:
  ~frame_pool() {
    for (auto& entry : classes_) {
      while (entry.first != nullptr) ::operator delete(entry.take());
    }
    closed_ = true;
  }

  void* take(std::size_t index) {
    auto& entry = classes_[index];
    if (entry.first != nullptr) return entry.take();
    return ::operator new((index + 1) * class_size);
  }

  void give(void* frame, std::size_t index) noexcept {
    auto& entry = classes_[index];
    // A thread_local object that outlives the pool may still free frames: they pass straight
    // through.
    if (closed_ || entry.count == free_frames_max) return ::operator delete(frame);
    entry.first = new (frame) free_frame_node{entry.first};
    ++entry.count;
  }

 private:
  struct size_class {
    free_frame_node* first = nullptr;
    std::size_t count = 0;

    void* take() noexcept {
      auto* frame = first;
      first = frame->next;
      --count;
      return frame;
    }
  };

  std::array<size_class, class_count> classes_{};
  bool closed_ = false;
};

thread_local frame_pool pool;

constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / class_size; }

}  // namespace

void* allocate_frame(std::size_t size) {
  const std::size_t index = class_of(size);
  return index < class_count ? pool.take(index) : ::operator new(size);
}

void free_frame(void* frame, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (index < class_count) return pool.give(frame, index);
  ::operator delete(frame);
}
#else
void* allocate_frame(std::size_t size) { return ::operator new(size); }
void free_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }
#endif

}  // namespace weir::detail
