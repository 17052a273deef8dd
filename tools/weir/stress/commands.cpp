// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>

#include "examples.hpp"
#include "exit_code.hpp"
#include "html_report.hpp"
#include "load.hpp"
#include "nats_session.hpp"
#include "options.hpp"
#include "print_report.hpp"
#include "private_bench.hpp"
#include "publish/body_source.hpp"
#include "status_line.hpp"
#include "weir/error.hpp"

namespace weir::tools {
namespace {

constexpr const char* details =
    "Messages are sent when they are due, whether or not those before were answered, and each is\n"
    "measured from when it was due: a server that stands still for a second shows it. With\n"
    "--until-event the measure ends with the event that a service publishes for the message, "
    "found\n"
    "by the header Weir-Causation-Id, which weir's services set, or by a field of both bodies.\n"
    "The body is a template, as for 'weir pub'.\n"
    "\n"
    "With --service it starts that program, on a nats-server and a PostgreSQL of its own, and\n"
    "--fault says what happens to these meanwhile: kill or pause, of nats, postgres or service, "
    "for "
    "a\n"
    "second or as long as is said. What a killed service had in hand comes back after 30 s: let\n"
    "--patience be longer.\n"
    "\n"
    "Exits 0 when every message was confirmed and had its event, 1 when not, or when it was\n"
    "stopped.\n\n";

struct request {
  std::string url;
  std::string subject;
  std::string body = R"({"id":"{{uuid}}"})";
  std::string file;
  std::uint64_t rate = 1000;
  std::chrono::seconds span = std::chrono::seconds(10);
  std::vector<std::string> phases;
  std::string until_event;
  std::string by = "header:Weir-Causation-Id";
  std::string watch;
  std::chrono::seconds patience = std::chrono::seconds(10);
  std::string json;
  std::string hgrm;
  std::string html;
  std::string service;
  std::vector<std::string> faults;
};

error wrong(const std::string& text) {
  return error(errc::invalid_argument, disposition::permanent, text);
}

std::vector<load_phase> phases_of(const request& from) {
  if (from.phases.size() > phases_max) throw wrong("a load has 100 phases at most");
  if (from.phases.empty()) return {{.span = from.span, .rate = from.rate}};
  std::vector<load_phase> read;
  for (const std::string& one : from.phases) {
    const auto phase = parse_phase(one);
    if (!phase) {
      throw wrong("'" + one +
                  "' is no phase; it looks like 10s@1000: seconds (s), minutes (m) or hours (h), "
                  "and messages a second, one million at most");
    }
    read.push_back(*phase);
  }
  return read;
}

std::vector<fault> faults_of(const request& from, const std::vector<load_phase>& phases) {
  if (from.faults.size() > faults_max) throw wrong("a load has 100 faults at most");
  std::vector<fault> read;
  for (const std::string& one : from.faults) {
    const auto known = parse_fault(one);
    if (!known) {
      throw wrong("'" + one +
                  "' is no fault; it looks like 10s@kill-nats or 10s@pause-postgres:5s: kill or "
                  "pause, of nats, postgres or service, for 5m at most");
    }
    if (known->at >= arrival_schedule(phases).span()) {
      throw wrong("the fault '" + one + "' comes after the end of the load");
    }
    read.push_back(*known);
  }
  std::ranges::sort(read, {}, &fault::at);
  return read;
}

load_request resolved(const request& from) {
  load_request wanted;
  wanted.subject = nats::subject(from.subject).text();
  wanted.body = body_template(from.file.empty() ? from.body : read_body(from.file));
  wanted.phases = phases_of(from);
  wanted.faults = faults_of(from, wanted.phases);
  if (!from.until_event.empty()) {
    wanted.until_event = nats::subject_pattern(from.until_event).text();
  }
  const auto by = parse_correlation_key(from.by);
  if (!by) throw wrong("--by is field:NAME or header:NAME, not '" + from.by + "'");
  wanted.by = *by;
  if (!from.watch.empty()) {
    const std::size_t colon = from.watch.find(':');
    if (colon == std::string::npos) throw wrong("--watch is STREAM:CONSUMER");
    wanted.stream = from.watch.substr(0, colon);
    wanted.consumer = from.watch.substr(colon + 1);
  }
  wanted.patience = from.patience;
  wanted.seed = std::random_device()();
  return wanted;
}

/// Opened before the load, so that a path that cannot be written does not cost a run.
std::ofstream opened(const std::string& path) {
  std::ofstream file;
  if (path.empty()) return file;
  file.open(path, std::ios::binary | std::ios::trunc);
  if (!file) throw wrong("the file '" + path + "' cannot be written");
  return file;
}

task<int> measure(nats::connection& over, const load_request& wanted, interruption& stop,
                  stress_report& into) {
  status_line line;
  into = co_await run_load(over, wanted, stop, line.period(),
                           [&line](const load_status& now) { line.show(now); });
  co_return into.is_good() ? exit_good : exit_findings;
}

task<int> measure_service(nats::connection& over, const load_request& wanted, private_bench& bench,
                          interruption& stop, stress_report& into) {
  std::exception_ptr failure;
  int code = exit_failed;
  try {
    co_await bench.start_service();
    code = co_await measure(over, wanted, stop, into);
  } catch (...) {
    failure = std::current_exception();
  }
  const auto ended = co_await bench.end().as_result();
  if (failure) std::rethrow_exception(failure);
  if (!ended.has_value()) throw ended.error();
  co_return code;
}

int run_measured(const request& from, load_request wanted, stress_report& into) {
  if (from.service.empty()) {
    const auto body = [&](nats::connection& over, interruption& stop) {
      return measure(over, wanted, stop, into);
    };
    return run_nats_connection(nats_servers(from.url), on_signal::stop, body);
  }
  private_bench bench(from.service);
  wanted.inject = [&bench](fault what) { return bench.inject(what); };
  const auto body = [&](nats::connection& over, interruption& stop) {
    return measure_service(over, wanted, bench, stop, into);
  };
  return run_nats_connection({.url = bench.nats_url()}, on_signal::stop, body);
}

int run(const request& from) {
  load_request wanted = resolved(from);
  std::ofstream json = opened(from.json);
  std::ofstream hgrm = opened(from.hgrm);
  std::ofstream html = opened(from.html);
  stress_report report;
  const int code = run_measured(from, std::move(wanted), report);
  print_report(report, std::cout);
  if (json.is_open()) json << json_of(report) << '\n';
  if (hgrm.is_open()) hgrm << hgrm_of(measured(report, report.total()));
  if (html.is_open()) html << html_of(report);
  return code;
}

void add_files(CLI::App& leaf, request& what) {
  leaf.add_option("--json", what.json, "writes the report as JSON")->type_name("PATH");
  leaf.add_option("--hgrm", what.hgrm, "writes the distribution for HdrHistogram's plotter")
      ->type_name("PATH");
  leaf.add_option("--html", what.html, "writes the report as a page with plots")->type_name("PATH");
}

}  // namespace

void add_stress_command(CLI::App& under, actions& to) {
  auto what = std::make_shared<request>();
  CLI::App& leaf =
      *under.add_subcommand("stress", "Loads a service at a set rate, and measures it.");
  set_examples(leaf,
               {"weir stress orders.created --file order.json --rate 5000 --for 30s",
                "weir stress orders.created --phase 10s@1000 --phase 30s@5000 --until-event "
                "orders.processed --watch ORDERS:billing --html report.html",
                "weir stress orders.created --service build/shop --for 60s --fault "
                "10s@kill-nats --fault 30s@pause-postgres:5s --until-event orders.processed"});
  leaf.footer(details + under.get_footer());
  leaf.add_option("SUBJECT", what->subject, "where the messages go; a stream keeps it")->required();
  leaf.add_option("--body", what->body, "the template of the body")
      ->type_name("TEXT")
      ->capture_default_str();
  leaf.add_option("--file", what->file, "reads the template from a file")->type_name("PATH");
  CLI::Option* const phase =
      leaf.add_option("--phase", what->phases, "so long at so many a second; any number of times")
          ->type_name("SPAN@RATE")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  leaf.add_option("--rate", what->rate, "how many a second, in one phase")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{arrival_rate_max}))
      ->capture_default_str()
      ->excludes(phase);
  add_age_option(leaf, "--for", what->span, "how long that phase is; 10s without it")
      ->excludes(phase);
  leaf.add_option("--until-event", what->until_event, "measures until this event; * and > fit")
      ->type_name("SUBJECT");
  leaf.add_option("--by", what->by, "how events are recognised: field:NAME or header:NAME")
      ->capture_default_str();
  leaf.add_option("--watch", what->watch, "shows the backlog of a consumer")
      ->type_name("STREAM:CONSUMER");
  add_age_option(leaf, "--patience", what->patience,
                 "how long events are waited for at the end; 10s without it");
  CLI::Option* const service =
      leaf.add_option("--service", what->service, "starts this program on servers of its own")
          ->type_name("PATH");
  leaf.add_option("--fault", what->faults, "what happens then; any number of times")
      ->type_name("SPAN@FAULT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->needs(service);
  add_files(leaf, *what);
  add_nats_option(leaf, what->url);
  to.on(leaf, [what] { return run(*what); });
}

}  // namespace weir::tools
