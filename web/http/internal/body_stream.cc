// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/body_stream.h>

#include <algorithm>
#include <utility>

#include <eddy/core/loop/scheduler.h>
#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/content_decoding.h>
#include <eddy/web/http/request_parser.h>

namespace eddy::inline v0::web::internal {

void BodyStream::begin(const RequestHead& head, BodySource& source, ContentDecoding* decoding) {
  source_ = &source;
  decoding_ = decoding;
  active_ = true;
  length_ = head.content_length().value_or(0);
  decoder_.begin(head);
}

void BodyStream::received() {
  BodyReadAwaiter* waiter = waiter_;
  if (waiter == nullptr) return;
  try {
    waiter->piece_ = take();
    if (!waiter->piece_) return;  // nothing but framing yet
  } catch (...) {                 // as error_, which the waiter will find
  }
  waiter_ = nullptr;
  waiter->resume_now();
}

void BodyStream::detach() noexcept {
  source_ = nullptr;
  if (!active_ || decoder_.finished()) return;
  fail(std::make_exception_ptr(ClientGoneError()));
}

void BodyStream::fail(std::exception_ptr error) noexcept {
  if (!error_) error_ = std::move(error);
  if (BodyReadAwaiter* waiter = std::exchange(waiter_, nullptr)) waiter->resume_later();
}

bool BodyStream::skip_rest() {
  if (error_) return false;
  raw_.consume(std::exchange(shown_, 0));
  while (!decoder_.finished() && !raw_.empty()) {
    const BodyDecoder::Step step = decoder_.decode(raw_.view());
    if (step.result == ParseResult::failed) return false;
    raw_.consume(step.consumed);
  }
  return decoder_.finished();
}

void BodyStream::reset() noexcept {
  source_ = nullptr;
  decoding_ = nullptr;
  waiter_ = nullptr;
  error_ = nullptr;
  pace_.reset();
  shown_ = 0;
  active_ = malformed_ = false;
}

void BodyStream::set_limit(std::size_t bytes) noexcept {
  bytes = std::min(bytes, decoder_.body_limit());
  decoder_.set_body_limit(bytes);
  if (decoding_ != nullptr) decoding_->decoder.set_limit(bytes);
  if (length_ > bytes) refuse({413, "a body beyond the limit"});
}

void BodyStream::set_pace(const BodyPace& pace) noexcept {
  pace_ = pace;
  if (source_ != nullptr) source_->on_body_pace();
}

void BodyStream::refuse(const ParseError& error) noexcept {
  malformed_ = true;
  error_ = std::make_exception_ptr(HttpError(error.status, error.what));
}

std::uint64_t BodyStream::given() const noexcept {
  return decoding_ != nullptr ? decoding_->decoder.total() : decoder_.total();
}

std::optional<std::string_view> BodyStream::take() {
  return decoding_ != nullptr ? take_decoded() : take_framed();
}

std::optional<std::string_view> BodyStream::take_decoded() {
  if (malformed_) std::rethrow_exception(error_);
  ByteBuffer& piece = decoding_->piece;
  piece.clear();
  for (;;) {
    while (decoding_->pending()) {
      if (!decoding_->step(piece)) {
        refuse(decoding_->decoder.error());
        std::rethrow_exception(error_);
      }
      if (!piece.empty()) return piece.view();
    }
    const std::optional<std::string_view> framed = take_framed();
    if (!framed) return std::nullopt;
    if (framed->empty()) break;
    decoding_->coded.append(*framed);
  }
  if (!decoding_->decoder.finish()) {
    refuse(decoding_->decoder.error());
    std::rethrow_exception(error_);
  }
  return std::string_view();
}

std::optional<std::string_view> BodyStream::take_framed() {
  if (malformed_) std::rethrow_exception(error_);
  raw_.consume(std::exchange(shown_, 0));
  while (!decoder_.finished() && !raw_.empty()) {
    const BodyDecoder::Step step = decoder_.decode(raw_.view());
    if (step.result == ParseResult::failed) {
      refuse(decoder_.error());
      std::rethrow_exception(error_);
    }
    if (!step.data.empty()) {
      shown_ = step.consumed;
      return step.data;
    }
    raw_.consume(step.consumed);
  }
  // Neither a client that sends no more for now nor one that has sent all makes anybody hold
  // memory.
  if (raw_.empty()) raw_.release();
  if (decoder_.finished()) return std::string_view();
  if (error_) std::rethrow_exception(error_);
  return std::nullopt;
}

// ---- BodyReadAwaiter
// ------------------------------------------------------------------------------

// True: the coroutine is to be suspended.
bool BodyReadAwaiter::wait() {
  if (stream_.active()) {
    piece_ = stream_.take();
  } else {
    piece_ = std::string_view();
  }
  if (piece_) {
    if (!eddy::internal::budget_spent(core())) {
      StopNode::unlink();
      return false;
    }
    resume_later();
    return true;
  }
  stream_.waiter_ = this;
  if (stream_.source_ != nullptr) stream_.source_->on_body_wanted();
  return true;
}

void BodyReadAwaiter::leave() noexcept {
  if (stream_.waiter_ == this) stream_.waiter_ = nullptr;
}

void BodyReadAwaiter::stop_waiting() noexcept {
  leave();
  resume_later();
}

std::string_view BodyReadAwaiter::await_resume() {
  leave();
  if (!piece_) {
    throw_if_stopped();
    piece_ = stream_.take();
  }
  return piece_.value_or(std::string_view());
}

}  // namespace eddy::inline v0::web::internal
