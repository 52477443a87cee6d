// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/outgoing.h>

#include <array>
#include <span>
#include <utility>

namespace eddy::inline v0::web::internal {

bool Outgoing::send(Stream& stream, std::string_view first, std::string_view second) {
  std::size_t sent = 0;
  const std::size_t size = first.size() + second.size();
  if (size > 0 && kept_.empty()) {
    const std::array<std::string_view, 2> pieces = {first, second};
    const IoResult result = stream.try_write(std::span(pieces).first(second.empty() ? 1 : 2));
    if (result.error && !result.would_block()) return false;
    sent = result.bytes;
  }
  if (sent < size) {
    const std::size_t of_first = sent < first.size() ? sent : first.size();
    kept_.append(first.substr(of_first));
    kept_.append(second.substr(sent - of_first));
  }
  return true;
}

void Outgoing::attach(FilePart part) {
  file_ = std::make_unique<Sending>(FileSender(std::move(part.file), part.offset, part.length));
}

Outgoing::Result Outgoing::send_file(Stream& stream) noexcept {
  if (!file_->warming.ended()) return Result::blocked;
  switch (file_->sender.step(stream)) {
    case FileSender::Result::sent_all:
      file_.reset();
      return Result::all_sent;
    case FileSender::Result::more:
      return Result::more;
    case FileSender::Result::blocked:
      return Result::blocked;
    case FileSender::Result::cold:
      return Result::cold;
    case FileSender::Result::failed:
      break;
  }
  return Result::broken;
}

void Outgoing::warm(std::shared_ptr<LoopCore> loop, UniqueFunction<void()> done) {
  file_->warming = RunningTask(
      std::move(loop), file_->sender.warm(),
      [done = std::move(done)](const std::exception_ptr& /*error*/) mutable { done(); });
  file_->warming.start();
}

std::error_code Outgoing::file_error() const noexcept {
  return file_ ? file_->sender.error() : std::error_code();
}

Outgoing::Result Outgoing::flush(Stream& stream) noexcept {
  if (kept_.empty()) return file_ ? send_file(stream) : Result::all_sent;
  const std::string_view piece = kept_.view();
  const IoResult result = stream.try_write({&piece, 1});
  if (result.error) return result.would_block() ? Result::blocked : Result::broken;
  kept_.consume(result.bytes);
  if (!kept_.empty()) return Result::progress;
  kept_.release();
  return file_ ? send_file(stream) : Result::all_sent;
}

}  // namespace eddy::inline v0::web::internal
