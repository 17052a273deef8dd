// SPDX-License-Identifier: Apache-2.0
// Answers requests from a table: `nats request quotes.get '{"product":"tea","pieces":3}'`.
#include <weir/sdk.hpp>

struct QuoteRequested {
  std::string product;
  std::int64_t pieces;
};
struct Quote {
  weir::uuid id;
  std::int64_t amount_cents;
};
template <>
struct weir::bind<QuoteRequested> : weir::request_to<"quotes.get", Quote> {};

struct QuoteGiven {
  weir::uuid id;
  std::string product;
  std::int64_t amount_cents;
};
using Quotes = weir::event_stream<"QUOTES", "quotes.given.>">;
template <>
struct weir::bind<QuoteGiven> : weir::bound_to<"quotes.given.one", Quotes, 1> {};

/// The section [quotes] of its config.toml.
struct quote_settings {
  std::int64_t pieces_max = 1'000'000;

  void check(const weir::settings_check& found) const {
    // More would not fit into an amount.
    const bool is_sane = pieces_max >= 1 && pieces_max <= 1'000'000'000;
    if (!is_sane) found.refuse("pieces_max", "it must be from 1 to 1000000000");
  }
};

constexpr auto find_price = weir::stmt<"SELECT price_cents FROM prices WHERE product = $1">;
constexpr auto keep_quote =
    weir::stmt<"INSERT INTO quotes (id, product, amount_cents) VALUES ($1, $2, $3)">;
constexpr auto keep_body = weir::stmt<"INSERT INTO records (body) VALUES ($1)">;

weir::task<Quote> quote(QuoteRequested asked, weir::tx& db) {
  const std::int64_t pieces_max = weir::settings<quote_settings>().pieces_max;
  if (asked.pieces < 1 || asked.pieces > pieces_max) {
    throw weir::error(weir::errc::invalid_argument, weir::disposition::permanent,
                      "pieces must be from 1 to " + std::to_string(pieces_max));
  }
  const auto price = co_await db.maybe<std::int64_t>(find_price, asked.product);
  if (!price) {
    throw weir::error(weir::errc::not_found, weir::disposition::permanent,
                      "no price for " + asked.product);
  }
  const Quote given{weir::uuid::random(), *price * asked.pieces};
  co_await db.exec(keep_quote, given.id, asked.product, given.amount_cents);
  db.publish(QuoteGiven{given.id, asked.product, given.amount_cents});
  co_return given;
}

weir::task<> keep_record(weir::raw<QuoteGiven> given, weir::tx& db) {
  co_await db.exec(keep_body, std::string(given.body));
}

int main(int argc, char** argv) {
  return weir::service("quotes")
      .migrations(QUOTES_MIGRATIONS)
      .settings<quote_settings>("quotes")
      .on<quote>(weir::endpoint("quote").workers(16).deadline(std::chrono::seconds(2)))
      .on<keep_record>(weir::durable("records").workers(16))
      .main(argc, argv);
}
