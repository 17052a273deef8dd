// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace by_hand {

/// One message from the server; the texts point into the socket's memory until the next receive.
struct nats_frame {
  std::uint64_t subscription = 0;
  std::string_view reply;
  std::string_view headers;
  std::string_view payload;
};

/// NATS on one blocking socket: what is queued goes with one write, and one read takes all that is
/// there. It does not reconnect: a peer that lost its connection measures nothing.
class nats_socket {
 public:
  /// Connects to "nats://HOST:PORT".
  explicit nats_socket(std::string_view url);
  ~nats_socket();
  nats_socket(const nats_socket&) = delete;
  nats_socket& operator=(const nats_socket&) = delete;

  void subscribe(std::uint64_t subscription, std::string_view subject);
  void queue_publish(std::string_view subject, std::string_view reply, std::string_view payload);
  /// The same with the header Nats-Msg-Id.
  void queue_message(std::string_view subject, std::string_view reply, std::string_view message_id,
                     std::string_view payload);
  void flush();

  /// Takes the next whole message; false when more bytes are needed for one.
  bool take(nats_frame& into);
  /// Reads what is there, and waits for it; receive_within() gives false where nothing comes.
  void receive();
  bool receive_within(int milliseconds);
  /// Waits until the server has read all that was sent. No messages may be left.
  void round_trip();

 private:
  void append_number(std::uint64_t number);
  void make_room();
  void took(std::ptrdiff_t count);
  bool take_message(std::string_view line, std::size_t body_at, nats_frame& into);

  int socket_;
  std::string out_;
  std::vector<char> in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t pongs_ = 0;
};

}  // namespace by_hand
