// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/web/app/settings.h>
#include <eddy/web/app/static_files.h>
#include <eddy/web/template/output.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

#include <pages/handled.html.h>
#include <pages/named.html.h>
#include <pages/scripts.html.h>
#include <tests/web/template/greeter.h>

// What a page has of the handler that renders it.
namespace {

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using eddy::web::StaticFiles;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Named : RequestHandler {
  void get() { render(templates::Named{.with_files = request().query() != "none"}); }
};
struct Story : RequestHandler {
  void get(int /*id*/, const std::string& /*title*/) {}
};

TEST(PageNames, AreThoseOfTheHandler) {
  Application app(Settings{.static_files = StaticFiles("/nowhere", {.url_prefix = "/files/"})},
                  {route<Named>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  TestExchange exchange(app, "GET", "/");
  EXPECT_THAT(exchange.logged(), testing::IsEmpty());
  const std::string& page = exchange.body();
  EXPECT_THAT(page, HasSubstr("\n/story/7/a%20b /files/a.css\n"));
  const std::string field = "<input type=\"hidden\" name=\"_xsrf\" value=\"2|";
  EXPECT_THAT(page, HasSubstr(field));
  EXPECT_NE(page.find(field), page.rfind(field)) << "as a module, too";
  EXPECT_THAT(page, HasSubstr("<link href=\"/files/widgets/styled.css\""));
  EXPECT_THAT(page, HasSubstr("<link href=\"/own.css\""));
  EXPECT_THAT(page, HasSubstr("<link href=\"https://example.org/x.css\""));
  EXPECT_THAT(page, HasSubstr("<script src=\"/files/styled.js\""));
}

TEST(PageNames, FilesStayAsTheyAreWhereThereAreNoStaticOnes) {
  Application app({route<Named>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  TestExchange without(app, "GET", "/?none");
  EXPECT_THAT(without.body(), HasSubstr("<link href=\"widgets/styled.css\""));
  TestExchange with(app, "GET", "/");
  EXPECT_EQ(with.status(), 500);
  EXPECT_THAT(with.logged(), ElementsAre(HasSubstr(".static_files = StaticFiles(folder)")));
}

TEST(PageNames, NeedAHandler) {
  try {
    (void)templates::Named{.with_files = false}.render();
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(
        error.what(),
        "reverse_url() in a page needs a handler: it is there in pages of its render() and "
        "render_string()");
  }
  EXPECT_THROW((void)eddy::web::template_names::static_url("a"), std::logic_error);
  EXPECT_THROW((void)eddy::web::template_names::xsrf_form_html(), std::logic_error);
  EXPECT_THROW((void)eddy::web::template_names::csp_nonce(), std::logic_error);
}

struct AsText : RequestHandler {
  void get() {
    const std::string text = render_string(templates::Named{.with_files = false});
    write("[", text, "]", text.find(csp_nonce()) == std::string::npos ? "" : " with the nonce");
  }
};
/// A page that is no template's.
struct Nonce {
  static void append_to(std::string& out) { out += eddy::web::template_names::csp_nonce(); }
};
struct NonceOfPage : RequestHandler {
  void get() { write(csp_nonce(), render_string(Nonce())); }
};

TEST(PageNames, AreThereInPagesThatAreTextToo) {
  Application app({route<AsText>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  TestExchange exchange(app, "GET", "/");
  EXPECT_THAT(exchange.logged(), testing::IsEmpty());
  EXPECT_THAT(exchange.body(), testing::StartsWith("[<html>"));
  EXPECT_THAT(exchange.body(), HasSubstr("\n/story/7/a%20b\n"));
  EXPECT_THAT(exchange.body(), testing::EndsWith("</html>\n]"));
}

TEST(PageNames, ThePolicysNonceIsThatOfScriptsAndStyles) {
  Application app(Settings{.security_headers = eddy::web::SecurityHeaders::strict()},
                  {route<AsText>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  TestExchange exchange(app, "GET", "/");
  const std::string nonce = " nonce=\"" + std::string(exchange.request().csp_nonce()) + "\"";
  EXPECT_THAT(exchange.body(), testing::EndsWith("</html>\n] with the nonce"));
  EXPECT_THAT(exchange.body(), HasSubstr("<style type=\"text/css\"" + nonce + ">\n"));
  EXPECT_THAT(exchange.body(), HasSubstr("rel=\"stylesheet\"" + nonce + "/>\n"));
  EXPECT_THAT(exchange.body(), HasSubstr("<script type=\"text/javascript\"" + nonce + ">\n"));
  EXPECT_THAT(exchange.body(), HasSubstr("styled.js\" type=\"text/javascript\"" + nonce + ">"));

  Application other(Settings{.security_headers = eddy::web::SecurityHeaders()},
                    {route<AsText>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  EXPECT_THAT(TestExchange(other, "GET", "/").body(), Not(HasSubstr("nonce")));
}

using Texts = std::vector<std::string>;

struct Bundling : Named {
  std::string render_linked_css(const Texts& urls) override {
    return "css of " + urls.front() + ", " + std::to_string(urls.size()) + "\n";
  }
  std::string render_embed_css(const Texts& texts) override {
    return "own " + texts.front() + "\n";
  }
  std::string render_linked_js(const Texts& urls) override {
    return RequestHandler::render_linked_js({"bundle.js", "/of/" + urls.front()});
  }
  std::string render_embed_js(const Texts& texts) override { return "run " + texts.front(); }
};

TEST(PageNames, W19HowResourcesAreWrittenIsTheHandlersToSay) {
  Application app(Settings{.static_files = StaticFiles("/nowhere", {.url_prefix = "/files/"})},
                  {route<Bundling>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  TestExchange exchange(app, "GET", "/");
  const std::string& page = exchange.body();
  EXPECT_THAT(page,
              testing::StartsWith("<html><head>css of widgets/styled.css, 3\nown p {}\n</head>"));
  EXPECT_THAT(page, testing::EndsWith(
                        "<script src=\"/files/bundle.js\" type=\"text/javascript\"></script>\n"
                        "<script src=\"/of/styled.js\" type=\"text/javascript\"></script>\n"
                        "run style();</body></html>\n"));
}

struct ScriptsOnly : RequestHandler {
  void get() { render(templates::Scripts()); }
  std::string render_linked_css(const Texts& /*urls*/) override { return "never"; }
  std::string render_embed_css(const Texts& /*texts*/) override { return "never"; }
  std::string render_linked_js(const Texts& /*urls*/) override { return "never"; }
};

TEST(PageNames, W19NothingIsWrittenOfWhatThereIsNot) {
  Application app({route<ScriptsOnly>("/")});
  TestExchange exchange(app, "GET", "/");
  EXPECT_EQ(exchange.body(),
            "<html><body><p></p><script type=\"text/javascript\">\n//<![CDATA[\nrun()\n//]]>\n"
            "</script>\n</body></html>\n");
}

struct OutsideAPage : RequestHandler {
  void get() { finish(csp_nonce(), render_linked_js({"a.js"})); }
};

TEST(PageNames, W19OutsideAPageElementsHaveTheNonceToo) {
  Application app(Settings{.security_headers = eddy::web::SecurityHeaders::strict()},
                  {route<OutsideAPage>("/")});
  TestExchange exchange(app, "GET", "/");
  const std::string nonce(exchange.request().csp_nonce());
  EXPECT_EQ(exchange.body(), nonce + "<script src=\"a.js\" type=\"text/javascript\" nonce=\"" +
                                 nonce + "\"></script>\n");
}

struct Greets : eddy_tests::Greeter {
  void get() { render(templates::Handled()); }
  [[nodiscard]] std::string greeted() const override { return "A & B"; }
};
struct GreetsNobody : RequestHandler {
  void get() { render(templates::Handled()); }
};

TEST(PageNames, TheHandlerIsOfTheTypeThatIsAskedFor) {
  Application app({route<Greets>("/a"), route<GreetsNobody>("/b")});
  EXPECT_EQ(TestExchange(app, "GET", "/a").body(), "A &amp; B asks for /a\n");
  TestExchange other(app, "GET", "/b");
  EXPECT_EQ(other.status(), 500);
  EXPECT_THAT(other.logged(), ElementsAre(HasSubstr("is not of the type that handler<>() asks")));
  EXPECT_THROW((void)templates::Handled().render(), std::logic_error);
}

TEST(PageNames, ThePageHasTheRequestsNonce) {
  Application app({route<NonceOfPage>("/")});
  TestExchange exchange(app, "GET", "/");
  const std::string nonce(exchange.request().csp_nonce());
  EXPECT_EQ(exchange.body(), nonce + nonce);
}

}  // namespace
