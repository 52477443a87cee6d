// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What the tests of servers use.

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/core.h>

namespace eddy::core_test {

/// A server that keeps what connects.
struct Keeper {
  explicit Keeper(Loop& loop)
      : server(loop,
               [this](std::unique_ptr<Stream> stream) { streams.push_back(std::move(stream)); }) {}
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server;
};

/// A folder of this test's own, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "eddy-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

/// Lowers the limit of descriptors for a while. The sanitizer of undefined behaviour looks at
/// objects by means of a pipe, and takes them for invalid where there is no descriptor for it:
/// tests that have none left are no part of its build.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = count;
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// The text of what `call` throws; empty when it throws nothing.
template <class Call>
std::string text_of_error(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace eddy::core_test
