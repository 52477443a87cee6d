// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/outgoing.h>

#include <array>
#include <optional>
#include <span>
#include <utility>

namespace eddy::inline v0::web::internal {

// Sends the pieces unless something waits already, and keeps what is not taken of the first. How
// much of the second was taken; nothing where the connection is broken.
std::optional<std::size_t> Outgoing::send_behind_kept(Stream& stream, std::string_view first,
                                                      std::string_view second) {
  std::size_t sent = 0;
  if (kept_.empty() && first.size() + second.size() > 0) {
    const std::array<std::string_view, 2> pieces = {first, second};
    const IoResult result = stream.try_write(std::span(pieces).first(second.empty() ? 1 : 2));
    if (result.error && !result.would_block()) return std::nullopt;
    sent = result.bytes;
  }
  if (sent >= first.size()) return sent - first.size();
  kept_.append(first.substr(sent));
  return 0;
}

bool Outgoing::send(Stream& stream, std::string_view first, std::string_view second) {
  const std::optional<std::size_t> sent = send_behind_kept(stream, first, second);
  if (sent) kept_.append(second.substr(*sent));
  return sent.has_value();
}

void Outgoing::attach(FilePart part) {
  file_ = std::make_unique<Sending>(FileSender(std::move(part.file), part.offset, part.length));
}

void Outgoing::attach(std::shared_ptr<const FilePieces> pieces) {
  // Behind nothing of the file comes the text before the first piece.
  file_ = std::make_unique<Sending>(FileSender(pieces->file, 0, 0));
  file_->pieces = std::move(pieces);
}

// What has been attached, or a piece of it, has been sent.
Outgoing::Result Outgoing::end_piece() noexcept {
  const FilePieces* const pieces = file_->pieces.get();
  if (pieces == nullptr) {
    file_.reset();
    return Result::all_sent;
  }
  try {
    if (file_->next == pieces->pieces.size()) {
      kept_.append(pieces->end);
      file_.reset();
    } else {
      const FilePieces::Piece& piece = pieces->pieces[file_->next++];
      kept_.append(piece.before);
      file_->sender = FileSender(pieces->file, piece.offset, piece.length);
    }
  } catch (...) {  // no memory
    return Result::broken;
  }
  return Result::more;
}

Outgoing::Result Outgoing::send_file(Stream& stream) noexcept {
  if (!file_->warming.ended()) return Result::blocked;
  switch (file_->sender.step(stream)) {
    case FileSender::Result::sent_all:
      return end_piece();
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

Outgoing::Result Outgoing::begin_content(Stream& stream, std::string_view head) {
  std::string_view& rest = content_->rest;
  const std::optional<std::size_t> sent = send_behind_kept(stream, head, rest.substr(0, kStep));
  if (!sent) return Result::broken;
  rest.remove_prefix(*sent);
  return *sent == kStep ? Result::more : Result::blocked;
}

Outgoing::Result Outgoing::send_content(Stream& stream) noexcept {
  std::string_view& rest = content_->rest;
  const std::string_view piece = rest.substr(0, kStep);
  const IoResult result = stream.try_write({&piece, 1});
  if (result.error) return result.would_block() ? Result::blocked : Result::broken;
  rest.remove_prefix(result.bytes);
  if (!rest.empty()) return result.bytes == piece.size() ? Result::more : Result::progress;
  content_.reset();
  return Result::all_sent;
}

Outgoing::Result Outgoing::send_behind(Stream& stream) noexcept {
  if (content_) return send_content(stream);
  return file_ ? send_file(stream) : Result::all_sent;
}

Outgoing::Result Outgoing::flush(Stream& stream) noexcept {
  if (kept_.empty()) return send_behind(stream);
  const std::string_view piece = kept_.view();
  const IoResult result = stream.try_write({&piece, 1});
  if (result.error) return result.would_block() ? Result::blocked : Result::broken;
  kept_.consume(result.bytes);
  if (!kept_.empty()) return Result::progress;
  kept_.release();
  return send_behind(stream);
}

}  // namespace eddy::inline v0::web::internal
