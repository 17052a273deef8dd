// SPDX-License-Identifier: Apache-2.0
// A service that has secrets wherever one can have them, and fails in the way that a parcel wishes.
#include <map>
#include <stdexcept>
#include <vector>

#include <weir/sdk.hpp>

namespace {

struct lock_settings {
  weir::secret<std::string> code;
  std::int64_t turns = 3;
};

/// The section [vault].
struct vault_settings {
  weir::secret<std::string> api_key;
  weir::secret<std::int64_t> pin;
  std::vector<weir::secret<std::string>> keys;
  lock_settings lock;

  void check(const weir::settings_check& found) const {
    if (api_key.reveal() == "short") found.refuse("api_key", "it must be longer");
    for (const auto& key : keys) {
      if (key.reveal().ends_with("-old")) found.refuse("keys", "they must not be old");
    }
  }
};

}  // namespace

struct Parcel {
  std::int64_t id;
  std::string wish;
  std::string note;
  std::map<std::string, std::int64_t> marks = {};
};
struct ParcelKept {
  std::int64_t id;
  std::string note;
};
using Parcels = weir::event_stream<"PARCELS", "parcels.>">;
template <>
struct weir::bind<Parcel> : weir::bound_to<"parcels.sent", Parcels, 1> {};
template <>
struct weir::bind<ParcelKept> : weir::bound_to<"parcels.kept", Parcels, 1> {};

struct ParcelSought {
  std::string note;
};
struct ParcelFound {
  std::int64_t id;
};
template <>
struct weir::bind<ParcelSought> : weir::request_to<"parcel.find", ParcelFound> {};

namespace {

constexpr auto keep_parcel = weir::stmt<"INSERT INTO parcels (id, note) VALUES ($1, $2)">;
constexpr auto find_parcel = weir::stmt<"SELECT id FROM parcels WHERE note = $1">;
constexpr auto as_number = weir::stmt<"SELECT CAST($1::text AS bigint)">;

weir::task<> keep(Parcel parcel, weir::tx& db) {
  weir::log_debug("a parcel has come",
                  {{"id", parcel.id}, {"turns", weir::settings<vault_settings>().lock.turns}});
  if (parcel.wish == "throw") throw std::runtime_error("there is no shelf for a parcel");
  if (parcel.wish == "refuse") {
    throw weir::error(weir::errc::not_found, weir::disposition::permanent, "no such addressee");
  }
  if (parcel.wish == "count") co_await db.one<std::int64_t>(as_number, parcel.note);
  if (parcel.wish == "stay") co_await weir::sleep(std::chrono::hours(1));
  co_await db.exec(keep_parcel, parcel.id, parcel.note);
  db.publish(ParcelKept{parcel.id, parcel.note});
}

weir::task<ParcelFound> find(ParcelSought sought, weir::tx& db) {
  const auto id = co_await db.maybe<std::int64_t>(find_parcel, sought.note);
  if (!id) throw std::runtime_error("the parcel is not here");
  co_return ParcelFound{*id};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  return weir::service("vault")
      .migrations(VAULT_MIGRATIONS)
      .settings<vault_settings>("vault")
      .on<keep>(weir::durable("keeper")
                    .workers(4)
                    .retry(2, weir::exponential(1ms, 10ms))
                    .dead_letter("dlq.parcels"))
      .on<find>(weir::endpoint("find").workers(4))
      .main(argc, argv);
}
