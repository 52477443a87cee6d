// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/net/compact_address.h>
#include <eddy/core/net/stream.h>

namespace eddy::inline v0::internal {

namespace {

class SocketStream final : public Stream, private IoHandler, private ReadyItem {
 public:
  SocketStream(std::shared_ptr<LoopCore> core, int fd, const Address& peer)
      : core_(std::move(core)), fd_(fd), peer_(peer) {
    add_work(*core_);
  }
  ~SocketStream() override { SocketStream::close(); }

  /// Takes a place among the watches, for nothing yet.
  [[nodiscard]] std::error_code begin() noexcept {
    std::error_code error;
    watch_ = watch(*core_, fd_, Io::none, *this, error);
    return error;
  }

  IoResult try_read(std::span<char> buffer) noexcept override {
    if (fd_ < 0) return {0, std::make_error_code(std::errc::not_connected)};
    return sockets(*core_).receive(fd_, buffer);
  }

  IoResult try_write(std::span<const std::string_view> pieces) noexcept override {
    if (fd_ < 0) return {0, std::make_error_code(std::errc::not_connected)};
    return sockets(*core_).send(fd_, pieces);
  }

  IoResult try_send_file(int file, std::uint64_t offset, std::size_t bytes) noexcept override {
    if (fd_ < 0) return {0, std::make_error_code(std::errc::not_connected)};
    return sockets(*core_).send_file(fd_, file, offset, bytes);
  }

  void set_delegate(StreamDelegate* delegate, Io interest) noexcept override {
    delegate_ = delegate;
    set_interest(interest);
  }

  void set_interest(Io interest) noexcept override {
    if (fd_ < 0) return;
    // The system refuses when it has no memory for a watch, or the user has too many; the
    // connection could never go on. Who drives it is told in a step of its own, not in this call.
    if (internal::set_interest(*core_, watch_, interest)) schedule(*core_, *this);
  }

  void shutdown_write() noexcept override {
    if (fd_ >= 0) sockets(*core_).shutdown_write(fd_);
  }

  void close() noexcept override {
    if (fd_ < 0) return;
    // Unwatched before it is closed: the number may be another connection's a moment later.
    unwatch(*core_, watch_);
    ReadyItem::unlink();
    delegate_ = nullptr;
    release();
    end_waits();
  }

  [[nodiscard]] bool closed() const noexcept override { return fd_ < 0; }
  [[nodiscard]] Address peer_address() const noexcept override { return peer_.address(); }
  void store_peer(CompactAddress& place) const override { place.set(peer_); }
  [[nodiscard]] int fd() const noexcept override { return fd_; }

 private:
  [[nodiscard]] LoopCore& core() noexcept override { return *core_; }

  void on_ready(Io events) override {
    // The last thing: the delegate may destroy this stream.
    if (delegate_ != nullptr) delegate_->on_stream_ready(events);
  }

  void on_loop_closed() noexcept override {
    watch_ = {};
    lose();
  }

  /// The poller has refused.
  void run() override {
    unwatch(*core_, watch_);
    lose();
  }

  /// The last thing: the delegate may destroy this stream.
  void lose() noexcept {
    if (fd_ < 0) return;
    StreamDelegate* delegate = std::exchange(delegate_, nullptr);
    release();
    if (delegate != nullptr) delegate->on_stream_closed();
  }

  [[nodiscard]] const char* label() const noexcept override {
    return delegate_ != nullptr ? delegate_->stream_label() : "stream";
  }

  void release() noexcept {
    sockets(*core_).close(std::exchange(fd_, -1));
    remove_work(*core_);
  }

  std::shared_ptr<LoopCore> core_;
  int fd_;
  IoWatch watch_;
  StreamDelegate* delegate_ = nullptr;
  CompactAddress peer_;
};

}  // namespace

std::unique_ptr<Stream> make_socket_stream(std::shared_ptr<LoopCore> core, int fd,
                                           const Address& peer) {
  std::unique_ptr<SocketStream> stream;
  try {
    stream = std::make_unique<SocketStream>(core, fd, peer);
  } catch (...) {
    sockets(*core).close(fd);
    throw;
  }
  if (const auto error = stream->begin()) throw std::system_error(error, "connection");
  return stream;
}

}  // namespace eddy::inline v0::internal
