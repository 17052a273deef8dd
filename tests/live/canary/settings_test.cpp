// SPDX-License-Identifier: Apache-2.0
// Settings full of secrets, right and wrong, told and printed before any connection.
#include <doctest/doctest.h>

#include "canary.hpp"
#include "vault.hpp"
#include "watchdog.hpp"

TEST_SUITE_BEGIN("canary.settings");

using namespace weir::test;

namespace {

const canary secret("Settings");

/// One setting that somebody got wrong, or has right with a secret in it.
struct attempt {
  std::string what;
  variables environment = {};
  std::string file = {};
  std::vector<std::string> arguments = {};
};

attempt by_variable(const std::string& name, const std::string& value) {
  return {.what = name + '=' + value, .environment = {{name, value}}};
}
attempt by_file(const std::string& text) { return {.what = text, .file = text}; }
attempt by_flag(const std::string& text) {
  return {.what = "--set " + text, .arguments = {"--set", text}};
}

/// None of the ways to look at the settings shows the canary.
void check_hides(const attempt& one) {
  weir::test::allow(std::chrono::seconds(120));
  const vault_home home;
  home.write("vault/config.toml", one.file);
  for (const char* way : {"--check-config", "--print-config", "--describe", "--once"}) {
    std::vector<std::string> arguments = one.arguments;
    arguments.emplace_back(way);
    variables environment = one.environment;
    // Nobody is there: who has the settings right, and goes on, is told to end.
    environment.emplace_back("WEIR_POSTGRES__CONNECT_TIMEOUT", "not a time");
    const auto said = run_vault(home, arguments, environment);
    const auto found = leaks({{"output", said.output}, {"errors", said.errors}}, {secret});
    CAPTURE(one.what);
    CAPTURE(way);
    CHECK_MESSAGE(found.empty(), found.front());
  }
  const auto printed = run_vault(
      home,
      [&] {
        auto arguments = one.arguments;
        arguments.emplace_back("--print-config");
        return arguments;
      }(),
      one.environment);
  const auto found = leaks({{"output", printed.output}, {"errors", printed.errors}}, {secret});
  CAPTURE(one.what);
  CHECK_MESSAGE(found.empty(), found.front());
}

const std::string& value() { return secret.value(); }

}  // namespace

TEST_CASE("secrets of the program's own are shown by no complaint about them") {
  check_hides(by_file("[vault]\napi_kye = \"" + value() + "\"\n"));
  check_hides(by_file("[vault]\napi_key = [\"" + value() + "\"]\n"));
  check_hides(by_file("[vault]\npin = \"" + value() + "\"\n"));
  check_hides(by_file("[vault]\nkeys = \"" + value() + "\"\n"));
  check_hides(by_file("[vault]\nkeys = [\"" + value() + "\", 5]\n"));
  check_hides(by_file("[vault]\nkeys = [\"" + value() + "-old\"]\n"));
  check_hides(by_file("[vault]\nlock = \"" + value() + "\"\n"));
  check_hides(by_file("[vault.lock]\ncode = { value = \"" + value() + "\" }\n"));
  check_hides(by_file("[vault.lock]\ncode = \"" + value() + "\"\nturns = \"3\"\n"));
  check_hides(by_file("vault = \"" + value() + "\"\n"));
  check_hides(by_variable("WEIR_VAULT__PIN", value()));
  check_hides(by_variable("WEIR_VAULT__LOCK", value()));
  check_hides(by_variable("WEIR_VAULT__LOCK__COED", value()));
  check_hides(by_variable("WEIR_VAULT__KEYS", value()));
  check_hides(by_variable("WEIR_VAULT__KEYS", "[\"" + value() + "\", ]]"));
  check_hides(by_flag("vault.pin=" + value()));
  check_hides(by_flag("vault.lock=" + value()));
  check_hides(by_flag("vault.api_kee=" + value()));
}

TEST_CASE("secrets of the program's own are not printed") {
  check_hides({.what = "all of them",
               .environment = {{"WEIR_VAULT__API_KEY", value()}},
               .file = "[vault]\nkeys = [\"" + value() + "\"]\n[vault.lock]\ncode = \"" + value() +
                       "\"\n"});
}

TEST_CASE("a file that is no TOML is not quoted") {
  check_hides(by_file("[nats]\npassword = " + value() + "\n"));
  check_hides(by_file("[nats]\npassword = \"" + value() + "\n"));
  check_hides(by_file("[nats]\npassword = \"" + value() + "\" and more\n"));
  check_hides(by_file("[nats]\npassword : " + value() + "\n"));
  check_hides(by_file("[nats]\n" + value() + "\n"));
  check_hides(by_file("[nats]\npassword = \"" + value() + "\"\npassword = \"" + value() + "\"\n"));
  check_hides(by_file("[nats]\npassword = \"" + value() + "\\q\"\n"));
  check_hides(by_file("[nats]\npassword = '''" + value() + "\n"));
}

TEST_CASE("wrong addresses of nats-servers do not show who logs in") {
  for (const std::string& url :
       {"nats://till:" + secret.in_url() + "@db:4222", "http://till:" + value() + "@db",
        "nats://till:" + value() + "@db", "nats://" + secret.in_url() + "@db",
        "till:" + secret.in_url() + "@db:4222", secret.in_url() + "@db:4222",
        "nats://till:" + secret.in_url() + "@db:port", "nats://till:" + secret.in_url() + "@",
        "nats://db:4222?token=" + value(), "nats://db:4222/?password=" + value(),
        "nats://till:%zz" + value() + "@db", "nats://a:1,till:" + value() + "@db",
        "nats://a:1,nats://till:" + secret.in_url() + "@db:x",
        "nats://till:" + value() + "@db,nats://other:1"}) {
    check_hides(by_variable("NATS_URL", url));
  }
  check_hides(by_variable("WEIR_NATS__PASSWORD", value()));
  check_hides({.what = "two ways to log in",
               .environment = {{"WEIR_NATS__TOKEN", value()}, {"WEIR_NATS__USER", "till"}}});
}

TEST_CASE("wrong addresses of databases do not show a password") {
  for (const std::string& url :
       {"postgresql://till:" + secret.in_url() + "@db/shop", "mysql://till:" + value() + "@db",
        "postgresql://till:" + value() + "@db:port/shop",
        "postgresql://till:" + value() + "%zz@db/shop", "postgresql://db/shop?password=" + value(),
        "postgresql://db/shop?password=" + secret.in_url() + "&bogus=1",
        "postgresql://db/shop?sslpassword=" + secret.in_url(),
        "postgresql://db/shop?pasword=" + secret.in_url(), "host=db password=" + value() + " port",
        "host=db password='" + value() + " and more", "host=db passwrd=" + value(),
        "host=db sslpassword = '" + value() + "'", "till:" + value() + "@db/shop"}) {
    check_hides(by_variable("DATABASE_URL", url));
  }
  check_hides({.what = "PG*",
               .environment = {{"PGPASSWORD", value()},
                               {"PGSSLPASSWORD", value()},
                               {"PGOPTIONS", "-c a.password=" + value()}}});
}

TEST_CASE("wrong settings of traces do not show their keys") {
  for (const std::string& url :
       {"http://till:" + value() + "@collector:4318", "http://collector:4318/?api-key=" + value(),
        "grpc://till:" + value() + "@collector:4317", "https://collector:4318/x?k=" + value(),
        "http://collector:port/?api-key=" + value(), "http://" + secret.in_url() + "@collector"}) {
    check_hides(by_variable("OTEL_EXPORTER_OTLP_ENDPOINT", url));
    check_hides(by_variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url));
  }
  for (const std::string& headers :
       {value(), "key=" + value(), "a key=" + value(), "key=" + value() + ",,=" + value(),
        "key=%zz" + value(), "key=a\nb" + value()}) {
    check_hides(by_variable("OTEL_EXPORTER_OTLP_HEADERS", headers));
  }
}

TEST_CASE("files of secrets that are none are not quoted") {
  const vault_home home;
  const std::string binary = home.write("binary", value() + std::string("\0", 1) + value());
  const std::string large = home.write("large", value() + std::string(1U << 17U, 'x'));
  const std::string number = home.write("number", value() + "\n");
  for (const std::string& file : {binary, large, number, home / "absent"}) {
    check_hides(by_variable("WEIR_VAULT__PIN_FILE", file));
    check_hides(by_variable("WEIR_VAULT__API_KEY_FILE", file));
  }
  home.write("credentials/vault.pin", value());
  home.write("credentials/vault.lock.code", value());
  home.write("credentials/vault.api_key", value() + std::string("\0", 1));
  check_hides(by_variable("CREDENTIALS_DIRECTORY", home / "credentials"));
}

TEST_SUITE_END();
