// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/stream.h>

#include <eddy/core/base/error.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

Task<void> Stream::write(std::string data) {
  std::string_view rest = data;
  for (;;) {
    const IoResult result = try_write({&rest, 1});
    rest.remove_prefix(result.bytes);
    if (rest.empty()) co_return;
    if (result.error && !result.would_block()) throw std::system_error(result.error, "write");
    co_await internal::StreamWriteAwaiter(*this);
  }
}

namespace internal {

// ---- Reading
// ----------------------------------------------------------------------------------------

bool StreamReadAwaiter::await_ready() noexcept {
  if (budget_spent(stream_.core())) return false;
  result_ = stream_.try_read(buffer_);
  have_result_ = !result_.would_block();
  return have_result_;
}

void StreamReadAwaiter::wait() noexcept {
  waiting_ = true;
  stream_.set_delegate(this, Io::read);
}

void StreamReadAwaiter::end() noexcept {
  if (!std::exchange(waiting_, false)) return;
  stream_.set_delegate(nullptr, Io::none);
}

void StreamReadAwaiter::on_stream_ready(Io /*events*/) {
  result_ = stream_.try_read(buffer_);
  if (result_.would_block()) return;
  have_result_ = true;
  end();
  resume_now();
}

void StreamReadAwaiter::on_stream_closed() noexcept { waiting_ = false; }

void StreamReadAwaiter::stop_waiting() noexcept {
  end();
  resume_later();
}

std::size_t StreamReadAwaiter::await_resume() {
  // What has been read is given even when a stop came meanwhile: it can't be put back.
  if (!have_result_) {
    throw_if_stopped();
    result_.error = Errc::loop_closed;
  }
  if (result_.error) throw std::system_error(result_.error, "read");
  return result_.bytes;
}

// ---- Writing
// ----------------------------------------------------------------------------------------

void StreamWriteAwaiter::wait() noexcept {
  waiting_ = true;
  stream_.set_delegate(this, Io::write);
}

void StreamWriteAwaiter::end() noexcept {
  if (!std::exchange(waiting_, false)) return;
  stream_.set_delegate(nullptr, Io::none);
}

void StreamWriteAwaiter::on_stream_ready(Io /*events*/) {
  end();
  resume_now();
}

void StreamWriteAwaiter::on_stream_closed() noexcept { waiting_ = false; }

void StreamWriteAwaiter::stop_waiting() noexcept {
  end();
  resume_later();
}

}  // namespace internal
}  // namespace eddy::inline v0
