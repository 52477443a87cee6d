// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/connect.h>

#include <utility>

#include <eddy/core/loop/loop_core.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

void ConnectAwaiter::start() noexcept {
  fd_ = sockets(core()).connect(address_, source_ != nullptr ? *source_ : Address(), error_);
  if (fd_ >= 0 && error_ == std::errc::operation_in_progress) {
    error_.clear();
    watch_ = watch(core(), fd_, Io::write, *this, error_);
    if (!error_) return;
  }
  // It was decided at once. The coroutine passes through the ready list all the same, so that one
  // that connects again and again holds the host no more than others do.
  resume_later();
}

void ConnectAwaiter::end() noexcept {
  if (fd_ < 0) return;
  unwatch(core(), watch_);
  sockets(core()).close(std::exchange(fd_, -1));
}

void ConnectAwaiter::on_ready(Io /*events*/) {
  error_ = sockets(core()).connect_error(fd_);
  if (error_ == std::errc::operation_in_progress) return error_.clear();
  unwatch(core(), watch_);
  resume_now();
}

void ConnectAwaiter::on_loop_closed() noexcept {
  watch_ = {};
  end();
}

void ConnectAwaiter::stop_waiting() noexcept {
  end();
  resume_later();
}

std::unique_ptr<Stream> ConnectAwaiter::await_resume() {
  throw_if_stopped();
  if (error_) {
    end();
    throw std::system_error(error_, "connect to " + address_.to_string());
  }
  if (address_.family() != Address::Family::local) sockets(core()).set_nodelay(fd_);
  return make_socket_stream(core().shared_from_this(), std::exchange(fd_, -1), address_);
}

}  // namespace eddy::inline v0::internal
