// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/file_body.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <eddy/core/base/error.h>
#include <eddy/core/net/page_cache.h>
#include <eddy/core/task/executor.h>

namespace eddy::inline v0::web {

namespace {

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// On a thread of the pool; the file is held open by it.
std::error_code warm_part(const File& file, std::uint64_t offset, std::size_t bytes) {
  return eddy::internal::read_into_page_cache(file.fd(), offset, bytes);
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
  opened->modified = std::chrono::sys_time<std::chrono::nanoseconds>(
      std::chrono::seconds(status.st_mtim.tv_sec) +
      std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  error.clear();
  File file;
  file.opened_ = std::move(opened);
  return file;
}

IoResult File::read(std::uint64_t offset, std::span<char> buffer) const noexcept {
  ssize_t n;
  do {
    n = ::pread(fd(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return {0, last_error()};
  return {static_cast<std::size_t>(n), {}};
}

FileSender::Result FileSender::step(Stream& stream) noexcept {
  if (error_) return Result::failed;
  if (remaining_ == 0) return Result::sent_all;
  std::size_t left = in_memory(kStep);
  if (left == 0) return Result::cold;
  while (left > 0) {
    const IoResult result = stream.try_send_file(file_.fd(), offset_, left);
    if (result.would_block()) return Result::blocked;
    if (!take(result)) return Result::failed;
    left -= result.bytes;
  }
  return remaining_ == 0 ? Result::sent_all : Result::more;
}

FileSender::Result FileSender::read(internal::ByteBuffer& out, std::size_t bytes) {
  if (error_) return Result::failed;
  if (remaining_ == 0) return Result::sent_all;
  std::size_t left = in_memory(std::clamp<std::size_t>(bytes, 1, kStep));
  if (left == 0) return Result::cold;
  while (left > 0) {
    IoResult result = file_.read(offset_, {out.prepare(left), left});
    if (!result.error && result.bytes == 0) result.error = Errc::file_truncated;
    if (!take(result)) return Result::failed;
    out.commit(result.bytes);
    left -= result.bytes;
  }
  return remaining_ == 0 ? Result::sent_all : Result::more;
}

bool FileSender::take(const IoResult& result) noexcept {
  error_ = result.error;
  offset_ += result.bytes;
  remaining_ -= result.bytes;
  return !error_;
}

std::size_t FileSender::in_memory(std::size_t bytes) noexcept {
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, remaining_));
  // What was once seen is moved before there is another look: so each look and each warm() leads
  // on.
  if (offset_ < in_memory_to_) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(bytes, in_memory_to_ - offset_));
  }
  if (!eddy::internal::in_page_cache(file_.fd(), offset_, bytes)) return 0;
  in_memory_to_ = offset_ + bytes;
  return bytes;
}

Task<void> FileSender::warm() {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, kWarm));
  const std::uint64_t offset = offset_;
  try {
    error_ = co_await run_in_executor(warm_part, file_, offset, bytes);
  } catch (const std::system_error& error) {
    if (error.code() != Errc::queue_full) throw;
  }
  in_memory_to_ = offset + bytes;
}

}  // namespace eddy::inline v0::web
