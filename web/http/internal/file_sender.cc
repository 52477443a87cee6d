// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/file_sender.h>

#include <algorithm>

#include <eddy/core/base/error.h>
#include <eddy/core/net/page_cache.h>
#include <eddy/core/task/executor.h>

namespace eddy::inline v0::web::internal {

namespace {

/// On a thread of the pool; the file is held open by it.
std::error_code warm_part(const File& file, std::uint64_t offset, std::size_t bytes) {
  return eddy::internal::read_into_page_cache(file.fd(), offset, bytes);
}

}  // namespace

FileSender::Result FileSender::step(Stream& stream) noexcept {
  if (error_) return Result::failed;
  if (remaining_ == 0) return Result::sent_all;
  const std::size_t bytes = in_memory(kStep);
  if (bytes == 0) return Result::cold;
  // Once: a stream that sends less than it is given has a reason, such as a record to encrypt.
  const IoResult result = stream.try_send_file(file_.fd(), offset_, bytes);
  if (result.would_block()) return Result::blocked;
  if (!take(result)) return Result::failed;
  return remaining_ == 0 ? Result::sent_all : Result::more;
}

FileSender::Result FileSender::read(ByteBuffer& out, std::size_t bytes) {
  if (error_) return Result::failed;
  if (remaining_ == 0) return Result::sent_all;
  std::size_t left = in_memory(std::clamp<std::size_t>(bytes, 1, kStep));
  if (left == 0) return Result::cold;
  while (left > 0) {
    IoResult result = file_.read(offset_, {out.prepare(left), left});
    if (!result.error && result.bytes == 0) result.error = Errc::file_truncated;
    if (!take(result)) return Result::failed;
    out.commit(result.bytes);
    left -= result.bytes;
  }
  return remaining_ == 0 ? Result::sent_all : Result::more;
}

bool FileSender::take(const IoResult& result) noexcept {
  error_ = result.error;
  offset_ += result.bytes;
  remaining_ -= result.bytes;
  return !error_;
}

std::size_t FileSender::in_memory(std::size_t bytes) noexcept {
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, remaining_));
  // What was once seen is moved before there is another look: so each look and each warm() leads
  // on.
  if (offset_ < in_memory_to_) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(bytes, in_memory_to_ - offset_));
  }
  if (!eddy::internal::in_page_cache(file_.fd(), offset_, bytes)) return 0;
  in_memory_to_ = offset_ + bytes;
  return bytes;
}

Task<void> FileSender::warm() {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, kWarm));
  const std::uint64_t offset = offset_;
  try {
    error_ = co_await run_in_executor(warm_part, file_, offset, bytes);
  } catch (const std::system_error& error) {
    if (error.code() != Errc::queue_full) throw;
  }
  in_memory_to_ = offset + bytes;
}

}  // namespace eddy::inline v0::web::internal
