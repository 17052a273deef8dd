// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "weir/file_descriptor.hpp"
#include "weir/unix_datagram.hpp"
#include "weir/unix_socket.hpp"

namespace weir {

/// How many descriptors one message can carry: the kernel's own limit.
constexpr std::size_t descriptors_per_message_max = 253;

/// What receive_descriptors() was given.
struct received_descriptors {
  std::size_t size;  ///< Bytes put into the caller's memory; 0 at the end of a stream.
  std::vector<file_descriptor> descriptors;
};

/// Sends `data` to the peer, and with its first byte `descriptors`: open files, sockets, pipes.
///
/// The peer gets descriptors of its own for the same open files; the caller keeps its own, which
/// may be closed afterwards. Data and descriptors stay valid until then. At least one byte goes
/// with them, at most `descriptors_per_message_max` of them. Fails like a write.
///
///     const std::array<int, 1> given{connection.descriptor()};
///     co_await weir::send_descriptors(peer, one_byte, given);
task<> send_descriptors(unix_stream& to, std::span<const std::byte> data,
                        std::span<const int> descriptors);
/// The same in one datagram to the peer of a connected socket.
task<> send_descriptors(unix_datagram_socket& to, std::span<const std::byte> data,
                        std::span<const int> descriptors);

/// Suspends until there is something to read, and gives it with the descriptors that came beside
/// it; they are closed by exec. `into` stays valid until then, and is not empty.
///
/// On a stream, one call never reads beyond the bytes that a batch of descriptors came with.
/// Reading by other means than this closes the descriptors unseen. Where more came than
/// `count_max` (`limit_exceeded`, permanent), or more than this process may open (retry), all of
/// the message's are closed and an error is thrown; its bytes are then lost, and a stream is fit
/// for closing only. Cancelled, it throws and has received nothing.
task<received_descriptors> receive_descriptors(unix_stream& from, std::span<std::byte> into,
                                               std::size_t count_max);
/// The same of one datagram. One that is longer than `into` is cut.
task<received_descriptors> receive_descriptors(unix_datagram_socket& from,
                                               std::span<std::byte> into, std::size_t count_max);

}  // namespace weir
