// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_path.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <string_view>

#include <tests/web/app/static/static_server.h>

namespace {

using eddy::web::StaticFiles;
using eddy::web::StaticLinks;
using eddy::web::internal::folder_redirect;
using eddy::web::internal::normal_path;
using eddy::web::internal::url_path;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST(NormalPath, KeepsWithinTheFolder) {
  EXPECT_EQ(normal_path("a/b.txt"), "a/b.txt");
  EXPECT_EQ(normal_path("a//./b/"), "a/b");
  EXPECT_EQ(normal_path("a/../b"), "b");
  EXPECT_EQ(normal_path("a/b/../../c"), "c");
  EXPECT_EQ(normal_path("a/.."), "");
  EXPECT_EQ(normal_path(""), "");
  EXPECT_EQ(normal_path(".."), std::nullopt);
  EXPECT_EQ(normal_path("a/../../b"), std::nullopt);
  EXPECT_EQ(normal_path("a/../../a/b"), std::nullopt) << "also where it comes back";
  EXPECT_EQ(normal_path("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(normal_path("..a/b.."), "..a/b..");
  EXPECT_EQ(normal_path("..."), "...");
  EXPECT_EQ(normal_path("..\\..\\b"), "..\\..\\b") << "the name of one file here";
  EXPECT_EQ(normal_path(std::string_view("a\0b", 3)), std::nullopt);
  EXPECT_EQ(normal_path(std::string_view("..\0/a", 5)), std::nullopt);
}

TEST(UrlPath, IsEncodedButForSlashes) {
  EXPECT_EQ(url_path("css/a b%.css"), "css/a%20b%25.css");
  EXPECT_EQ(url_path("//x/?v=#\xc3\xa4/"), "x/%3Fv%3D%23%C3%A4/");
  EXPECT_EQ(url_path(""), "");
}

TEST(FolderRedirect, KeepsTheQueryAndTheHost) {
  EXPECT_EQ(folder_redirect("/d/sub", ""), "/d/sub/");
  EXPECT_EQ(folder_redirect("/d/sub", "a=1&b=2"), "/d/sub/?a=1&b=2");
  EXPECT_EQ(folder_redirect("/d/a%20b", ""), "/d/a%20b/") << "as it was sent";
  EXPECT_EQ(folder_redirect("//evil.example", ""), std::nullopt);
  EXPECT_EQ(folder_redirect("/\\evil.example", ""), std::nullopt) << "browsers read it as //";
  EXPECT_EQ(folder_redirect("d/sub", ""), std::nullopt);
  EXPECT_EQ(folder_redirect("", ""), std::nullopt);
}

/// A file beside the folder that no path leads to.
class TraversalTest : public eddy_tests::StaticServerTest {
 protected:
  TraversalTest() {
    folder_.write("secret.txt", "SECRET");
    folder_.write("root/file.txt", "file");
    folder_.write("root/sub/inner.txt", "inner");
    folder_.write("root/a\\b.txt", "backslash");
    std::filesystem::create_directory(folder_ / "root-sibling");
    folder_.write("root-sibling/secret.txt", "SECRET");
    app_.get("/s/{path...}", StaticFiles(root_));
    app_.get("/strict/{path...}", StaticFiles(root_, {.links = StaticLinks::refuse}));
    app_.get("/{path...}", StaticFiles(root_, {.default_filename = "inner.txt"}));
    start();
  }
};

TEST_F(TraversalTest, W48NothingLeadsOut) {
  const std::string absolute = folder_ / "secret.txt";
  std::string encoded;
  for (const char c : absolute) encoded += c == '/' ? std::string("%2f") : std::string(1, c);
  for (const std::string mount : {"/s/", "/strict/", "/"}) {
    for (const std::string& path : {std::string("../secret.txt"),
                                    std::string("..%2fsecret.txt"),
                                    std::string("%2e%2e/secret.txt"),
                                    std::string("%2e%2e%2fsecret.txt"),
                                    std::string(".%2e/secret.txt"),
                                    std::string("sub/../../secret.txt"),
                                    std::string("sub/..%2f..%2fsecret.txt"),
                                    std::string("./../secret.txt"),
                                    std::string("..//secret.txt"),
                                    std::string("../root-sibling/secret.txt"),
                                    std::string("..%5csecret.txt"),
                                    std::string("..\\secret.txt"),
                                    std::string("sub\\..\\..\\secret.txt"),
                                    std::string("%252e%252e%252fsecret.txt"),
                                    std::string("..%c0%afsecret.txt"),
                                    std::string("..%252fsecret.txt"),
                                    std::string("file.txt%00/../../secret.txt"),
                                    std::string("../secret.txt%00.txt"),
                                    std::string("%00"),
                                    std::string("..;/secret.txt"),
                                    std::string("../secret.txt/."),
                                    std::string("../../../../../../../../etc/passwd"),
                                    std::string("..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd"),
                                    absolute,
                                    "/" + absolute,
                                    encoded,
                                    "/" + encoded,
                                    "../../../../../../../.." + absolute}) {
      const std::string answer = get(mount + path);
      EXPECT_THAT(answer.substr(9, 3), AnyOf("400", "403", "404")) << mount << path;
      EXPECT_THAT(answer, Not(HasSubstr("SECRET"))) << mount << path;
      EXPECT_THAT(answer, Not(HasSubstr("root:"))) << mount << path;
    }
    EXPECT_EQ(body(get(mount + "file.txt")), "file");
    EXPECT_EQ(body(get(mount + "sub/..%2ffile.txt")), "file") << "within the folder it may";
    EXPECT_EQ(body(get(mount + "a%5cb.txt")), "backslash");
  }
  EXPECT_EQ(status("/s/../x"), "403");
  EXPECT_EQ(status("/s/%00"), "404");
}

TEST_F(TraversalTest, W49NoRedirectToAnotherHost) {
  EXPECT_THAT(get("/sub"), HasSubstr("Location: /sub/\r\n"));
  EXPECT_EQ(status("//sub"), "403");
  EXPECT_EQ(status("//evil.example/..%2fsub"), "403");
  EXPECT_EQ(status("/\\/..%2fsub"), "403");
  EXPECT_THAT(get("//sub/"), HasSubstr("\r\n\r\ninner")) << "nothing is redirected here";
}

}  // namespace
