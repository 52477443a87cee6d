// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/inherited_listeners.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace eddy::inline v0 {

namespace {

// The protocol: descriptors are passed from this number on.
constexpr int kFirstDescriptor = 3;
// More than any process is given; a larger number is a mistake, not a reason to try them all.
constexpr int kMostDescriptors = 64 * 1024;

constexpr const char* kPid = "LISTEN_PID";
constexpr const char* kCount = "LISTEN_FDS";
constexpr const char* kNames = "LISTEN_FDNAMES";

struct Failure {
  std::error_code error;
  std::string where;
};

std::string_view variable(const char* name) noexcept {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): said in the header
  return value != nullptr ? value : std::string_view();
}

/// Digits only.
bool read_number(std::string_view text, int& value) noexcept {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end && value >= 0;
}

std::error_code close_on_exec(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFD);
  if (flags >= 0 && ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0) return {};
  return {errno, std::system_category()};
}

Failure malformed(const char* name) {
  return {std::make_error_code(std::errc::invalid_argument),
          std::string(name) + "=" + std::string(variable(name))};
}

/// Fills `found` with all, or is a failure.
Failure collect(std::vector<InheritedListener>& found) {
  int pid = 0;
  int count = 0;
  if (variable(kPid).empty()) return {};
  if (!read_number(variable(kPid), pid)) return malformed(kPid);
  // A child that inherited the environment is not meant.
  if (pid != ::getpid()) return {};
  if (variable(kCount).empty()) return {};
  if (!read_number(variable(kCount), count) || count > kMostDescriptors) return malformed(kCount);
  std::string_view names = variable(kNames);
  for (int fd = kFirstDescriptor; fd < kFirstDescriptor + count; ++fd) {
    if (const auto error = close_on_exec(fd)) return {error, "descriptor " + std::to_string(fd)};
    const std::size_t colon = names.find(':');
    found.push_back({fd, std::string(names.substr(0, colon))});
    names.remove_prefix(colon == std::string_view::npos ? names.size() : colon + 1);
  }
  return {};
}

Failure inherit(std::vector<InheritedListener>& found, const InheritedOptions& options) {
  Failure failure = collect(found);
  if (failure.error) found.clear();
  if (options.unset_environment) {
    for (const char* name : {kPid, kCount, kNames}) {
      ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): said in the header
    }
  }
  return failure;
}

}  // namespace

std::vector<InheritedListener> inherited_listeners(const InheritedOptions& options) {
  std::vector<InheritedListener> found;
  const Failure failure = inherit(found, options);
  if (failure.error)
    throw std::system_error(failure.error, "inherited listeners: " + failure.where);
  return found;
}

std::vector<InheritedListener> inherited_listeners(std::error_code& error,
                                                   const InheritedOptions& options) {
  std::vector<InheritedListener> found;
  error = inherit(found, options).error;
  return found;
}

}  // namespace eddy::inline v0
