// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/translation.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

#include <pages/translated.html.h>

namespace {

using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::TranslationScope;
using eddy::web::Translator;
using eddy_tests::TestExchange;

/// "Hello" in a language in which everything is upside down.
class Reversed : public Translator {
 public:
  std::string translate(std::string_view message, std::string_view context) const override {
    return std::string(context) + std::string(message.rbegin(), message.rend());
  }
};

/// One with three forms.
class Counting : public Translator {
 public:
  std::string translate(std::string_view message, std::string_view /*context*/) const override {
    return std::string(message);
  }
  std::string translate_plural(std::string_view message, std::string_view plural_message,
                               long long count, std::string_view context) const override {
    if (count == 2) return "two:" + std::string(context);
    return Translator::translate_plural(message, plural_message, count, context);
  }
};

std::string page(int count = 1) {
  return templates::Translated{.name = "A&B", .count = count}.render();
}

constexpr const char* kPlain = "\nHello A&amp;B|one &lt;file&gt;|Open|tab\n";

TEST(Translation, TextsAreAsTheyAreWrittenWithoutOne) {
  EXPECT_EQ(page(), kPlain);
  EXPECT_EQ(page(3), "\nHello A&amp;B|many files|Open|tabs\n");
  const TranslationScope none(nullptr);
  EXPECT_EQ(page(), kPlain);
}

TEST(Translation, IsEscapedAndKnowsPluralAndContext) {
  const Reversed reversed;
  const TranslationScope scope(&reversed);
  EXPECT_EQ(page(), "\nolleH A&amp;B|&gt;elif&lt; eno|menunepO|menubat\n");
  EXPECT_EQ(page(3), "\nolleH A&amp;B|selif ynam|menunepO|menusbat\n");
}

TEST(Translation, ALanguageMayHaveMoreForms) {
  const Counting counting;
  const TranslationScope scope(&counting);
  EXPECT_EQ(page(2), "\nHello A&amp;B|two:|Open|two:menu\n");
  EXPECT_EQ(page(5), "\nHello A&amp;B|many files|Open|tabs\n");
}

TEST(Translation, ScopesAreNestedAndOfOneThread) {
  const Reversed reversed;
  const TranslationScope outer(&reversed);
  {
    const TranslationScope inner(nullptr);
    EXPECT_EQ(page(), kPlain);
  }
  EXPECT_EQ(TranslationScope::current(), &reversed);
  std::string elsewhere;
  std::thread([&elsewhere] { elsewhere = page(); }).join();
  EXPECT_EQ(elsewhere, kPlain);
}

struct Welcome : RequestHandler {
  void get() {
    render(templates::Translated{.name = "A"});
    if (request().query() == "throw") {
      struct Throwing {
        static void append_to(std::string& /*out*/) { throw std::runtime_error("half a page"); }
      };
      render(Throwing());
    }
  }
  const Translator* translator() override {
    return request().header("Accept-Language") == "x-reversed" ? &reversed_ : nullptr;
  }
  Reversed reversed_;
};

TEST(Translation, IsTheHandlersInItsPages) {
  eddy::web::Application app({route<Welcome>("/")});
  const char* const reversed = "Accept-Language: x-reversed\r\n";
  EXPECT_EQ(TestExchange(app, "GET", "/", {}, reversed).body(),
            "\nolleH A|&gt;elif&lt; eno|menunepO|menubat\n");
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "\nHello A|one &lt;file&gt;|Open|tab\n");
  EXPECT_EQ(TestExchange(app, "GET", "/?throw", {}, reversed).status(), 500);
  EXPECT_EQ(TranslationScope::current(), nullptr) << "nothing of it is left";
}

}  // namespace
