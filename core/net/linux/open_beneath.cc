// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/open_beneath.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace eddy::inline v0::internal {

namespace {

constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
/// A link beneath the folder that is followed while something is moved asks to be tried again.
constexpr int kTries = 16;

int open_by_openat2(int folder, const char* path, LinksBeneath links) noexcept {
  open_how how{};
  // The C library adds O_LARGEFILE to openat where the system has small files too; here nobody
  // does.
  how.flags = kFlags | O_LARGEFILE;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == LinksBeneath::none) how.resolve |= RESOLVE_NO_SYMLINKS;
  long fd = -1;
  int tries = 0;
  do {
    fd = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
    ++tries;
  } while (fd < 0 && (errno == EINTR || (errno == EAGAIN && tries < kTries)));
  return static_cast<int>(fd);
}

/// Owns the folders on the way.
class Step {
 public:
  explicit Step(int fd) noexcept : fd_(fd) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() { leave(); }

  [[nodiscard]] int fd() const noexcept { return fd_; }
  void move_to(int fd) noexcept {
    leave();
    fd_ = fd;
    own_ = true;
  }

 private:
  void leave() noexcept {
    if (own_) ::close(fd_);
  }

  int fd_;
  bool own_ = false;
};

int open_part(int folder, const char* part, int flags) noexcept {
  int fd;
  do {
    fd = ::openat(folder, part, flags | O_NOFOLLOW | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

}  // namespace

int open_beneath(int folder, const char* path, LinksBeneath links, std::error_code& error) {
  const int fd = open_by_openat2(folder, path, links);
  if (fd >= 0) {
    error.clear();
    return fd;
  }
  // A sandbox that does not know the call refuses it by EPERM.
  if (errno == ENOSYS || errno == EPERM) return open_beneath_by_parts(folder, path, error);
  error = last_error();
  return -1;
}

int open_beneath_by_parts(int folder, const char* path, std::error_code& error) {
  error.clear();
  Step step(folder);
  std::string_view rest = path;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    if (part.empty() || part == "..") {
      error = std::make_error_code(part.empty() ? std::errc::no_such_file_or_directory
                                                : std::errc::cross_device_link);
      return -1;
    }
    if (slash == std::string_view::npos) {
      const int fd = open_part(step.fd(), part.c_str(), kFlags);
      if (fd < 0) error = last_error();
      return fd;
    }
    // By O_PATH a link itself is opened, which O_DIRECTORY would call no directory.
    const int fd = open_part(step.fd(), part.c_str(), O_PATH);
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    step.move_to(fd);
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
      error = last_error();
      return -1;
    }
    if (S_ISLNK(status.st_mode)) {
      error = std::make_error_code(std::errc::too_many_symbolic_link_levels);
      return -1;
    }
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace eddy::inline v0::internal
