// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace eddy::core_test {

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

  /// The limit at which this process can open `more`, if none below the highest is free.
  [[nodiscard]] static rlim_t for_more(rlim_t more) {
    const int next = ::dup(0);
    ::close(next);
    return static_cast<rlim_t>(next) + more;
  }

 private:
  rlimit before_{};
};

}  // namespace eddy::core_test
