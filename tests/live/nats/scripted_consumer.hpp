// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scripted_server.hpp"

namespace weir::test {

/// The consumer "worker" of the stream "ORDERS" on a scripted server, whose pulls the test answers.
class scripted_consumer {
 public:
  /// `on_pull(number, reply)` is called for every pull, from 1. `config` is more of the consumer's.
  scripted_consumer(scripted_server& server,
                    std::function<void(int number, const std::string& reply)> on_pull,
                    std::string config = "")
      : server_(server) {
    server.on_publish = [this, on_pull, config](const scripted_server::published& came) {
      if (came.subject == "$JS.API.CONSUMER.INFO.ORDERS.worker") {
        server_.answer(came.reply, R"({"config":{"durable_name":"worker","ack_policy":"explicit",)"
                                   R"("ack_wait":30000000000)" +
                                       config + R"(},"stream_name":"ORDERS","name":"worker"})");
      } else if (came.subject == "$JS.API.CONSUMER.MSG.NEXT.ORDERS.worker") {
        pulls.push_back(came.payload);
        on_pull(static_cast<int>(pulls.size()), came.reply);
      } else if (came.subject.starts_with("$JS.ACK.")) {
        acks.push_back(came.payload);
      }
    };
  }
  ~scripted_consumer() { server_.on_publish = nullptr; }
  scripted_consumer(const scripted_consumer&) = delete;
  scripted_consumer& operator=(const scripted_consumer&) = delete;

  /// The next message of the stream, for the pull with this reply.
  void deliver(const std::string& reply, const std::string& payload,
               const std::string& headers = "") {
    const std::string number = std::to_string(++sent_);
    server_.deliver(reply, "orders.created",
                    "$JS.ACK.ORDERS.worker.1." + number + "." + number + ".1767225600000000000.0",
                    headers, payload);
  }

  std::vector<std::string> pulls;  ///< their bodies
  std::vector<std::string> acks;   ///< what was sent to finish messages

 private:
  scripted_server& server_;
  int sent_ = 0;
};

}  // namespace weir::test
