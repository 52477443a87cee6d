// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/file.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <eddy/core/base/error.h>

namespace eddy::inline v0::web {

namespace {

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

std::chrono::sys_time<std::chrono::nanoseconds> modified_of(const struct stat& status) noexcept {
  return std::chrono::sys_time<std::chrono::nanoseconds>(
      std::chrono::seconds(status.st_mtim.tv_sec) +
      std::chrono::nanoseconds(status.st_mtim.tv_nsec));
}

}  // namespace

File::Opened::~Opened() { ::close(fd); }

File File::open(const std::string& path) {
  std::error_code error;
  File file = open(path, error);
  if (error) throw std::system_error(error, "open " + path);
  return file;
}

File File::open(const std::string& path, std::error_code& error) {
  int fd;
  do {
    // Without O_NONBLOCK a pipe would be waited for before it can be refused.
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    error = last_error();
    return {};
  }
  return adopt(fd, error);
}

File File::adopt(int fd, std::error_code& error) {
  std::shared_ptr<Opened> opened;
  try {
    opened = std::make_shared<Opened>(fd);
  } catch (...) {
    ::close(fd);
    throw;
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    error = last_error();
    return {};
  }
  if (!S_ISREG(status.st_mode)) {
    error = std::make_error_code(S_ISDIR(status.st_mode) ? std::errc::is_a_directory
                                                         : std::errc::invalid_argument);
    return {};
  }
  opened->size = static_cast<std::uint64_t>(status.st_size);
  opened->inode = status.st_ino;
  opened->device = status.st_dev;
  opened->modified = modified_of(status);
  error.clear();
  File file;
  file.opened_ = std::move(opened);
  return file;
}

bool File::changed() const noexcept {
  struct stat status {};
  if (!opened_ || ::fstat(opened_->fd, &status) != 0) return true;
  return static_cast<std::uint64_t>(status.st_size) != opened_->size ||
         modified_of(status) != opened_->modified;
}

IoResult File::read(std::uint64_t offset, std::span<char> buffer) const noexcept {
  ssize_t n;
  do {
    n = ::pread(fd(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return {0, last_error()};
  return {static_cast<std::size_t>(n), {}};
}

}  // namespace eddy::inline v0::web
