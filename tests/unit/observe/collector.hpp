// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"

namespace weir::test {

/// A span as a collector gets it.
struct received_span {
  std::string trace_id;
  std::string span_id;
  std::string parent_id;
  std::string trace_state;
  std::string name;
  std::int64_t kind = 0;
  std::int64_t begun = 0;  ///< Nanoseconds since 1970, as is the next.
  std::int64_t ended = 0;
  std::map<std::string, std::string> attributes;
  std::vector<std::pair<std::string, std::string>> links;  ///< Trace and span.
  bool has_failed = false;
  std::string failure;

  std::string at(const std::string& key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? "(none)" : found->second;
  }
};

/// A post that has come.
struct received_post {
  std::string target;
  std::map<std::string, std::string> headers;  ///< Their names in lower case.
  std::string body;
  std::size_t connection = 0;
};

/// How a post is answered.
struct scripted_answer {
  std::string bytes = {};
  bool closes = false;  ///< Ends the connection behind it.
  bool stalls = false;  ///< Says nothing more, and keeps the connection.
};

/// The answer of a status without a body; `more` are lines of its head.
scripted_answer answer_of(int status, const std::string& more = {}, const std::string& body = {});

/// The spans of an ExportTraceServiceRequest, read by the rules of OTLP's JSON mapping; and the
/// attributes of its resource. Throws std::runtime_error for what breaks them.
std::vector<received_span> read_spans(const std::string& body,
                                      std::map<std::string, std::string>* resource = nullptr);

/// A collector of traces on a free port of this machine: keeps what is posted to it, and answers as
/// the script says, then with 200.
class collector {
 public:
  collector() : listener_(tcp_listener::bind("127.0.0.1", 0)) {}

  /// "http://127.0.0.1:40123"
  std::string url() const;
  std::deque<scripted_answer> script;
  std::vector<received_post> posts;
  std::size_t connections = 0;

  /// Takes connections until it is closed.
  void open() { serving_.spawn(serve()); }
  task<> close() { co_await serving_.close(); }

  /// Suspend until so many posts, and a span of this name, have come.
  task<> wait_for_posts(std::size_t count);
  task<received_span> wait_for(std::string name);
  /// All spans that have come, in their order.
  std::vector<received_span> spans() const;
  /// Those of a name.
  std::vector<received_span> named(std::string_view name) const;

 private:
  task<> serve();
  task<> serve_one(tcp_stream on, std::size_t number);
  task<bool> answer(tcp_stream& on);

  tcp_listener listener_;
  manual_reset_event posted_;
  scope serving_;
};

}  // namespace weir::test
