// SPDX-License-Identifier: Apache-2.0
// How UDP datagrams of a simulation go from host to host. See sim_datagrams.hpp.
#include "sim_datagrams.hpp"
#include "sim_message.hpp"

namespace weir::detail {
namespace {

// What a packet of IPv4 and of IPv6 can carry.
constexpr std::size_t payload_max = 65'507;
constexpr std::size_t payload_max_6 = 65'527;

/// How much later one comes that is to be overtaken, beside what it may be late anyway.
constexpr duration reordering_span = std::chrono::milliseconds(10);

bool is_broadcast(const std::string& host) { return host == "255.255.255.255"; }

bool is_group(const socket_address& address) {
  const std::string host = host_of(address);
  if (address.family() == AF_INET6) return host.starts_with("ff");
  const int first = std::stoi(host);
  return first >= 224 && first <= 239;
}

/// The same number for the same sender, in every process.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0;
  for (const char letter : text) hash = split_mix::mix(hash ^ static_cast<unsigned char>(letter));
  return hash;
}

/// Which of its hosts a socket sends from.
std::string source_host(const sim_datagram_socket& socket, const socket_address& to) {
  if (!is_any(socket.host)) return socket.host;
  const auto known = socket.written_to.find(to.text());
  return known != socket.written_to.end() ? known->second : own_host(host_of(to));
}

bool takes(const sim_datagram_socket& receiver, const socket_address& from,
           const socket_address& to) {
  if (receiver.remote && without_mapping(*receiver.remote) != from) return false;
  return is_any(receiver.host) || receiver.host == host_of(to);
}

}  // namespace

/// 0 where datagrams can go from the socket to `to`.
int sim_datagrams::check_way(const sim_datagram_socket& socket, const socket_address& to) const {
  if (is_broadcast(host_of(to))) {
    return socket.has_option(SOL_SOCKET, SO_BROADCAST) ? -ENETUNREACH : -EACCES;
  }
  const bool version_6 = to.family() == AF_INET6;
  const bool other_version = !is_any(socket.host) && is_version_6(socket.host) != version_6;
  const bool only_6 = socket.has_option(IPPROTO_IPV6, IPV6_V6ONLY);
  if (is_group(to) || other_version || (only_6 && !version_6)) return -ENETUNREACH;
  return 0;
}

/// Binds a socket that is not bound to all hosts, as a kernel does at its first use.
int sim_datagrams::take_port(sim_datagram_socket& socket) {
  if (socket.bound) return 0;
  const char* all = socket.family == AF_INET6 ? "::" : "0.0.0.0";
  return claim(socket, *socket_address::of_ip(all, 0), false);
}

int sim_datagrams::connect_host(sim_datagram_socket& socket, const socket_address& peer) {
  const socket_address goal = destination(peer);
  const socket_address to = without_mapping(goal);
  int status = take_port(socket);
  if (status == 0) status = check_way(socket, to);
  if (status != 0) return status;
  socket.host = source_host(socket, to);
  socket.remote_host = host_of(to);
  const socket_address from = *socket_address::of_ip(socket.host, socket.bound->port());
  socket.local = as_seen_by(socket.family, from);
  socket.remote = goal;
  socket.failure = 0;
  return 0;
}

int sim_datagrams::send_to_host(sim_datagram_socket& socket, const msghdr& header) {
  if (header.msg_name == nullptr && !socket.remote) return -EDESTADDRREQ;
  const socket_address named =
      header.msg_name == nullptr
          ? *socket.remote
          : socket_address(static_cast<const sockaddr*>(header.msg_name), header.msg_namelen);
  if (named.family() != socket.family && named.family() != AF_INET) return -EAFNOSUPPORT;
  const socket_address to = without_mapping(destination(named));
  if (to.port() == 0) return -EINVAL;
  const std::size_t size = size_of(header);
  if (size > (to.family() == AF_INET6 ? payload_max_6 : payload_max)) return -EMSGSIZE;
  int status = take_port(socket);
  if (status == 0) status = check_way(socket, to);
  if (status != 0) return status;
  if (socket.failure != 0) return -std::exchange(socket.failure, 0);
  const std::string host = source_host(socket, to);
  launch(socket, {.sender = socket.number,
                  .from = *socket_address::of_ip(host, socket.bound->port()),
                  .to = to,
                  .bytes = gather(header, size)});
  return static_cast<int>(size);
}

void sim_datagrams::launch(sim_datagram_socket& sender, const flight& going) {
  const std::string from = host_of(going.from);
  const std::string to = host_of(going.to);
  const sim_faults& faults = world_.network.faults(from, to);
  if (world_.wire.is_cut(from, to) || world_.dice.chance(faults.losses)) return;
  const time_point now = world_.agenda.now();
  std::erase_if(sender.last_arrivals, [now](const auto& entry) { return entry.second <= now; });
  int copies = world_.dice.chance(faults.duplicates) ? 2 : 1;
  for (; copies > 0; --copies) {
    time_point arrival = world_.wire.arrival(from, to);
    if (world_.dice.chance(faults.reorderings)) {
      arrival += world_.dice.between(duration(1), faults.delay_most + reordering_span);
    } else {
      time_point& last = sender.last_arrivals[going.to.text()];
      last = arrival = std::max(arrival, last);
    }
    // On a way without delay it is there before the sender goes on, as on a kernel's loopback.
    if (arrival <= now) {
      arrive(going);
    } else {
      world_.agenda.at(arrival, [this, going] {
        arrive(going);
        settle();
      });
    }
  }
}

void sim_datagrams::arrive(const flight& coming) {
  if (world_.wire.is_cut(host_of(coming.from), host_of(coming.to))) return;
  sim_datagram_socket* receiver = receiver_of(coming);
  if (receiver == nullptr) return refuse(coming);
  if (receiver->is_full()) return;
  if (is_any(receiver->host)) receiver->written_to[coming.from.text()] = host_of(coming.to);
  put(*receiver, {.bytes = coming.bytes, .sender = as_seen_by(receiver->family, coming.from)});
}

/// Whoever is connected to the sender goes first, then the address itself before all addresses. Of
/// those that share it each takes what some senders send.
sim_datagram_socket* sim_datagrams::receiver_of(const flight& coming) {
  const auto all = world_.addresses.find_all(SOCK_DGRAM, coming.to);
  std::vector<sim_datagram_socket*> first;
  for (const std::vector<int>& sharing : all) {
    std::vector<sim_datagram_socket*> open;
    for (const int number : sharing) {
      sim_datagram_socket& receiver = at(number);
      if (!takes(receiver, coming.from, coming.to)) continue;
      if (receiver.remote) return &receiver;
      open.push_back(&receiver);
    }
    if (first.empty()) first = std::move(open);
  }
  return first.empty() ? nullptr : first[hash_of(coming.from.text()) % first.size()];
}

/// Nobody is there: a datagram that tells so goes back, as on a network ICMP's.
void sim_datagrams::refuse(const flight& lost) {
  const std::string from = host_of(lost.to);
  const std::string to = host_of(lost.from);
  if (world_.dice.chance(world_.network.faults(from, to).losses)) return;
  const time_point arrival = world_.wire.arrival(from, to);
  if (arrival <= world_.agenda.now()) return take_refusal(lost);
  world_.agenda.at(arrival, [this, lost] {
    take_refusal(lost);
    settle();
  });
}

/// Only a socket that is connected there learns of it.
void sim_datagrams::take_refusal(const flight& lost) {
  sim_datagram_socket* sender = find(lost.sender);
  if (sender == nullptr || world_.wire.is_cut(host_of(lost.to), host_of(lost.from))) return;
  if (!sender->remote || without_mapping(*sender->remote) != lost.to) return;
  sender->failure = ECONNREFUSED;
  touch(*sender);
}

}  // namespace weir::detail
