// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/config/service_settings.hpp"
#include "weir/config/settings.hpp"
#include "weir/observe/health.hpp"
#include "weir/service/endpoint.hpp"
#include "weir/service/handler.hpp"
#include "weir/service/policy.hpp"
#include "weir/service/responder.hpp"
#include "weir/service/schedule.hpp"

namespace weir {

/// A program that handles events and answers requests: its handlers, their policies, and the main
/// loop.
///
///     int main(int argc, char** argv) {
///       return weir::service("order-processor")
///           .migrations("migrations")
///           .on<process>(weir::durable("order-processor").workers(64).dead_letter("dlq.orders"))
///           .main(argc, argv);
///     }
///
/// It reads its settings (load_settings.hpp), waits for both servers, applies the
/// migrations, creates the streams and consumers that are missing, and handles messages. A message
/// is acknowledged after its handler's work is committed; its effects are there once, however often
/// the server delivers it (see durable::once()).
/// SIGTERM and SIGINT drain: nothing new is taken, what runs is finished, requests that came are
/// answered, messages that wait are given back; a second signal exits at once. SIGUSR1 prints the
/// live tasks to standard error.
class service {
 public:
  struct registration {
    detail::handler_entry entry;
    durable policy;
  };
  struct answering {
    detail::responder_entry entry;
    endpoint policy;
  };

  explicit service(std::string name) : name_(std::move(name)) {}

  /// Handles the event of `Handler`'s first parameter with it: see handler_kind for the forms.
  /// Throws `invalid_argument` for a policy that does not fit the handler.
  template <auto Handler>
  service& on(durable policy) {
    add({detail::make_handler_entry<Handler>(), std::move(policy)});
    return *this;
  }

  /// Answers the requests of `Handler`'s first parameter with what it gives: see responder.hpp.
  /// Throws `invalid_argument` where another one has the endpoint's name or subject, or where a
  /// handler's stream keeps that.
  template <auto Handler>
  service& on(endpoint policy) {
    add({detail::make_responder_entry<Handler>(), std::move(policy)});
    return *this;
  }

  /// Runs `Handler`, a task<>(tx&), which may ask for `const tick&` and `caller&` as well, at the
  /// times of the schedule.
  template <auto Handler>
  service& scheduled(schedule when) {
    using signature = detail::scheduled_signature<decltype(Handler)>;
    static_assert(
        signature::is_valid,
        "weir: a scheduled handler is a function weir::task<> name(weir::tx& db), or with "
        "const weir::tick& or weir::caller& behind it");
    if constexpr (signature::is_valid) {
      add({std::move(when), signature::template call<Handler>});
    }
    return *this;
  }

  /// The version of the program, as of semver.org: who asks for the service is told it (`$SRV`),
  /// and who runs it with `--version`. Throws `invalid_argument` for what is none.
  ///
  ///     weir::service("order-processor").version("1.4.2")
  service& version(std::string number);

  /// Reads the section [name] of the settings into a struct of the program's own, whose fields are
  /// its keys, and their initialisers its defaults; handlers get it by settings<Settings>():
  ///
  ///     struct shop_settings {
  ///       std::int64_t free_shipping_from = 50'00;
  ///       weir::duration price_age_max = std::chrono::minutes(5);
  ///       weir::secret<std::string> tax_api_key;
  ///     };
  ///     ... weir::service("shop").settings<shop_settings>("shop") ...
  ///
  /// A field is a bool, number, string, enum class, duration, byte_size, secret, a struct of them,
  /// or an optional or vector of one; see settings_check for what else must hold. Throws
  /// `invalid_argument` for a name that is weir's, and for a name or type that has a section.
  template <class Settings>
  service& settings(std::string name) {
    detail::add_section(own_sections_, detail::make_own_section<Settings>(std::move(name)));
    return *this;
  }

  /// The directory of the .sql files to apply at start; the setting service.migrations overrides
  /// it.
  service& migrations(std::filesystem::path directory) {
    migrations_ = std::move(directory);
    return *this;
  }

  /// Makes readiness depend on something else that the handlers need: see health_check. The service
  /// has checks of its own: "nats", "postgres", and, optional, "consumer:STREAM/NAME" for each.
  service& depends_on(health_check one) {
    checks_.push_back(std::move(one));
    return *this;
  }

  /// Leaves out the check, at start, that the database can run each statement of the program and
  /// that its rows fit: for a program that uses several databases.
  service& without_statement_check() {
    checks_statements_ = false;
    return *this;
  }

  /// Runs until drained: 0. 1 when it failed for good, as it does where the server does not permit
  /// it to take the requests that it has responders for; 2 for a wrong command line or setting.
  /// With
  /// `--check-config` it says whether the settings are right, before any connection: 0, or 1 with
  /// all that is wrong; with `--print-config` it prints them. With `--once` it ends when every
  /// message that its streams hold is settled, and answers no requests; with `--describe` it prints
  /// describe(), with `--help` the rest. With
  /// `--try STREAM:SEQUENCE` it runs the handler of that dead letter, or stored message, once in a
  /// transaction that is rolled back, and prints what that would have made: 0 when it succeeds, 1
  /// when it fails, 3 when it could not be tried.
  int main(int argc, char** argv);

  /// Its handlers, each with the chain of its policies, as a text for people.
  std::string describe() const;

  const std::string& name() const noexcept { return name_; }
  /// "0.0.0" where none was said.
  const std::string& version() const noexcept { return version_; }
  const std::vector<registration>& registrations() const noexcept { return registrations_; }
  const std::vector<answering>& responders() const noexcept { return responders_; }
  const std::vector<detail::scheduled_entry>& schedules() const noexcept { return schedules_; }
  const std::filesystem::path& migrations() const noexcept { return migrations_; }
  const std::vector<health_check>& checks() const noexcept { return checks_; }
  bool checks_statements() const noexcept { return checks_statements_; }
  const std::vector<detail::own_section>& own_sections() const noexcept { return own_sections_; }

 private:
  void add(registration one);
  void add(answering one);
  void add(detail::scheduled_entry one);

  std::string name_;
  std::string version_ = "0.0.0";
  std::vector<registration> registrations_;
  std::vector<answering> responders_;
  std::vector<detail::scheduled_entry> schedules_;
  std::vector<detail::own_section> own_sections_;
  std::filesystem::path migrations_;
  std::vector<health_check> checks_;
  bool checks_statements_ = true;
};

}  // namespace weir
