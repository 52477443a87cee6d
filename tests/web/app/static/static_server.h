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
#include <tests/web/http/manual_server.h>

namespace eddy_tests {

/// The folder `root` of a temporary one, served by whatever a test adds to `app_` before
/// start().
class StaticServerTest : public ManualServerTest {
 protected:
  StaticServerTest() {
    std::filesystem::create_directories(folder_ / "root/sub");
    root_ = folder_ / "root";
  }
  void start() {
    listen();
    peer_ = connect();
    peer_.set_capacity(4 << 20);
  }
  /// All connections are kept alive, so what a server says ends where it said that it would.
  std::string get(std::string_view path, std::string_view fields = "",
                  std::string_view method = "GET") {
    send(peer_, std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" +
                    std::string(fields) + "\r\n");
    return read(peer_);
  }
  std::string status(std::string_view path, std::string_view fields = "") {
    return get(path, fields).substr(9, 3);
  }
  static std::string field(const std::string& answer, std::string_view name) {
    const std::size_t at = answer.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos || at > answer.find("\r\n\r\n")) return {};
    const std::size_t start = at + name.size() + 4;
    return answer.substr(start, answer.find("\r\n", start) - start);
  }
  static std::string body(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
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
  eddy::testing::ManualPeer peer_;
};

}  // namespace eddy_tests
