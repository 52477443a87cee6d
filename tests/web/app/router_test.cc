// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/router.h>

#include <gtest/gtest.h>

#include <ctime>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/app/internal/path_pattern.h>
#include <eddy/web/app/internal/route_index.h>

namespace {

using eddy::web::internal::Exchange;
using eddy::web::internal::PathParts;
using eddy::web::internal::PathPattern;
using eddy::web::internal::RouteDefinition;
using eddy::web::internal::RouteIndex;
using eddy::web::internal::RouteNames;
using eddy::web::internal::Router;

RouteDefinition definition(std::string pattern, bool is_regex, std::string name = {}) {
  RouteDefinition made;
  made.pattern = std::move(pattern);
  made.is_regex = is_regex;
  made.name = std::move(name);
  made.methods[0].invoke = [](void*, Exchange&, PathParts&) {};
  return made;
}

// ---- PathPattern

TEST(PathPattern, ALongPathNeedsNoMoreStackThanThereIs) {
  // Each repetition is a way back, and PCRE2's JIT code has no room for 2,000 on its stack.
  const PathPattern pattern = PathPattern::from_regex("/((?:a|b)*)");
  std::string path = "/" + std::string(8000, 'a');
  PathParts parts;
  ASSERT_EQ(pattern.match(path, parts), PathPattern::Result::match);
  ASSERT_EQ(parts.count, 1U);
  EXPECT_EQ(parts.part[0].text(), std::string_view(path).substr(1));
  path += 'd';
  EXPECT_EQ(pattern.match(path, parts), PathPattern::Result::no_match);
}

// ---- RouteIndex

std::vector<std::uint32_t> candidates(const RouteIndex& index, std::string_view text) {
  const RouteIndex::Candidates found(index, text);
  std::vector<std::uint32_t> places;
  for (std::uint32_t place = found.next(0); place != RouteIndex::kEnd;
       place = found.next(place + 1)) {
    places.push_back(place);
  }
  return places;
}

TEST(RouteIndex, GivesInOrderWhatBeginsAsTheTextDoes) {
  RouteIndex index;
  const char* prefixes[] = {"/story/", "/", "/story/new", "", "/stop", "/story/", "/s", "/x"};
  for (std::uint32_t place = 0; place < std::size(prefixes); ++place) {
    index.add(prefixes[place], place);
  }
  using Places = std::vector<std::uint32_t>;
  EXPECT_EQ(candidates(index, "/story/newer"), (Places{0, 1, 2, 3, 5, 6}));
  EXPECT_EQ(candidates(index, "/story/ne"), (Places{0, 1, 3, 5, 6}));
  EXPECT_EQ(candidates(index, "/sto"), (Places{1, 3, 6}));
  EXPECT_EQ(candidates(index, "/stop"), (Places{1, 3, 4, 6}));
  EXPECT_EQ(candidates(index, "/y"), (Places{1, 3}));
  EXPECT_EQ(candidates(index, ""), (Places{3}));
  EXPECT_EQ(candidates(index, "story"), (Places{3}));
}

TEST(RouteIndex, IsALookAtEachPrefixForRandomTexts) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same in each run
  const auto text = [&random](std::size_t most) {
    std::string made;
    for (std::size_t size = random() % (most + 1); size > 0; --size) made += "ab/"[random() % 3];
    return made;
  };
  for (int round = 0; round < 300; ++round) {
    RouteIndex index;
    std::vector<std::string> prefixes;
    for (std::uint32_t place = 0; place < 40; ++place) {
      prefixes.push_back(text(6));
      index.add(prefixes.back(), place);
    }
    for (int look = 0; look < 40; ++look) {
      const std::string path = text(9);
      std::vector<std::uint32_t> wanted;
      for (std::uint32_t place = 0; place < prefixes.size(); ++place) {
        if (path.starts_with(prefixes[place])) wanted.push_back(place);
      }
      ASSERT_EQ(candidates(index, path), wanted) << path;
    }
  }
}

TEST(RouteIndex, LooksAtNoMoreAmongTenThousand) {
  RouteIndex index;
  for (std::uint32_t place = 0; place < 10000; ++place) {
    index.add("/section" + std::to_string(place) + "/", place);
  }
  EXPECT_EQ(candidates(index, "/section9999/x"), (std::vector<std::uint32_t>{9999}));
  EXPECT_EQ(candidates(index, "/section10000/x"), std::vector<std::uint32_t>());
}

// ---- Router

/// What is known of a route without a Router: a regular expression of its own, tried after those
/// before it.
struct Plain {
  std::string name;
  PathPattern pattern;
};

struct Written {
  std::string pattern;
  bool is_regex;
  /// The same as a regular expression that has no literal, so that nothing is taken for one.
  std::string regex;
};

Written random_route(std::mt19937& random) {
  static constexpr const char* kTexts[] = {"/", "/a", "/b", "/ab", "/a.b", "/ab/", "a", "b", "-"};
  static constexpr const char* kRegexes[] = {R"((\d+))", "([ab]+)", "([^/]+)", "(.*)",    "a?",
                                             "b*",       "a+",      R"(\.)",   "(?:/b)?", "/a{2}",
                                             "(a|b)",    "|/ab",    "[ab]",    R"(\+?)"};
  Written made;
  made.is_regex = random() % 2 == 0;
  const std::size_t pieces = 1 + random() % 4;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::string text = i == 0 ? kTexts[random() % 6] : kTexts[random() % std::size(kTexts)];
    made.pattern += text;
    for (const char c : text) made.regex += c == '.' && !made.is_regex ? "\\." : std::string(1, c);
    const std::size_t kind = random() % 3;
    if (kind == 0) continue;
    if (made.is_regex) {
      const std::string piece = kRegexes[random() % std::size(kRegexes)];
      made.pattern += piece;
      made.regex += piece;
    } else if (kind == 1 || i + 1 < pieces) {
      made.pattern += "{p" + std::to_string(i) + "}";
      made.regex += "([^/]+)";
    } else {
      made.pattern += "{p...}";
      made.regex += "(.*)";
    }
  }
  made.regex = "(?:" + made.regex + ")";
  return made;
}

std::string random_path(std::mt19937& random) {
  static constexpr const char* kTexts[] = {"/", "/a", "/b", "/ab", "/a.b", "/", "a", "b", "1", "-"};
  std::string path = "/";
  for (std::size_t i = random() % 5; i > 0; --i) path += kTexts[random() % std::size(kTexts)];
  return random() % 2 == 0 ? path : path.substr(1);
}

TEST(Router, FindsWhatALinearScanFinds) {
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same in each run
  int matches = 0;
  for (int round = 0; round < 300; ++round) {
    RouteNames names;
    Router router(names);
    std::vector<Plain> scan;
    std::set<std::string> templates;
    for (std::size_t count = 1 + random() % 30; count > 0; --count) {
      const Written route = random_route(random);
      // Of two templates alike the functions are one route.
      if (!route.is_regex && !templates.insert(route.regex).second) continue;
      const std::string name = std::to_string(scan.size());
      router.add(definition(route.pattern, route.is_regex, name));
      scan.push_back({name, PathPattern::from_regex(route.regex)});
    }
    for (int look = 0; look < 120; ++look) {
      const std::string path = random_path(random);
      PathParts parts;
      const Router::Found found = router.find(path, parts);
      PathParts wanted_parts;
      const Plain* wanted = nullptr;
      for (const Plain& plain : scan) {
        if (plain.pattern.match(path, wanted_parts) == PathPattern::Result::no_match) continue;
        wanted = &plain;
        break;
      }
      if (wanted == nullptr) {
        ASSERT_EQ(found.result, Router::Result::no_match) << path;
        continue;
      }
      ++matches;
      ASSERT_EQ(found.result, Router::Result::match) << path << " is of " << wanted->name;
      ASSERT_EQ(found.route->definition.name, wanted->name) << path;
      ASSERT_EQ(parts.count, wanted_parts.count)
          << path << " by " << found.route->definition.pattern;
      for (std::size_t i = 0; i < parts.count; ++i) {
        EXPECT_EQ(parts.part[i].text(), wanted_parts.part[i].text())
            << found.route->definition.pattern;
        EXPECT_EQ(parts.part[i].data == nullptr, wanted_parts.part[i].data == nullptr);
      }
    }
  }
  EXPECT_GT(matches, 5000);
}

double cpu_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// A look at all before it for each would be 50 million of them, in which a second is soon spent.
TEST(Router, AddsTenThousandWithoutALookAtAllBefore) {
  const double began = cpu_seconds();
  RouteNames names;
  Router router(names);
  for (int i = 0; i < 10000; ++i) {
    const std::string number = std::to_string(i);
    router.add(definition("/literal/" + number, true, "literal" + number));
    router.add(definition("/template" + number + "/{id}", false, "template" + number));
  }
  const double spent = cpu_seconds() - began;
  PathParts parts;
  EXPECT_EQ(router.find("/template9999/x", parts).route->definition.name, "template9999");
  EXPECT_EQ(router.find("/literal/9999", parts).route->definition.name, "literal9999");
  EXPECT_LT(spent, 2.0);
}

TEST(Router, TellsTheRouteWhoseNameIsTaken) {
  RouteNames names;
  Router router(names);
  router.add(definition("/a/{x}", false, "a"));
  router.add(definition("/b", true));
  try {
    router.add(definition("/c", true, "a"));
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "route 'a' (/c): there is a route of that name already, route 'a' (/a/{x})");
  }
  // What was refused is not there.
  PathParts parts;
  EXPECT_EQ(router.find("/c", parts).result, Router::Result::no_match);
}

}  // namespace
