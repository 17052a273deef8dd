// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::nats::detail::model {

/// The error object of JetStream's answers, with the codes and texts of the server's errors.json.
struct api_fault {
  std::int64_t code = 0;
  std::int64_t err_code = 0;
  std::string description;
};

inline api_fault bad_request() { return {400, 10003, "bad request"}; }
inline api_fault invalid_json() { return {400, 10025, "invalid JSON"}; }
inline api_fault not_empty_request() { return {400, 10038, "expected an empty request payload"}; }
inline api_fault stream_not_found() { return {404, 10059, "stream not found"}; }
inline api_fault stream_mismatch() {
  return {400, 10056, "stream name in subject does not match request"};
}
inline api_fault stream_sealed() { return {400, 10109, "invalid operation on sealed stream"}; }
inline api_fault invalid_stream(std::string why) { return {500, 10052, std::move(why)}; }
inline api_fault no_message_found() { return {404, 10037, "no message found"}; }
inline api_fault consumer_not_found() { return {404, 10014, "consumer not found"}; }
inline api_fault replicas_not_supported() {
  return {500, 10074, "replicas > 1 not supported in non-clustered mode"};
}
inline api_fault negative_replicas() { return {400, 10133, "replicas count cannot be negative"}; }
inline api_fault wrong_last_sequence(std::uint64_t last) {
  return {400, 10071, "wrong last sequence: " + std::to_string(last)};
}

}  // namespace weir::nats::detail::model
