// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "weir/nats/request.hpp"
#include "weir/nats/subscription.hpp"

namespace weir::test {

/// What a server answers to a script of requests, as lines of text without times and random names:
/// the same script gives the same lines on every server that behaves the same.
class transcript {
 public:
  explicit transcript(nats::connection& link);

  /// Sends, and waits for `answers` answers.
  task<> ask(std::string subject, std::string body = {}, std::size_t answers = 1,
             nats::headers headers = {});
  /// The same for what servers since a later version than the model's answer otherwise: there the
  /// answer must have these words, and the model is not compared.
  task<> ask_changed(nats::server_version since, std::string words, std::string subject,
                     std::string body = {});
  /// The same for the last answer that was heard.
  void changed(nats::server_version since, std::string_view words);
  nats::server_version version() const { return link_.server().version; }
  /// Waits until a pull waits at consumer C of stream S: later servers take requests of different
  /// kinds in no order between them.
  task<> wait_for_pull();
  /// Waits until that consumer counts so many messages as not delivered yet: since 2.12 a stream
  /// confirms a message before its consumers know of it.
  task<> wait_for_pending(std::uint64_t messages);
  /// Sends to where an earlier answer, the last one with such a reply, says.
  task<> answer_delivery(std::string body, std::size_t answers = 0);
  /// Waits for so many more answers.
  task<> hear(std::size_t answers);

  std::vector<std::string> lines() const { return lines_; }

 private:
  void note(const nats::message& came);

  nats::connection& link_;
  nats::subscription answers_;
  nats::subject here_{"answers"};
  std::string delivery_;
  std::vector<std::string> lines_;
};

/// Runs the script on a nats-server and on the model, and compares the lines.
void compare_servers(task<> (*script)(transcript& with));

}  // namespace weir::test
