// SPDX-License-Identifier: Apache-2.0
// A user's program on the SDK, built against an installed weir.
#include <weir/event/json.hpp>
#include <weir/uuid.hpp>

#include <cstdint>

struct order {
  weir::uuid id;
  std::int64_t amount_cents;
};

int main() {
  const std::string text = R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","amount_cents":1250})";
  const weir::result<order> read = weir::json::decode<order>(text);
  return read.has_value() && weir::json::encode(read.value()) == text ? 0 : 1;
}
