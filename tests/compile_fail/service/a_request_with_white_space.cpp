// SPDX-License-Identifier: Apache-2.0
// error: weir: a request's subject has white space
#include "weir/event/request_to.hpp"

struct Quote {};
struct QuoteRequested {};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes get", Quote> {};
