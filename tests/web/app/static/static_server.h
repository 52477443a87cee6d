// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/web/app/static_files.h>
#include <tests/core/temporary_folder.h>
#include <tests/web/http/one_client.h>

namespace eddy_tests {

/// The folder `root` of a temporary one, served by whatever a test adds to `app_` before
/// start().
class StaticServerTest : public OneClientTest {
 protected:
  StaticServerTest() {
    std::filesystem::create_directories(folder_ / "root/sub");
    root_ = folder_ / "root";
  }
  /// Gives a file that time, so many seconds after 2001-09-09T01:46:40Z.
  static void set_time(const std::string& file, std::int64_t seconds,
                       std::int64_t nanoseconds = 0) {
    const timespec time{1'000'000'000 + seconds, nanoseconds};
    const timespec times[2] = {time, time};
    if (::utimensat(AT_FDCWD, file.c_str(), times, 0) != 0) {
      throw std::system_error(errno, std::system_category(), "utimensat");
    }
  }

  eddy::core_test::TemporaryFolder folder_;
  std::string root_;
};

}  // namespace eddy_tests
