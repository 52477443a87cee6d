// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/compact_address.h>
#include <eddy/core/net/stream.h>

#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/net/send_by_copy.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

Task<void> Stream::write(std::string data, std::size_t begin) {
  std::string_view rest = std::string_view(data).substr(begin);
  for (;;) {
    const IoResult result = try_write({&rest, 1});
    rest.remove_prefix(result.bytes);
    if (rest.empty()) co_return;
    if (result.error && !result.would_block()) throw std::system_error(result.error, "write");
    co_await internal::StreamWriteAwaiter(*this);
  }
}

void Stream::store_peer(internal::CompactAddress& place) const { place.set(peer_address()); }

IoResult Stream::try_send_file(int file, std::uint64_t offset, std::size_t bytes) noexcept {
  return internal::send_by_copy(file, offset, bytes, [this](std::string_view piece) {
    return try_write({&piece, 1});
  });
}

void Stream::watch_for_waits() noexcept {
  Io interest = Io::none;
  if (reader_ != nullptr) interest = interest | Io::read;
  if (writer_ != nullptr) interest = interest | Io::write;
  set_delegate(any(interest) ? this : nullptr, interest);
}

void Stream::on_stream_ready(Io events) {
  internal::StreamWaiter* reader = any(events & Io::read) ? reader_ : nullptr;
  internal::StreamWaiter* writer = any(events & Io::write) ? writer_ : nullptr;
  if (reader == nullptr) {
    if (writer != nullptr) writer->on_ready();
    return;
  }
  // What is resumed now may destroy this stream, so only one of them is. The writer stays here
  // until it runs, to be told of that.
  if (writer != nullptr) writer->resume_later();
  reader->on_ready();
}

void Stream::end_waits() noexcept {
  if (reader_ != nullptr) std::exchange(reader_, nullptr)->on_closed();
  if (writer_ != nullptr) std::exchange(writer_, nullptr)->on_closed();
}

namespace internal {

void StreamWaiter::wait() noexcept {
  if (stream_.closed()) return on_closed();
  waiting_ = true;
  stream_.*place_ = this;
  stream_.watch_for_waits();
}

void StreamWaiter::end() noexcept {
  if (!std::exchange(waiting_, false)) return;
  stream_.*place_ = nullptr;
  stream_.watch_for_waits();
}

void StreamWaiter::on_ready() {
  if (!take()) return;
  end();
  resume_now();
}

void StreamWaiter::on_closed() noexcept {
  waiting_ = false;
  closed_ = true;
  resume_later();
}

void StreamWaiter::stop_waiting() noexcept {
  end();
  resume_later();
}

// ---- Reading
// ----------------------------------------------------------------------------------------

StreamReadAwaiter::StreamReadAwaiter(Stream& stream, std::span<char> buffer) noexcept
    : StreamWaiter(stream, &Stream::reader_), buffer_(buffer) {}

bool StreamReadAwaiter::await_ready() noexcept { return !budget_spent(stream_.core()) && take(); }

bool StreamReadAwaiter::take() noexcept {
  result_ = stream_.try_read(buffer_);
  have_result_ = !result_.would_block();
  return have_result_;
}

std::size_t StreamReadAwaiter::await_resume() {
  // What has been read is given even when a stop came meanwhile: it can't be put back.
  if (!have_result_) {
    throw_if_stopped();
    result_.error = std::make_error_code(std::errc::not_connected);
  }
  if (result_.error) throw std::system_error(result_.error, "read");
  return result_.bytes;
}

// ---- Writing
// ----------------------------------------------------------------------------------------

StreamWriteAwaiter::StreamWriteAwaiter(Stream& stream) noexcept
    : StreamWaiter(stream, &Stream::writer_) {}

void StreamWriteAwaiter::await_resume() {
  end();
  throw_if_stopped();
  if (closed()) {
    throw std::system_error(std::make_error_code(std::errc::not_connected), "write");
  }
}

}  // namespace internal
}  // namespace eddy::inline v0
