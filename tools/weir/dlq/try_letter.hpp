// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "letter_id.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

struct try_options {
  std::string name;                         ///< "DLQ_ORDERS:3"
  std::string program;                      ///< Of the service; looked for as a shell does.
  std::vector<std::string> arguments = {};  ///< For it, before ours.
  bool json = false;
};

/// The letter's name with its stream: the one that is named, or the only one with dead letters.
task<std::string> letter_name(nats::jetstream on, letter_id id);

/// The command line of the service that tries the letter.
std::vector<std::string> try_command(const try_options& wanted);

/// Becomes that program, whose exit code is this one's. Throws where it cannot be run.
[[noreturn]] void become(const std::vector<std::string>& command);

}  // namespace weir::dlq
