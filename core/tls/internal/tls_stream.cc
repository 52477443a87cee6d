// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/tls_stream.h>

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <eddy/tls/internal/verification.h>

namespace eddy::inline v0::tls::internal {

using eddy::internal::schedule;
using eddy::internal::step_done;

namespace {

// What one record holds (RFC 8446 section 5.1).
constexpr std::size_t kRecordBytes = 16 * 1024;
// With more than this unsent nothing is read.
constexpr std::size_t kMostUnsent = 4 * kRecordBytes;
/// A handshake's timer that is called so late was kept by the host, not by the client.
constexpr Duration kStoodStill = std::chrono::milliseconds(100);
constexpr Duration kGivenBack = std::chrono::seconds(10);

/// The next record's worth of the pieces, from `offset` on: where it lies, if it lies in one piece,
/// else gathered in `space`.
std::string_view next_record(std::span<const std::string_view> pieces, std::size_t offset,
                             std::span<char> space) noexcept {
  while (!pieces.empty() && offset >= pieces.front().size()) {
    offset -= pieces.front().size();
    pieces = pieces.subspan(1);
  }
  if (pieces.empty()) return {};
  const std::string_view first = pieces.front().substr(offset);
  if (first.size() >= space.size() || pieces.size() == 1) return first.substr(0, space.size());
  std::size_t size = 0;
  for (std::string_view piece : pieces) {
    if (size == 0) piece = first;
    const std::size_t n = std::min(piece.size(), space.size() - size);
    std::copy_n(piece.begin(), n, space.begin() + static_cast<std::ptrdiff_t>(size));
    size += n;
  }
  return {space.data(), size};
}

std::size_t total(std::span<const std::string_view> pieces) noexcept {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  return size;
}

IoResult nothing_now() noexcept {
  return {0, std::make_error_code(std::errc::operation_would_block)};
}

}  // namespace

TlsStream::TlsStream(std::unique_ptr<Stream> transport, Endpoint endpoint)
    : LayeredStream(std::move(transport)),
      bio_(LayeredStream::transport()),
      session_(std::make_shared<Session>(std::move(endpoint.ssl), std::move(endpoint.context))),
      counters_(std::move(endpoint.counters)),
      begun_(SSL_is_server(session_->ssl()) == 1) {
  bio_.attach(session_->ssl());
  const TimePoint now = eddy::internal::now(core());
  due_ = eddy::internal::deadline_after(now, endpoint.handshake_timeout);
  add_timer(core(), *this, due_);
  LayeredStream::transport().set_delegate(&below_, Io::none);
}

const char* TlsStream::label() const noexcept {
  return delegate_ != nullptr ? delegate_->stream_label() : "tls";
}

void TlsStream::log(LogLevel level, const std::string& message) noexcept {
  eddy::internal::log(core(), level, "eddy.tls", message);
}

// ---- Readiness ----------------------------------------------------------------------------------

void TlsStream::set_delegate(StreamDelegate* delegate, Io interest) noexcept {
  delegate_ = delegate;
  set_interest(interest);
}

void TlsStream::set_interest(Io interest) noexcept {
  interest_ = interest;
  if (!closed()) settle();
}

// A peer that makes us answer and does not read is not read either.
bool TlsStream::may_read() const noexcept { return bio_.unsent() < kMostUnsent; }

// Plaintext, or ciphertext that may be a whole record.
bool TlsStream::input_buffered() const noexcept {
  return may_read() && !input_over_ && (bio_.buffered() || SSL_pending(session_->ssl()) > 0);
}

// Whether somebody waits for what no descriptor shows.
bool TlsStream::has_work() const noexcept {
  if (!any(interest_)) return false;
  if (error_) return true;
  if (!established()) return !begun_ || (bio_.buffered() && bio_.unsent() == 0);
  return any(interest_ & Io::read) && input_buffered();
}

// After every change: what is waited for, in the ready list and below.
void TlsStream::settle() noexcept {
  if (has_work()) {
    schedule(core(), *this);
  } else {
    ReadyItem::unlink();
  }
  Io wanted = Io::none;
  if (!error_ && established()) {
    wanted = may_read() ? interest_ : interest_ & (Io::write | Io::hangup);
  } else if (!error_ && begun_ && any(interest_) && bio_.unsent() == 0) {
    wanted = Io::read;
  }
  if (!error_ && bio_.unsent() > 0) wanted = wanted | Io::write;
  if (wanted == transport_interest_) return;
  transport_interest_ = wanted;
  transport().set_interest(wanted);
}

void TlsStream::go_on(Io events) {
  if (bio_.unsent() > 0 && any(events & Io::write)) flush();
  if (!error_ && !established()) {
    if (bio_.unsent() == 0) step_handshake();
    // Whoever waits is told of the end of the handshake in a step of its own.
    if (!error_) return settle();
  }
  Io ready = interest_;
  if (!error_) {
    Io possible = (input_buffered() ? Io::read : events & Io::read) | (events & Io::hangup);
    if (bio_.unsent() == 0) possible = possible | (events & Io::write);
    ready = ready & possible;
  }
  settle();
  // The last thing: the delegate may destroy this stream.
  if (any(ready) && delegate_ != nullptr) delegate_->on_stream_ready(ready);
}

void TlsStream::on_timer() {
  if (error_ || established()) return;
  // A host that has stood still has cost the client this time: it gets it back, within bounds.
  const TimePoint now = eddy::internal::now(core());
  if (now - due_ > kStoodStill) {
    due_ = now + std::min(now - due_, kGivenBack);
    return add_timer(core(), *this, due_);
  }
  Counters::add(counters_->timed_out);
  fail(std::make_error_code(std::errc::timed_out));
  settle();
  log(LogLevel::info, "TLS handshake with " + peer_address().host() + " took too long");
  go_on(Io::none);
}

void TlsStream::loop_closed() noexcept {
  ReadyItem::unlink();
  TimerNode::cancel();
  bio_.mute();
  StreamDelegate* delegate = std::exchange(delegate_, nullptr);
  if (delegate != nullptr) delegate->on_stream_closed();
}

// ---- The handshake ------------------------------------------------------------------------------

void TlsStream::step_handshake() noexcept {
  begun_ = true;
  session_->set_time(eddy::internal::now(core()));
  ERR_clear_error();
  bio_.collect(true);
  int ssl_error = SSL_ERROR_NONE;
  {
    const RecordBio::Operation operation(bio_);
    const int result = SSL_do_handshake(session_->ssl());
    if (result != 1) ssl_error = SSL_get_error(session_->ssl(), result);
  }
  bio_.collect(false);
  if (ssl_error == SSL_ERROR_NONE) {
    finish_handshake();
  } else if (ssl_error != SSL_ERROR_WANT_READ) {
    return handshake_failed(ssl_error);
  }
  bio_.flush();
  if (bio_.error()) {
    fail(bio_.error());
  } else if (bio_.ended() && !established()) {
    // Somebody looked whether the port is open, or thought better of it.
    fail(std::make_error_code(std::errc::connection_aborted));
  }
}

void TlsStream::finish_handshake() noexcept {
  TimerNode::cancel();
  session_->set_established();
  Counters::add(counters_->handshakes);
  if (session_->resumed()) Counters::add(counters_->resumed);
}

void TlsStream::handshake_failed(int ssl_error) noexcept {
  const std::error_code code = classify(ssl_error);
  const char* reason = reason_ = ERR_reason_error_string(ERR_peek_error());
  try {
    if (code == Errc::plain_text) {
      Counters::add(counters_->plain_text);
      bio_.mute();  // an alert would be noise to it
      log(LogLevel::info, peer_address().host() + " does not speak TLS");
    } else {
      std::string message = "TLS handshake with " + peer_address().host() + " failed: ";
      message += reason != nullptr ? reason : code.message();
      const long verified = SSL_get_verify_result(session_->ssl());
      if (code == Condition::certificate && verified != X509_V_OK) {
        message.append(": ").append(X509_verify_cert_error_string(verified));
      }
      log(LogLevel::info, message);
    }
  } catch (const std::bad_alloc&) {  // it fails without a word
  }
  bio_.flush();  // OpenSSL's alert, if it goes at once
  fail(code);
}

std::string TlsStream::failure_text() const {
  if (error_ == Condition::certificate) return describe_rejection(session_->ssl());
  return reason_ != nullptr ? reason_ : std::string();
}

std::error_code TlsStream::classify(int ssl_error) const noexcept {
  if (bio_.error()) return bio_.error();
  // What a signature or a certificate was refused for may stand before it.
  const unsigned long last = ERR_peek_last_error();
  const bool rejected =
      ERR_GET_LIB(last) == ERR_LIB_SSL && ERR_GET_REASON(last) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  const unsigned long error = rejected ? last : ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  if (ssl_error != SSL_ERROR_SSL || ERR_GET_LIB(error) != ERR_LIB_SSL) return Errc::protocol_error;
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
      return established() ? Errc::protocol_error : Errc::plain_text;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return rejected_for(session_->ssl());
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return Errc::certificate_rejected;
    default:
      return reason > SSL_AD_REASON_OFFSET ? Errc::refused_by_peer : Errc::protocol_error;
  }
}

// ---- Reading ------------------------------------------------------------------------------------

IoResult TlsStream::try_read(std::span<char> buffer) noexcept {
  if (closed()) return {0, std::make_error_code(std::errc::not_connected)};
  IoResult result = nothing_now();
  if (!error_ && !established()) {
    if (bio_.unsent() > 0) flush();
    if (!error_ && bio_.unsent() == 0) step_handshake();
  } else if (!error_ && input_over_) {
    result = {};
  } else if (!error_ && may_read()) {
    result = read_record(buffer);
  }
  settle();
  return error_ ? IoResult{0, error_} : result;
}

IoResult TlsStream::read_record(std::span<char> buffer) noexcept {
  ERR_clear_error();
  IoResult result;
  int ssl_error = SSL_ERROR_NONE;
  {
    const RecordBio::Operation operation(bio_);
    const int done = SSL_read_ex(session_->ssl(), buffer.data(), buffer.size(), &result.bytes);
    if (done != 1) ssl_error = SSL_get_error(session_->ssl(), done);
  }
  return ssl_error == SSL_ERROR_NONE ? result : read_nothing(ssl_error);
}

IoResult TlsStream::read_nothing(int ssl_error) noexcept {
  if (bio_.error()) {
    fail(bio_.error());
  } else if (ssl_error == SSL_ERROR_ZERO_RETURN) {
    input_over_ = true;  // the peer's close_notify
    return {};
  } else if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) {
    const std::error_code code = classify(ssl_error);
    bio_.flush();  // OpenSSL's alert, if it goes at once
    fail(code);
  } else if (bio_.ended()) {
    input_over_ = true;
    session_->set_input_truncated();
    return {};
  }
  return nothing_now();
}

// ---- Writing ------------------------------------------------------------------------------------

IoResult TlsStream::try_write(std::span<const std::string_view> pieces) noexcept {
  if (closed()) return {0, std::make_error_code(std::errc::not_connected)};
  IoResult result;
  if (!error_ && output_over_) return {0, std::make_error_code(std::errc::broken_pipe)};
  if (!error_ && bio_.unsent() > 0) flush();
  if (!error_ && bio_.unsent() == 0) {
    if (established()) {
      write_records(pieces, result);
    } else {
      step_handshake();
    }
  }
  settle();
  if (error_) return {0, error_};
  return result.bytes == 0 && total(pieces) > 0 ? nothing_now() : result;
}

// A record that the transport takes only in part is told as written but for its last byte. So
// whoever has nothing left to write knows that all of it is with the system, and may close; and no
// bytes are ever told twice.
void TlsStream::write_records(std::span<const std::string_view> pieces, IoResult& result) noexcept {
  const std::size_t size = total(pieces);
  if (size > 0 && std::exchange(held_byte_, false)) result.bytes = 1;
  std::array<char, kRecordBytes> space;
  while (result.bytes < size) {
    if (!write_record(next_record(pieces, result.bytes, space), result)) return;
    if (result.bytes < size && step_done(core(), "tls")) return;
  }
}

bool TlsStream::write_record(std::string_view data, IoResult& result) noexcept {
  ERR_clear_error();
  std::size_t written = 0;
  int ssl_error = SSL_ERROR_NONE;
  {
    const RecordBio::Operation operation(bio_);
    const int done = SSL_write_ex(session_->ssl(), data.data(), data.size(), &written);
    if (done != 1) ssl_error = SSL_get_error(session_->ssl(), done);
  }
  if (bio_.error() || ssl_error != SSL_ERROR_NONE) {
    fail(classify(ssl_error));
    return false;
  }
  held_byte_ = bio_.unsent() > 0;
  result.bytes += held_byte_ ? written - 1 : written;
  return !held_byte_;
}

void TlsStream::flush() noexcept {
  bio_.flush();
  if (bio_.error()) return fail(bio_.error());
  if (output_over_ && bio_.unsent() == 0) {
    transport().shutdown_write();
    bio_.mute();
  }
}

// ---- The end ------------------------------------------------------------------------------------

void TlsStream::send_close_notify() noexcept {
  if (error_ || !established() || std::exchange(output_over_, true)) return;
  ERR_clear_error();
  const RecordBio::Operation operation(bio_);
  (void)SSL_shutdown(session_->ssl());
}

void TlsStream::shutdown_write() noexcept {
  if (closed() || output_over_) return;
  if (error_ || !established()) {
    output_over_ = true;
    return transport().shutdown_write();
  }
  send_close_notify();
  flush();
  settle();
}

void TlsStream::close() noexcept {
  ReadyItem::unlink();
  TimerNode::cancel();
  delegate_ = nullptr;
  if (!closed()) {
    send_close_notify();
    bio_.flush();
    transport().close();
  }
  bio_.mute();
  end_waits();
}

void TlsStream::fail(std::error_code error) noexcept {
  if (!established()) Counters::add(counters_->failed);
  error_ = error;
  ERR_clear_error();
  TimerNode::cancel();
  bio_.mute();
}

}  // namespace eddy::inline v0::tls::internal
