// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_folder.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include <eddy/core/net/open_beneath.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/shown_text.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::LinksBeneath;
using eddy::internal::open_beneath;

StaticFolder::StaticFolder(std::string path, StaticLinks links)
    : path_(std::move(path)), links_(links) {
  // It would be the root of all files.
  if (path_.empty()) throw std::invalid_argument("StaticFiles: no folder is given");
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
}

std::string StaticFolder::describe(const std::string& path) const {
  return shown_text(path) + " in " + path_;
}

StaticFolder::Opened::Opened(const StaticFolder& folder) noexcept : folder_(folder) {
  if (folder.links_ == StaticLinks::follow) return;
  do {
    fd_ = ::open(folder.path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  } while (fd_ < 0 && errno == EINTR);
  if (fd_ < 0) error_ = {errno, std::system_category()};
}

StaticFolder::Opened::~Opened() {
  if (fd_ >= 0) ::close(fd_);
}

File StaticFolder::Opened::open(const std::string& path, std::error_code& error) const {
  if (folder_.links_ == StaticLinks::follow) return File::open(folder_.path_ + "/" + path, error);
  error = error_;
  if (error) return {};
  const LinksBeneath links =
      folder_.links_ == StaticLinks::within ? LinksBeneath::within : LinksBeneath::none;
  const int fd = open_beneath(fd_, path.empty() ? "." : path.c_str(), links, error);
  return fd < 0 ? File() : File::adopt(fd, error);
}

void refuse_file(std::error_code error, const std::string& what) {
  for (const auto missing : {std::errc::no_such_file_or_directory, std::errc::not_a_directory,
                             std::errc::filename_too_long}) {
    if (error == missing) throw HttpError(404);
  }
  const std::string message = what + ": " + error.message();
  for (const auto denied :
       {std::errc::permission_denied, std::errc::operation_not_permitted, std::errc::is_a_directory,
        std::errc::invalid_argument, std::errc::no_such_device_or_address,
        std::errc::too_many_symbolic_link_levels, std::errc::cross_device_link}) {
    if (error == denied) throw HttpError(403, message);
  }
  throw HttpError(500, message);
}

}  // namespace eddy::inline v0::web::internal
