// SPDX-License-Identifier: Apache-2.0
#include "scrape.hpp"

#include <stdexcept>
#include <vector>

#include "http_client.hpp"
#include "measurement.hpp"
#include "weir/loop.hpp"
#include "weir/observe/http_server.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

namespace weir::bench {
namespace {

constexpr int looks = 20;
/// Of its own accord a server gives a page a part of its loop's time alone: see
/// http_server::share_of_loop.
constexpr auto pause = std::chrono::milliseconds(50);

task<double> look(socket_address at, std::string request) {
  const auto began = std::chrono::steady_clock::now();
  const auto page = co_await test::fetch(at, std::move(request));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  if (page.status != 200) throw std::runtime_error("the page of metrics answers " + page.header);
  co_return took.count();
}

task<double> look_again_and_again(metrics_format format, const metrics_registry& of) {
  http_server pages({.pages = {{.path = "/metrics", .handler = [&](const http_request& asked) {
                                  const auto as = choose_metrics_format(asked.accept);
                                  return http_response{
                                      .body = write_metrics(as, asked.parameter("name"), of),
                                      .content_type = std::string(content_type(as))};
                                }}}});
  scope serving;
  serving.spawn(pages.run());
  const bool is_open = format == metrics_format::openmetrics;
  const std::string request = test::request_for(
      "/metrics", is_open ? "Accept: application/openmetrics-text; version=1.0.0\r\n" : "");
  std::vector<double> took;
  for (int count = 0; count < looks; ++count) {
    const double one = co_await look(pages.address(), request);
    took.push_back(one);
    co_await sleep(pause);
  }
  co_await serving.close();
  co_return median_of(std::move(took));
}

}  // namespace

double scrape_over_http(metrics_format format, const metrics_registry& of) {
  loop home;
  return home.run(look_again_and_again(format, of));
}

}  // namespace weir::bench
