// SPDX-License-Identifier: Apache-2.0
#include "server_link.hpp"

#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

class plain_link final : public server_link {
 public:
  explicit plain_link(tcp_stream socket) noexcept : socket_(std::move(socket)) {}

  task<std::size_t> read_some(std::span<std::byte> into) override {
    return as_task(socket_.read_some(into));
  }
  /// At once where there is room: a question waits for one turn of the loop less.
  task<> write_all(std::string_view data) override {
    data.remove_prefix(socket_.try_write(data));
    if (!data.empty()) co_await socket_.write_all(data);
  }

 private:
  tcp_stream socket_;
};

}  // namespace

std::unique_ptr<server_link> make_plain_link(tcp_stream socket) {
  return std::make_unique<plain_link>(std::move(socket));
}

}  // namespace weir::nats::detail
