// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>

#include <eddy/core/base/export.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

/// What stands between a connection to a server and who speaks on it, such as TLS: the other end of
/// a StreamLayer.
///
/// Thread: that of each Loop whose connections use it.
class EDDY_API ClientLayer {
 public:
  ClientLayer() = default;
  ClientLayer(const ClientLayer&) = delete;
  ClientLayer& operator=(const ClientLayer&) = delete;
  virtual ~ClientLayer() = default;

  /// Wraps a connection to `host`, a name or a numeric address, and exchanges what has to be
  /// exchanged first: the stream is ready to be spoken on. Throws std::system_error, which names
  /// the host. A stop must end the wait at once; the connection is closed then, as by an error.
  /// This lives until the task has ended.
  [[nodiscard]] virtual Task<std::unique_ptr<Stream>> open(std::unique_ptr<Stream> transport,
                                                           std::string host) const = 0;
};

}  // namespace eddy::inline v0
