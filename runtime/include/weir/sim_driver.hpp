// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "weir/driver.hpp"
#include "weir/sim_network.hpp"

namespace weir {

/// In which order the ready tasks of a simulation go on.
enum class sim_order : std::uint8_t {
  fifo,    ///< As on a real driver: first come, first served.
  lifo,    ///< Whoever became ready last goes first.
  random,  ///< Any of them, each as likely as the others. I/O may end a turn later than it could.
  pct,     ///< The one with the highest priority; see sim_options::pct_depth. I/O as above.
};

/// What a simulation is made from.
struct sim_options {
  /// From which everything random comes. None: WEIR_SEED, else one that the kernel gives.
  std::optional<std::uint64_t> seed = std::nullopt;
  sim_order order = sim_order::random;
  /// Probabilistic concurrency testing gives each task a random priority, and lowers that of
  /// whoever runs at `pct_depth - 1` random moments. It finds a bug that needs so many tasks in one
  /// order far sooner than chance does.
  unsigned pct_depth = 3;
  sim_faults faults = {};
};

/// How many bytes a simulated connection holds in one direction; then a write waits.
inline constexpr std::size_t sim_buffer_bytes = 64 * 1024;
/// How many datagrams a simulated socket keeps until they are received. Once it has so many, or
/// sim_buffer_bytes of them, those that come by UDP are dropped, and those of Unix sockets wait.
inline constexpr std::size_t sim_datagrams_max = 256;

/// A driver that needs no kernel: time, network, order of tasks and faults come from a seed, and
/// the same seed gives the same run.
///
/// Time stands still while tasks run, and jumps to the next timer or network event when all wait:
/// an hour's sleep takes none. (So a task that only yields until some time has passed never ends.)
/// TCP, UDP and Unix sockets work in memory, among the tasks of the one loop. blocking() makes its
/// call on the loop, at its turn. What the kernel alone has cannot be waited for (processes,
/// signals, poll of a foreign descriptor): the error is `operation not supported`. So is that of
/// joining a multicast group, and no network has a broadcast address. Another thread's post() is no
/// event of a simulation.
///
/// When every task waits and nothing is under way, run() throws `deadlock` with the tasks.
class sim_driver final : public driver {
 public:
  explicit sim_driver(const sim_options& options = {});
  ~sim_driver() override;

  std::uint64_t seed() const noexcept;
  sim_network& network() noexcept;
  /// A number that stands for all that happened so far: which task went on when, and which
  /// operation gave what. Two runs with the same one were, all but certainly, the same.
  std::uint64_t trace_hash() const noexcept;

  std::string_view name() const noexcept override { return "sim"; }
  void start(io_work& operation) noexcept override;
  void cancel(io_work& operation) noexcept override;
  void wait(time_point until) override;
  void wake() noexcept override {}
  time_point now() const noexcept override;
  /// Begins with the year 2000.
  std::chrono::system_clock::time_point wall_clock() const noexcept override;
  std::uint64_t offload(std::function<void()> call) override;
  bool take_back(std::uint64_t offloaded) noexcept override;
  detail::ready_order* order() noexcept override;

  int open_socket(int family, int type) noexcept override;
  int open_pair(int type, std::array<int, 2>& ends) noexcept override;
  int bind_socket(int socket, const socket_address& address) noexcept override;
  int listen_on(int socket, int backlog) noexcept override;
  int shut_down(int socket, int direction) noexcept override;
  int send_now(int socket, std::span<const std::byte> data) noexcept override;
  int set_option(int socket, int level, int option, int value) noexcept override;
  int set_structure(int socket, int level, int option,
                    std::span<const std::byte> value) noexcept override;
  int get_option(int socket, int level, int option, int& value) noexcept override;
  int local_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept override;
  int peer_address(int socket, sockaddr_storage& address, socklen_t& size) noexcept override;
  int remove_path(const socket_address& address) noexcept override;
  void close_descriptor(int descriptor) noexcept override;

 private:
  struct state;

  sim_driver(const sim_options& options, std::uint64_t seed);

  std::unique_ptr<state> state_;
};

}  // namespace weir
