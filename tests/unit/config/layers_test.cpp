// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "runtime/temporary_directory.hpp"
#include "shop.hpp"

TEST_SUITE_BEGIN("config.layers");

using namespace std::chrono_literals;
using weir::origin_of;
using weir::test::load_shop;
using weir::test::problems_of;
using weir::test::shop_in;

namespace {

/// All layers, each of which says of one setting more than the one before.
struct all_layers {
  weir::test::temporary_directory place;
  weir::settings_sources from{.service = "shop"};

  explicit all_layers(int layers) {
    from.directories = {place / "etc", place / "xdg"};
    if (layers > 0) write("etc/shop/config.toml", "etc");
    if (layers > 1) write("xdg/shop/config.toml", "xdg");
    if (layers > 2) from.file = write("given.toml", "given");
    if (layers > 3) from.environment = {{"NATS_URL", "nats://known"}};
    if (layers > 4) from.environment.emplace_back("WEIR_NATS__URL", "nats://variable");
    if (layers > 5) from.overrides = {"nats.url=nats://first", "nats.url=nats://flag"};
  }

  std::filesystem::path write(const std::string& file, const std::string& host) const {
    const auto folder = std::filesystem::path(place / file).parent_path();
    std::filesystem::create_directories(folder);
    return place.make_file(file,
                           "[nats]\nurl = \"nats://" + host + "\"\nuser = \"" + host + "\"\n");
  }
};

}  // namespace

TEST_CASE("each layer holds over the ones before it, and is known as the origin") {
  const auto settings_of = [](int layers) { return load_shop(all_layers(layers).from); };

  CHECK(settings_of(0).nats.url == "nats://127.0.0.1:4222");
  CHECK(origin_of(settings_of(0), "nats.url") == "default");
  CHECK(settings_of(1).nats.url == "nats://etc");
  CHECK(origin_of(settings_of(1), "nats.url").ends_with("/etc/shop/config.toml:2"));
  CHECK(settings_of(2).nats.url == "nats://xdg");
  CHECK(origin_of(settings_of(2), "nats.url").ends_with("/xdg/shop/config.toml:2"));
  CHECK(settings_of(3).nats.url == "nats://given");
  CHECK(origin_of(settings_of(3), "nats.url").ends_with("/given.toml:2"));
  CHECK(settings_of(4).nats.url == "nats://known");
  CHECK(origin_of(settings_of(4), "nats.url") == "environment NATS_URL");
  CHECK(settings_of(5).nats.url == "nats://variable");
  CHECK(origin_of(settings_of(5), "nats.url") == "environment WEIR_NATS__URL");
  CHECK(settings_of(6).nats.url == "nats://flag");
  CHECK(origin_of(settings_of(6), "nats.url") == "flag --set nats.url");
  CHECK(settings_of(6).nats.user == "given");
}

TEST_CASE("a layer changes what it says, and leaves the rest of a section") {
  const auto settings = load_shop({.text = "[shop.parcel]\nby = \"courier\"\npieces_max = 4\n"
                                           "[shop.express]\npieces_max = 1\n",
                                   .environment = {{"WEIR_SHOP__PARCEL__PIECES_MAX", "7"},
                                                   {"WEIR_SHOP__EXPRESS__BY", "pigeon"}}});

  CHECK(shop_in(settings).parcel.by == weir::test::carrier::courier);
  CHECK(shop_in(settings).parcel.pieces_max == 7);
  REQUIRE(shop_in(settings).express.has_value());
  CHECK(shop_in(settings).express->pieces_max == 1);
  CHECK(shop_in(settings).express->by == weir::test::carrier::pigeon);
}

TEST_CASE("files of the system and the user may be missing, the one that is named may not") {
  const weir::test::temporary_directory place;

  CHECK(problems_of({.service = "shop", .directories = {place.path(), "/no/such/place"}}) == "");
  CHECK(problems_of({.service = "shop", .file = place / "none.toml"}) ==
        "cannot read " + place / "none.toml" + ": No such file or directory");
  CHECK(problems_of({.service = "shop", .file = place.path()}).find("no regular file") !=
        std::string::npos);
  CHECK(problems_of(
            {.file = place.make_file("big.toml", std::string(weir::config_bytes_max + 1, '#'))})
            .find("more than 1048576 bytes") != std::string::npos);
}

TEST_CASE("a file that is there and cannot be read is no missing one") {
  const weir::test::temporary_directory place;
  std::filesystem::create_directory(place / "shop");
  const std::string file = place.make_file("shop/config.toml", "nats.user = \"a\"");
  std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
  const weir::settings_sources from{.service = "shop", .directories = {place.path()}};

  const auto of_file = [&] {
    const weir::test::as_nobody reader(file);
    return problems_of(from);
  }();
  CHECK(of_file == "cannot read " + file + ": Permission denied");
  const auto of_folder = [&] {
    const weir::test::as_nobody reader(place / "shop");
    return problems_of(from);
  }();
  CHECK(of_folder == "cannot read " + file + ": Permission denied");
}

TEST_CASE("the names that people set already are taken") {
  const auto settings = load_shop({.environment = {{"NATS_URL", "nats://a:1,nats://b:2"},
                                                   {"DATABASE_URL", "host=/run/postgresql"},
                                                   {"WEIR_DATABASE_CONNECTIONS", "200"},
                                                   {"WEIR_MIGRATIONS", "sql"},
                                                   {"WEIR_DRIVER", "epoll"}}});

  CHECK(settings.nats.url == "nats://a:1,nats://b:2");
  CHECK(settings.postgres.url == "host=/run/postgresql");
  CHECK(settings.postgres.connections == 200);
  CHECK(settings.service.migrations == "sql");
  CHECK(settings.service.driver == weir::driver_choice::epoll);
}

TEST_CASE("the names of OpenTelemetry are taken, those for traces before those for all") {
  const auto settings =
      load_shop({.environment = {{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "key=pen"},
                                 {"OTEL_EXPORTER_OTLP_HEADERS", "key=pencil"},
                                 {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"},
                                 {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://spans/v1/traces"},
                                 {"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"},
                                 {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                                 {"OTEL_TRACES_SAMPLER_ARG", "0.01"},
                                 {"OTEL_SERVICE_NAME", "till"},
                                 {"OTEL_RESOURCE_ATTRIBUTES", "team=shop"},
                                 {"OTEL_SDK_DISABLED", "TRUE"}}});

  CHECK(settings.trace.headers == "key=pen");
  CHECK(settings.trace.endpoint == "http://collector:4318");
  CHECK(settings.trace.traces_endpoint == "https://spans/v1/traces");
  CHECK(settings.trace.timeout == 2500ms);
  CHECK(settings.trace.sampler == weir::trace_settings::samplers::parentbased_traceidratio);
  CHECK(settings.trace.sampler_argument == doctest::Approx(0.01));
  CHECK(settings.trace.service_name == "till");
  CHECK(settings.trace.resource_attributes == "team=shop");
  CHECK(settings.trace.disabled);
}

TEST_CASE("an empty variable counts as not set") {
  const auto settings = load_shop({.environment = {{"NATS_URL", ""}, {"WEIR_SHOP__GREETING", ""}}});

  CHECK(settings.nats.url == "nats://127.0.0.1:4222");
  CHECK(shop_in(settings).greeting == "welcome");
}

TEST_CASE("a variable reaches a field whatever the case of its letters") {
  const auto settings = load_shop({.environment = {{"WEIR_SHOP__MAXITEMS", "9"}}});

  CHECK(shop_in(settings).maxItems == 9);
}

TEST_CASE("a variable without a double underscore is somebody else's") {
  CHECK(problems_of({.environment = {
                         {"WEIR_TEST_SEED", "7"}, {"WEIRD__X", "7"}, {"OTEL_NEW", "x"}}}) == "");
}

TEST_CASE("a wrong variable is refused by its name, with what would be right") {
  const auto problem = [](const char* name, const char* text) {
    return problems_of({.environment = {{name, text}}});
  };

  CHECK(
      problem("WEIR_DATABASE_CONNECTIONS", "ten") ==
      "environment WEIR_DATABASE_CONNECTIONS: postgres.connections is \"ten\"; it must be a whole "
      "number from 0 to 4294967295");
  for (const char* wrong : {"0", "201"}) {
    CHECK(problem("WEIR_DATABASE_CONNECTIONS", wrong) ==
          "environment WEIR_DATABASE_CONNECTIONS: postgres.connections is " + std::string(wrong) +
              "; it must be a number from 1 to 200");
  }
  CHECK(problem("WEIR_DRIVER", "kqueue").find("one of automatic, uring and epoll") !=
        std::string::npos);
  CHECK(problem("DATABASE_URL", "mysql://clerk:canary@db/x") ==
        "environment DATABASE_URL: postgres.url is \"mysql://clerk:***@db/x\"; it must look like "
        "postgresql://user:password@host:5432/database");
  CHECK(problem("WEIR_NATS__ULR", "x") ==
        "environment WEIR_NATS__ULR: nats.ulr is no setting; did you mean nats.url?");
  CHECK(problem("WEIR_NAST__URL", "x") ==
        "environment WEIR_NAST__URL: nast is no section; did you mean nats?");
  CHECK(problem("WEIR_NATS__TLS", "x") ==
        "environment WEIR_NATS__TLS: nats.tls is \"x\"; it is a section, whose keys are set one by "
        "one");
  CHECK(problem("WEIR___URL", "x") != "");
  CHECK(problem("WEIR_NATS__", "x") != "");
}

TEST_CASE("programs beside services read the environment alone, and pass over others' sections") {
  setenv("WEIR_SHOP__GREETING", "hello", 1);
  setenv("WEIR_NATS__USER", "till", 1);
  CHECK(weir::settings_of_environment().nats.user == "till");
  setenv("WEIR_NATS__URLL", "nats://x", 1);
  CHECK_THROWS_AS(weir::settings_of_environment(), const weir::error&);
  for (const char* name : {"WEIR_SHOP__GREETING", "WEIR_NATS__USER", "WEIR_NATS__URLL"}) {
    unsetenv(name);
  }
}

TEST_CASE("a process looks into /etc, and where XDG says, or else at home") {
  const auto directories = [](const char* xdg, const char* home) {
    setenv("XDG_CONFIG_HOME", xdg, 1);
    setenv("HOME", home, 1);
    return weir::sources_of_process("shop").directories;
  };
  const std::string home_before = getenv("HOME") == nullptr ? "" : getenv("HOME");
  using paths = std::vector<std::filesystem::path>;

  CHECK(directories("/xdg", "/users/a") == paths{"/etc", "/xdg"});
  CHECK(directories("", "/users/a") == paths{"/etc", "/users/a/.config"});
  CHECK(directories("relative", "/users/a") == paths{"/etc", "/users/a/.config"});
  CHECK(directories("", "") == paths{"/etc"});

  unsetenv("XDG_CONFIG_HOME");
  setenv("HOME", home_before.c_str(), 1);
}

TEST_SUITE_END();
