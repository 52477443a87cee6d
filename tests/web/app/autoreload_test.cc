// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <system_error>

#include <eddy/core/core.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

// That a program begins anew is core's test; here, that an Application sees to it.
namespace {

using eddy::NativeLoop;
using eddy::web::Application;
using eddy::web::Settings;

int inotify_descriptors() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    count += std::filesystem::read_symlink(entry, gone) == "anon_inode:inotify" ? 1 : 0;
  }
  return count;
}

TEST(AutoreloadTest, IsBegunByTheFirstListen) {
  for (const Settings& settings : {Settings{.debug = true}, Settings{.autoreload = true}}) {
    NativeLoop loop;
    {
      Application app(settings);
      EXPECT_EQ(inotify_descriptors(), 0);
      app.listen(loop, 0);
      EXPECT_EQ(inotify_descriptors(), 1);
      std::error_code error;
      app.listen(loop, 0, error);
      EXPECT_EQ(inotify_descriptors(), 1) << "once for all servers";
    }
    EXPECT_EQ(inotify_descriptors(), 0);
  }
}

TEST(AutoreloadTest, IsOffUnlessAskedFor) {
  NativeLoop loop;
  Application app(Settings{.serve_traceback = true});
  app.listen(loop, 0);
  EXPECT_EQ(inotify_descriptors(), 0);
}

}  // namespace
