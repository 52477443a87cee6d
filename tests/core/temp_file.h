// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <eddy/core/net/page_cache.h>

namespace eddy::core_test {

/// A file with that content on a disk, not in a tmpfs, removed at the end.
class TempFile {
 public:
  explicit TempFile(std::string_view content) {
    // Beside the test program: the folder for temporary files may be in memory.
    name_ = "eddy_test_XXXXXX";
    fd_ = ::mkostemp(name_.data(), O_CLOEXEC);
    if (fd_ < 0) throw std::system_error(errno, std::system_category(), "mkostemp");
    write(content);
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() {
    ::close(fd_);
    ::unlink(name_.c_str());
  }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) throw std::system_error(errno, std::system_category(), "fstat");
    return static_cast<std::size_t>(status.st_size);
  }
  void truncate(std::size_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      throw std::system_error(errno, std::system_category(), "ftruncate");
    }
  }
  /// The content is on the disk only, if it is true: not every file system does as it is told, and
  /// none forgets a page that something else has just used.
  bool drop_from_memory() const {
    for (int i = 0; i < 100; ++i) {
      ::fsync(fd_);
      ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
      if (!internal::in_page_cache(fd_, 0, size())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  void write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t n = ::write(fd_, content.data(), content.size());
      if (n < 0) throw std::system_error(errno, std::system_category(), "write");
      content.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  std::string name_;
  int fd_;
};

/// Text in which every place is different from its neighbours.
inline std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ",";
  text.resize(size);
  return text;
}

}  // namespace eddy::core_test
