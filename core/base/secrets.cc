// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/secrets.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace eddy::inline v0 {

void random_bytes(std::span<unsigned char> out) {
  // POSIX's name for what getrandom() is on Linux; it gives at most so many bytes a call.
  constexpr std::size_t kMostAtOnce = 256;
  while (!out.empty()) {
    const std::span<unsigned char> piece = out.first(std::min(out.size(), kMostAtOnce));
    if (::getentropy(piece.data(), piece.size()) != 0) {
      throw std::system_error(errno, std::generic_category(),
                              "get random bytes from the system (getentropy)");
    }
    out = out.subspan(piece.size());
  }
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  random_bytes({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  // Volatile, so that no compiler makes a loop of it that ends at the first difference.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace eddy::inline v0
