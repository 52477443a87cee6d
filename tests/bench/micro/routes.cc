// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What it costs to find a path's route among 10 and among 10,000 of a kind, where requests are for
// 10 paths, and for 1,000, whose routes no longer fit into the nearest cache. Its bound is in
// driver/plan.py.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/web/app/internal/router.h>

#include <tests/bench/micro/cpu_time.h>

namespace {

using eddy::web::internal::Exchange;
using eddy::web::internal::PathParts;
using eddy::web::internal::RouteDefinition;
using eddy::web::internal::Router;
using eddy_bench::cpu_ns;

constexpr int kLooks = 20000;
constexpr int kRounds = 15;

struct Kind {
  const char* name;
  bool is_regex;
  // Before and behind the number of each route, and of a path for it.
  const char* before;
  const char* behind;
  const char* path_behind;
};

constexpr Kind kKinds[] = {
    {"literal", true, "/stories/", "/edit", "/edit"},
    {"literal, miss", true, "/stories/", "/edit", "/edits"},
    {"template", false, "/section", "/{story}/comments/{id}", "/once-upon-a-time/comments/17"},
    {"template, miss", false, "/section", "/{story}/comments/{id}", "/once-upon-a-time/likes/17"},
    {"regex", true, "/user", R"(/posts/(\d+)/([a-z]+))", "/posts/17/comments"},
    {"regex, miss", true, "/user", R"(/posts/(\d+)/([a-z]+))", "/posts/x17/comments"},
};

struct Routes {
  eddy::web::internal::RouteNames names;
  Router router{names};
  std::vector<std::string> paths;
  bool hits;

  Routes(const Kind& kind, int count) : hits(std::strstr(kind.name, "miss") == nullptr) {
    for (int i = 0; i < count; ++i) {
      // Wide apart, as a program's own names are.
      const std::string number = std::to_string(i * 7919 % 100003);
      RouteDefinition made;
      made.pattern = kind.before + number + kind.behind;
      made.is_regex = kind.is_regex;
      made.methods[0].invoke = [](void*, Exchange&, PathParts&) {};
      router.add(std::move(made));
      if (count <= 10 || i % 10 == 0) {
        paths.push_back(kind.before + number + kind.path_behind);
      }
    }
  }

  // Nanoseconds for each of so many paths in turn.
  double measure(std::size_t different) {
    PathParts parts;
    int matches = 0;
    const double began = cpu_ns();
    for (int i = 0; i < kLooks; ++i) {
      const std::string& path = paths[static_cast<std::size_t>(i) % different];
      matches += router.find(path, parts).result == Router::Result::match ? 1 : 0;
    }
    const double spent = (cpu_ns() - began) / kLooks;
    if (matches == (hits ? kLooks : 0)) return spent;
    throw std::logic_error("a path was not found, or one too many");
  }
};

}  // namespace

int main() {
  std::printf("%-16s %12s %12s %8s %12s\n", "ns for a path", "10 routes", "10,000", "ratio",
              "1,000 paths");
  for (const Kind& kind : kKinds) {
    Routes few(kind, 10);
    Routes many(kind, 10000);
    constexpr double kNever = std::numeric_limits<double>::max();
    double few_ns = kNever;
    double many_ns = kNever;
    double spread_ns = kNever;
    for (int round = 0; round < kRounds; ++round) {
      few_ns = std::min(few_ns, few.measure(10));
      many_ns = std::min(many_ns, many.measure(10));
      spread_ns = std::min(spread_ns, many.measure(1000));
    }
    const double ratio = many_ns / few_ns;
    std::printf("%-16s %12.0f %12.0f %8.2f %12.0f\n", kind.name, few_ns, many_ns, ratio, spread_ns);
  }
}
