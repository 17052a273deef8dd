// SPDX-License-Identifier: Apache-2.0
#include "place.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using weir::detail::short_function_name;
using weir::detail::to_text;

TEST_SUITE_BEGIN("runtime.place");

TEST_CASE("a function is named without its return type, parameters and template arguments") {
  CHECK(short_function_name("int main()") == "main");
  CHECK(short_function_name(
            "task<int> shop::serve(manual_reset_event &, std::function<void (int)>)") ==
        "shop::serve");
  CHECK(short_function_name("const char *name_of(int) noexcept") == "name_of");
  CHECK(short_function_name("auto box<int>::get() const &") == "box::get");
  CHECK(short_function_name("decltype(auto) pass(int &&)") == "pass");
}

TEST_CASE("what clang adds to a function's name is left out") {
  CHECK(short_function_name(
            "task<T> (anonymous namespace)::wait_for(manual_reset_event &, T) [T = int]") ==
        "wait_for");
  CHECK(short_function_name("std::invoke_result_t<Body &, scope &> weir::with_scope(Body) "
                            "[Body = (lambda at f.cpp:19:22)]") == "weir::with_scope");
  CHECK(short_function_name(
            "auto (anonymous namespace)::start(manual_reset_event &)::(anonymous class)::"
            "operator()(scope &) const") == "start::lambda");
}

TEST_CASE("what g++ adds to a function's name is left out") {
  CHECK(short_function_name(
            "weir::task<T> {anonymous}::wait_for(weir::manual_reset_event&, T) [with T = int]") ==
        "wait_for");
  CHECK(short_function_name(
            "{anonymous}::start(weir::manual_reset_event&)::<lambda(weir::scope&)>") ==
        "start::lambda");
  CHECK(short_function_name("void serve(serve(int)::_Z5servei.Frame*)") == "serve");
}

TEST_CASE("an operator's name keeps its signs") {
  CHECK(short_function_name("task<> server::operator()(manual_reset_event &) const") ==
        "server::operator()");
  CHECK(short_function_name("bool shop::operator<(const price &, const price &)") ==
        "shop::operator<");
  CHECK(short_function_name("price *shop::holder<int>::operator->()") ==
        "shop::holder::operator->");
  CHECK(short_function_name("server::operator task<int>()") == "server::operator task<int>");
  CHECK(short_function_name("void operator_of_line(int)") == "operator_of_line");
}

TEST_CASE("a name that breaks off, or is no name, is taken as far as it goes") {
  CHECK(short_function_name("").empty());
  CHECK(short_function_name("name").compare("name") == 0);
  CHECK(short_function_name("task<std::vector<int").compare("task") == 0);
  CHECK(short_function_name("operator").compare("operator") == 0);
  CHECK(short_function_name("bool operator<").compare("operator<") == 0);
  const std::string cut = short_function_name("void " + std::string(500, 'x') + "()");
  CHECK(cut == std::string(77, 'x') + "...");
}

TEST_CASE("a place is its file as the compiler names it, its line and its function") {
  const auto here = std::source_location::current();
  std::string file = here.file_name();
  while (file.starts_with("../")) file.erase(0, 3);
  CHECK(to_text(here).starts_with(file + ":" + std::to_string(here.line()) + " in "));
  CHECK(to_text(std::source_location()) == "an unknown place");
}

TEST_CASE("a span of time is told in the unit that suits it") {
  CHECK(to_text(-5s) == "0 us");
  CHECK(to_text(400ns) == "0 us");
  CHECK(to_text(999us) == "999 us");
  CHECK(to_text(1ms) == "1 ms");
  CHECK(to_text(1500ms) == "1.5 s");
  CHECK(to_text(90s) == "90 s");
  CHECK(to_text(3min) == "3.0 min");
  CHECK(to_text(45min) == "45 min");
  CHECK(to_text(36h) == "36 h");
  CHECK(to_text(24h * 400) == "400 days");
}

TEST_SUITE_END();
