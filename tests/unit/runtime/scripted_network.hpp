// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run.hpp"
#include "weir/driver.hpp"
#include "weir/loop.hpp"

namespace weir::test {

/// A driver in virtual time without a kernel, whose connects and accepts end as a script says.
class scripted_network final : public driver {
 public:
  /// How an address answers, and how long after it was asked.
  struct answer {
    duration after;
    int status;
  };
  struct attempt {
    std::string address;
    duration at;  ///< Since the beginning.
    bool operator==(const attempt&) const = default;
  };

  /// By the address' text; one that is not named never answers.
  std::map<std::string, answer> answers;
  /// What accepting gives: 0 a connection, a negative errno a failure. Then nothing more comes.
  std::deque<int> accepts;
  /// An accept ends with each connection that it gives.
  bool accepts_end = false;
  /// When an accept was asked for, since the beginning.
  std::vector<duration> accepts_asked;
  /// An attempt that is cancelled succeeds in the same moment.
  bool cancels_come_late = false;
  /// The kernel gives a client the very port that it connects to.
  bool connects_to_itself = false;
  std::vector<attempt> attempts;
  int sockets_open = 0;

  std::string_view name() const noexcept override { return "scripted"; }
  void start(io_work& operation) noexcept override {
    const io_request& request = operation.request();
    if (request.kind == io_kind::accept_many) return start_accept(operation);
    if (request.kind != io_kind::connect) return operation.complete(-ENOSYS);
    asked_ = socket_address(request.address, request.address_size);
    attempts.push_back({asked_->text(), now_.time_since_epoch()});
    const auto found = answers.find(asked_->text());
    const bool is_silent = found == answers.end();
    const time_point when = is_silent ? time_point::max() : now_ + found->second.after;
    pending_.push_back({&operation, when, is_silent ? 0 : found->second.status});
  }
  void cancel(io_work& operation) noexcept override {
    if (accepting_ == &operation) accepting_ = nullptr;
    std::erase_if(pending_, [&](const pending& one) { return one.operation == &operation; });
    operation.complete(cancels_come_late ? 0 : -ECANCELED);
  }
  void wait(time_point until) override {
    const auto next = std::min_element(
        pending_.begin(), pending_.end(),
        [](const pending& left, const pending& right) { return left.when < right.when; });
    const time_point event = next != pending_.end() ? next->when : time_point::max();
    const time_point end = std::min(event, until);
    if (end == time_point::max()) return loop::current().deadlocked();
    now_ = std::max(now_, end);
    if (event > now_) return;
    const pending due = *next;
    pending_.erase(next);
    due.operation->complete(due.status);
  }
  void wake() noexcept override {}
  time_point now() const noexcept override { return now_; }

  /// For `accepts` that were set while one waits.
  void go_on_accepting() noexcept {
    while (accepting_ != nullptr && !accepts.empty()) {
      const int status = accepts.front();
      accepts.pop_front();
      if (status < 0 || accepts_end) {
        std::exchange(accepting_, nullptr)->complete(status < 0 ? status : open_socket(0, 0));
      } else {
        accepting_->on_completion({.result = open_socket(0, 0), .more = true});
      }
    }
  }

  int open_socket(int, int) noexcept override { return ++sockets_open, ++last_socket_; }
  int bind_socket(int, const socket_address&) noexcept override { return 0; }
  int listen_on(int, int) noexcept override { return 0; }
  int set_option(int, int, int, int) noexcept override { return 0; }
  int peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept override {
    return local_address(socket, address, size);
  }
  int local_address(int, sockaddr_storage& address, socklen_t& size) noexcept override {
    const auto client = socket_address::of_ip("192.0.2.1", 50'000);
    const socket_address& given = connects_to_itself ? *asked_ : *client;
    size = given.size();
    std::memcpy(&address, given.data(), size);
    return 0;
  }
  void close_descriptor(int) noexcept override { --sockets_open; }

 private:
  struct pending {
    io_work* operation;
    time_point when;
    int status;
  };

  void start_accept(io_work& operation) noexcept {
    accepts_asked.push_back(now_.time_since_epoch());
    accepting_ = &operation;
    go_on_accepting();
  }

  time_point now_{};
  int last_socket_ = 1'000'000;  // Far from any descriptor of this process.
  std::optional<socket_address> asked_;
  std::vector<pending> pending_;
  io_work* accepting_ = nullptr;
};

/// Runs `body(network)` in the scripted network, and requires that no socket is left.
template <class Body>
void run_scripted(Body body) {
  auto made = std::make_unique<scripted_network>();
  scripted_network& network = *made;
  loop home(std::move(made));
  run_on(home, [&] { return body(network); });
  CHECK(network.sockets_open == 0);
}

}  // namespace weir::test
