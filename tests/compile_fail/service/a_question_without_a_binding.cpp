// SPDX-License-Identifier: Apache-2.0
// error: weir: what is asked has no binding: specialise weir::bind for it
#include "weir/service/ask.hpp"

struct PriceRequested {};
auto misuse(weir::nats::connection& link) { return weir::ask(link, PriceRequested{}); }
