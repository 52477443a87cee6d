// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What symbolic links may do, and files that are replaced while they are served.
#include <eddy/core/net/open_beneath.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include <eddy/web/app/internal/static_folder.h>
#include <tests/web/app/static/static_server.h>

namespace {

using eddy::internal::LinksBeneath;
using eddy::web::StaticFiles;
using eddy::web::StaticLinks;
using eddy::web::internal::StaticFolder;
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace fs = std::filesystem;

class LinksTest : public eddy_tests::StaticServerTest {
 protected:
  LinksTest() {
    folder_.write("secret.txt", "SECRET");
    fs::create_directory(folder_ / "outside");
    folder_.write("outside/secret.txt", "SECRET");
    folder_.write("root/file.txt", "file");
    folder_.write("root/sub/inner.txt", "inner");
    fs::create_symlink("file.txt", folder_ / "root/inside.txt");
    fs::create_symlink("../file.txt", folder_ / "root/sub/up.txt");
    fs::create_symlink("sub", folder_ / "root/subfolder");
    fs::create_symlink("../secret.txt", folder_ / "root/out.txt");
    fs::create_symlink("../outside", folder_ / "root/outfolder");
    fs::create_symlink(folder_ / "root/file.txt", folder_ / "root/absolute.txt");
    fs::create_symlink("dangling", folder_ / "root/none.txt");
    fs::create_symlink("round.txt", folder_ / "root/round.txt");
    fs::create_symlink("root", folder_ / "linked-root");
  }
};

TEST_F(LinksTest, D19AreFollowedIfNothingElseIsSaid) {
  app_.get("/s/{path...}", StaticFiles(root_));
  start();
  EXPECT_EQ(body(get("/s/inside.txt")), "file");
  EXPECT_EQ(body(get("/s/out.txt")), "SECRET");
  EXPECT_EQ(body(get("/s/outfolder/secret.txt")), "SECRET");
  EXPECT_EQ(body(get("/s/absolute.txt")), "file");
  EXPECT_EQ(status("/s/none.txt"), "404");
  EXPECT_EQ(status("/s/round.txt"), "403");
}

TEST_F(LinksTest, D19StayWithinTheFolder) {
  app_.get("/s/{path...}", StaticFiles(root_, {.links = StaticLinks::within}));
  start();
  EXPECT_EQ(body(get("/s/file.txt")), "file");
  EXPECT_EQ(body(get("/s/inside.txt")), "file");
  EXPECT_EQ(body(get("/s/sub/up.txt")), "file");
  EXPECT_EQ(body(get("/s/subfolder/inner.txt")), "inner");
  EXPECT_EQ(status("/s/out.txt"), "403");
  EXPECT_EQ(status("/s/outfolder/secret.txt"), "403");
  EXPECT_EQ(status("/s/absolute.txt"), "403");
  EXPECT_EQ(status("/s/none.txt"), "404");
  EXPECT_EQ(status("/s/round.txt"), "403");
  EXPECT_EQ(status("/s/file.txt/x"), "404");
}

TEST_F(LinksTest, D19AreRefused) {
  const eddy::web::StaticFileOptions options{.default_filename = "inner.txt",
                                             .links = StaticLinks::refuse};
  app_.get("/s/{path...}", StaticFiles(root_, options));
  app_.get("/linked/{path...}", StaticFiles(folder_ / "linked-root", options));
  start();
  for (const std::string mount : {"/s/", "/linked/"}) {  // the folder itself may be a link
    EXPECT_EQ(body(get(mount + "file.txt")), "file");
    EXPECT_EQ(body(get(mount + "sub/")), "inner");
    EXPECT_EQ(status(mount), "404") << "no default";
    for (const char* name :
         {"inside.txt", "sub/up.txt", "subfolder/inner.txt", "subfolder/", "out.txt",
          "outfolder/secret.txt", "absolute.txt", "none.txt", "round.txt"}) {
      EXPECT_EQ(status(mount + name), "403") << name;
    }
    EXPECT_EQ(status(mount + "nothing.txt"), "404");
  }
  fs::remove(folder_ / "linked-root");
  EXPECT_EQ(status("/linked/file.txt"), "404") << "a folder that has gone has no files";
}

TEST_F(LinksTest, AllFilesOfARequestAreOfOneFolder) {
  for (const StaticLinks links : {StaticLinks::within, StaticLinks::refuse}) {
    const StaticFolder folder(root_, links);
    const StaticFolder::Opened opened(folder);
    fs::rename(root_, folder_ / "before");
    fs::create_directory(root_);
    std::error_code error;
    EXPECT_TRUE(opened.open("file.txt", error)) << error.message();
    EXPECT_FALSE(StaticFolder::Opened(folder).open("file.txt", error)) << "the next's are not";
    fs::remove(root_);
    fs::rename(folder_ / "before", root_);
  }
}

TEST_F(LinksTest, APathForgesNoLineOfTheLog) {
  app_.get("/s/{path...}", StaticFiles(root_));
  start();
  EXPECT_EQ(status("/s/round.txt/%0Aforged"), "403");
  EXPECT_THAT(logged_, ElementsAre(AllOf(HasSubstr("'round.txt/\\x0aforged' in " + root_ + ": "),
                                         Not(HasSubstr("\n")))));
}

// Without openat2 the rules are the same but that no link is followed.
TEST_F(LinksTest, PartByPartNoLinkIsFollowed) {
  const int root = ::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  auto open = [root](const char* path, auto&&... links) {
    std::error_code error;
    int fd = -1;
    if constexpr (sizeof...(links) == 0) {
      fd = eddy::internal::open_beneath_by_parts(root, path, error);
    } else {
      fd = eddy::internal::open_beneath(root, path, links..., error);
    }
    EXPECT_EQ(fd < 0, static_cast<bool>(error)) << path;
    if (fd >= 0) ::close(fd);
    return error;
  };
  for (const char* path : {"file.txt", "sub/inner.txt", "sub", "."}) {
    EXPECT_FALSE(open(path)) << path;
    EXPECT_FALSE(open(path, LinksBeneath::none)) << path;
  }
  for (const char* path :
       {"inside.txt", "subfolder/inner.txt", "out.txt", "outfolder/secret.txt", "none.txt"}) {
    EXPECT_EQ(open(path), std::errc::too_many_symbolic_link_levels) << path;
    EXPECT_EQ(open(path, LinksBeneath::none), std::errc::too_many_symbolic_link_levels) << path;
  }
  for (const char* path : {"../secret.txt", "sub/../../secret.txt"}) {
    EXPECT_EQ(open(path), std::errc::cross_device_link) << path;
    EXPECT_EQ(open(path, LinksBeneath::none), std::errc::cross_device_link) << path;
  }
  for (const char* path : {"nothing", "nothing/x", ""}) {
    EXPECT_EQ(open(path), std::errc::no_such_file_or_directory) << path;
  }
  EXPECT_EQ(open("file.txt/x"), std::errc::not_a_directory);
  EXPECT_TRUE(open("/etc/passwd"));
  ::close(root);
}

// A name that is a file and a link out of the folder in turn is only ever served as the file.
TEST_F(LinksTest, ALinkThatTakesAFilesPlaceMeanwhileIsNotFollowed) {
  app_.get("/within/{path...}", StaticFiles(root_, {.links = StaticLinks::within}));
  app_.get("/refuse/{path...}", StaticFiles(root_, {.links = StaticLinks::refuse}));
  start();
  std::atomic<bool> stop{false};
  std::thread changer([&] {
    const std::string name = folder_ / "root/changing";
    while (!stop) {
      fs::create_symlink("../outside", folder_ / "root/new-link");
      fs::rename(folder_ / "root/new-link", name);
      fs::remove(name);
      fs::create_directory(folder_ / "root/new-folder");
      folder_.write("root/new-folder/secret.txt", "harmless");
      fs::rename(folder_ / "root/new-folder", name);
      fs::remove_all(name);
    }
  });
  for (int i = 0; i < 300; ++i) {
    for (const char* mount : {"/within/", "/refuse/"}) {
      const std::string answer = get(std::string(mount) + "changing/secret.txt");
      EXPECT_THAT(answer.substr(9, 3), AnyOf("200", "403", "404"));
      if (answer.starts_with("HTTP/1.1 200")) {
        EXPECT_THAT(body(answer), AnyOf("harmless", "")) << "it may still be written";
      }
    }
  }
  stop = true;
  changer.join();
}

// What is sent is of the file whose size and tag were said.
TEST_F(LinksTest, AFileThatIsReplacedWhileItIsSentIsSentAsItWas) {
  app_.get("/s/{path...}", StaticFiles(root_));
  const std::string before(300'000, 'a');
  folder_.write("root/big.txt", before);
  start();
  peer_.set_capacity(1000);
  send(peer_, "GET /s/big.txt HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string tag_of_before = [&] {
    fs::rename(folder_.write("new", std::string(400'000, 'b')), folder_ / "root/big.txt");
    const std::string answer = read(peer_);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(body(answer), before);
    return field(answer, "ETag");
  }();
  const std::string after = get("/s/big.txt");
  EXPECT_EQ(body(after), std::string(400'000, 'b'));
  EXPECT_NE(field(after, "ETag"), tag_of_before);
  EXPECT_EQ(
      get("/s/big.txt", "Range: bytes=1-2\r\nIf-Range: " + tag_of_before + "\r\n").substr(9, 3),
      "200")
      << "no part of another file";
  EXPECT_THAT(logged_, IsEmpty());
}

}  // namespace
