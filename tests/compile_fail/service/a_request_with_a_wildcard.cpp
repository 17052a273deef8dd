// SPDX-License-Identifier: Apache-2.0
// error: weir: a request's subject has a wildcard
#include "weir/event/request_to.hpp"

struct Quote {};
struct QuoteRequested {};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.*", Quote> {};
