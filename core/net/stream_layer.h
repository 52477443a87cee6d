// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/net/stream.h>

namespace eddy::inline v0 {

/// What stands between an accepted connection and who speaks on it: TLS, or the PROXY protocol.
///
/// Thread: that of each Loop whose listeners use it; one layer may serve several listeners.
class EDDY_API StreamLayer {
 public:
  StreamLayer() = default;
  StreamLayer(const StreamLayer&) = delete;
  StreamLayer& operator=(const StreamLayer&) = delete;
  virtual ~StreamLayer() = default;

  /// Wraps a connection that has just been accepted. Reads and writes nothing yet: what has to be
  /// exchanged first is exchanged when the returned stream is read or written. Null refuses the
  /// connection, which is closed; one that this throws for is closed too, and that is reported.
  [[nodiscard]] virtual std::unique_ptr<Stream> accept(std::unique_ptr<Stream> transport) = 0;
  /// Whether what passes is encrypted, so that a URL of the server says so.
  [[nodiscard]] virtual bool secure() const noexcept { return false; }
};

/// Base of the streams that layers make: owns the stream below and passes on what a layer seldom
/// changes. A derived class is the delegate of transport() through a member of its own, and shows
/// bytes that it holds and no descriptor does by an entry in the Loop's ready list.
class EDDY_API LayeredStream : public Stream {
 public:
  explicit LayeredStream(std::unique_ptr<Stream> transport) noexcept
      : transport_(std::move(transport)) {}

  void shutdown_write() noexcept override { transport_->shutdown_write(); }
  [[nodiscard]] bool closed() const noexcept override { return transport_->closed(); }
  [[nodiscard]] Address peer_address() const noexcept override {
    return transport_->peer_address();
  }
  [[nodiscard]] bool peer_known() const noexcept override { return transport_->peer_known(); }
  [[nodiscard]] int fd() const noexcept override { return transport_->fd(); }
  [[nodiscard]] const TlsInfo* tls() const noexcept override { return transport_->tls(); }
  [[nodiscard]] bool secure() const noexcept override { return transport_->secure(); }

 protected:
  [[nodiscard]] Stream& transport() noexcept { return *transport_; }
  [[nodiscard]] const Stream& transport() const noexcept { return *transport_; }
  [[nodiscard]] internal::LoopCore& core() noexcept override { return core_of(*transport_); }

 private:
  std::unique_ptr<Stream> transport_;
};

}  // namespace eddy::inline v0
