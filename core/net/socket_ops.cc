// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/socket_ops.h>

#include <eddy/core/net/send_by_copy.h>

namespace eddy::inline v0 {

IoResult SocketOps::send_file(int fd, int file, std::uint64_t offset, std::size_t bytes) noexcept {
  return internal::send_by_copy(file, offset, bytes, [this, fd](std::string_view piece) {
    return this->send(fd, {&piece, 1});
  });
}

}  // namespace eddy::inline v0
