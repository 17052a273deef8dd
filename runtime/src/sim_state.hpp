// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <map>

#include "pooled_operations.hpp"
#include "sim_datagrams.hpp"
#include "sim_order.hpp"
#include "sim_streams.hpp"
#include "sim_submissions.hpp"

namespace weir {

/// What a sim_driver consists of.
struct sim_driver::state {
  // The kernel never comes to such a number: it gives the lowest that is free.
  static constexpr int first_number = 1'000'000'000;

  // The parts that choose by chance.
  static constexpr std::uint64_t part_of_program = 1;
  static constexpr std::uint64_t part_of_order = 2;
  static constexpr std::uint64_t part_of_network = 3;
  static constexpr std::uint64_t part_of_submissions = 4;

  state(const sim_options& options, std::uint64_t chosen_seed, driver_counters& counters,
        std::function<detail::buffer_pool*()> buffers)
      : seed(chosen_seed),
        network(options.faults,
                [this] {
                  wire.heal();
                  streams.heal();
                }),
        network_dice(seed, part_of_network),
        wire(agenda, network, network_dice),
        submissions(options.order == sim_order::random || options.order == sim_order::pct,
                    detail::sim_dice(seed, part_of_submissions)),
        order(detail::sim_ready_order::make(options, detail::sim_dice(seed, part_of_order), agenda,
                                            trace)),
        world{agenda,
              network,
              wire,
              network_dice,
              addresses,
              trace,
              counters,
              submissions.cancelling(),
              std::move(buffers),
              last_number},
        streams(world),
        datagrams(world) {}

  /// The sockets of a type; null where there are none such.
  detail::sim_sockets* sockets_of(int type) noexcept {
    if (type == SOCK_STREAM) return &streams;
    return type == SOCK_DGRAM ? &datagrams : nullptr;
  }
  /// Whose socket that is; null where it is none of the simulation's.
  detail::sim_sockets* owner_of(int descriptor) noexcept {
    if (streams.has(descriptor)) return &streams;
    return datagrams.has(descriptor) ? &datagrams : nullptr;
  }

  void start_now(io_work& operation) {
    const int descriptor = operation.request().descriptor;
    if (detail::sim_sockets* own = owner_of(descriptor)) return own->start(operation);
    const bool foreign = descriptor >= 0 && descriptor < first_number;
    detail::complete(world, operation, foreign ? call_of_file(operation.request()) : -EBADF);
  }

  void cancel_now(io_work& operation) {
    if (submissions.forget(operation)) return detail::complete(world, operation, -ECANCELED);
    // Only what waits on a socket is in flight for longer than its start.
    detail::sim_sockets* own = owner_of(operation.request().descriptor);
    WEIR_ASSERT(own != nullptr);
    own->cancel(operation);
  }

  /// Files are the kernel's, and read and written at once; there is nothing else to wait for.
  static int call_of_file(const io_request& request) noexcept {
    switch (request.kind) {
      case io_kind::read_at:
      case io_kind::write_at:
      case io_kind::sync:
      case io_kind::sync_data: {
        const int result = pooled_operations::make_call(request);
        return result == -EAGAIN ? -EOPNOTSUPP : result;
      }
      default:
        return -EOPNOTSUPP;
    }
  }

  std::uint64_t seed;
  detail::sim_agenda agenda;
  sim_network network;
  detail::sim_dice network_dice;
  detail::sim_wire wire;
  detail::sim_address_book addresses;
  detail::sim_trace trace;
  detail::sim_submissions submissions;
  std::unique_ptr<detail::sim_ready_order> order;
  int last_number = first_number - 1;
  detail::sim_world world;
  detail::sim_streams streams;
  detail::sim_datagrams datagrams;
  std::map<std::uint64_t, std::function<void()>> calls;
  std::uint64_t last_call = 0;
};

}  // namespace weir
