// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The half of a connection that answers.
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/connection.h>
#include <eddy/web/http/response_writer.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::now;
using eddy::internal::schedule;

namespace {

// Content from this size on is sent from where it is instead of being copied behind its head.
constexpr std::size_t kSendDirectlyBytes = 16 * 1024;

}  // namespace

// ---- Responses
// --------------------------------------------------------------------------------------

// Within finish(). The response of a handler that has not waited yet goes out behind those before
// it, when the handler returns.
void Connection::on_finished(Exchange& /*exchange*/) noexcept {
  if (in_handler_ || phase_ != Phase::handling) return;
  const Pin pin(*this);
  try {
    BorrowedBuffer output(*server_);
    (void)respond(*output);
    if (phase_ != Phase::shut) send(*output);
    update();
  } catch (...) {  // no memory
    shut();
  }
}

// Within flush().
bool Connection::on_flush(Exchange& /*exchange*/) {
  if (phase_ != Phase::handling) return true;
  const Pin pin(*this);
  BorrowedBuffer own(*server_);
  ByteBuffer& output = batch_ != nullptr ? *batch_ : *own;
  bool written = false;
  try {
    written = write_streamed(output, false);
  } catch (const std::logic_error&) {
    // What went out cannot be made good any more: only a cut tells the client. The log has what the
    // handler throws.
    if (exchange_->state().head_sent) write_failed();
    throw;
  }
  send(output);
  update();
  if (exchange_ == nullptr || exchange_->client_gone()) return true;
  return written && outgoing_.size() < server_->options().output_bytes;
}

// On the ready list: the handler has ended, or an encoder goes on with what it has written.
void Connection::go_on_responding() {
  BorrowedBuffer output(*server_);
  if (task_.ended()) {
    end_exchange(*output);
  } else if (exchange_->finished()) {
    (void)respond(*output);
  } else if (exchange_->state().encoding && !exchange_->client_gone()) {
    const bool written = write_streamed(*output, false);
    send(*output);
    if (written && outgoing_.size() < server_->options().output_bytes) exchange_->flushed();
  }
  if (phase_ == Phase::handling && end_of_input_ && exchange_->wants_content()) input_ended();
  if (phase_ != Phase::shut) send(*output);
}

// Whom the request is from, where proxies in front are believed.
void Connection::identify() {
  const TrustedProxies& trusted = server_->options().trusted_proxies;
  const ForwardedClient client =
      client_of(stream_->peer_address(), exchange_->parser().head().headers(), trusted);
  exchange_->forwarded_for(client.ip, client.scheme, client.host);
}

// Within read(): a client that waits to be asked is asked now.
void Connection::on_body_wanted() noexcept {
  const Pin pin(*this);
  read_paused_ = false;
  // The input ended during an earlier request: told in a step of its own, not within the await.
  if (end_of_input_) return schedule(server_->loop(), *this);
  const RequestHead& head = exchange_->parser().head();
  RequestContent& content = exchange_->content();
  const bool nothing_yet = content.decoder.total() == 0 && content.buffer.empty();
  try {
    ResponseState& state = exchange_->state();
    if (head.expects_continue() && nothing_yet && !std::exchange(state.asked_for_content, true) &&
        !state.head_sent && !exchange_->finished()) {
      BorrowedBuffer own(*server_);
      ByteBuffer& output = batch_ != nullptr ? *batch_ : *own;
      output.append(kContinue);
      send(output);
    }
    update();
  } catch (...) {  // no memory
    shut();
  }
}

// The response is complete. False: its content is still being encoded.
bool Connection::respond(ByteBuffer& output) {
  ResponseState& state = exchange_->state();
  if (state.responded) return true;
  Response& response = exchange_->response();
  try {
    if (!state.head_sent) {
      if (!response.file && !response.file_pieces) choose_coding(response.body.size());
      if (state.encoding && !encode(response.body, ContentEncoder::Flush::end)) return false;
      respond_whole(output);
    } else if (!write_streamed(output, true)) {
      return false;
    }
  } catch (const std::logic_error& error) {
    log_misuse(error);
    if (!output.empty()) send(output);
    shut();
    return true;
  }
  state.encoding.reset();
  state.responded = true;
  return true;
}

void Connection::respond_whole(ByteBuffer& output) {
  Response& response = exchange_->response();
  ResponseHead head;
  const ResponseState& state = exchange_->state();
  const std::string_view content =
      state.encoding ? state.encoding->encoded().view() : response.body;
  std::optional<std::uint64_t> length = content.size();
  if (response.file) length = response.file->length;
  if (response.file_pieces) length = response.file_pieces->length;
  // What takes the connection over goes on with the content.
  if (exchange_->upgrades() && response.status != 101) length.reset();
  // HEAD: what encoding would have come to is not known.
  if (state.coded && !state.encoding) length.reset();
  if (response.status >= 200 || exchange_->upgrades()) {
    head = write_head(output, length);
  } else {
    head.error = "a status below 200 is not a final one";
  }
  if (head.error != nullptr) {
    log(LogLevel::error, summary(*exchange_, 500) + ": " + head.error);
    response = Response(500);
    not_upgraded_ = true;
    head = write_head(output, 0);
    head.send_content = false;
  }
  note_close(head);
  if (!head.send_content) return;
  if (response.file || response.file_pieces) {
    send(output);
    if (stream_->closed() || length == 0) return;
    if (response.file_pieces) {
      outgoing_.attach(std::move(response.file_pieces));
    } else {
      outgoing_.attach(std::move(*response.file));
    }
    flush();
  } else if (content.size() > Outgoing::kStep) {
    send_large(output);
  } else if (content.size() < kSendDirectlyBytes) {
    output.append(content);
  } else {
    send(output, content);
  }
}

// Content of more than a step: it is not copied, and others have their turn in between.
void Connection::send_large(ByteBuffer& output) {
  if (stream_->closed()) return output.clear();
  ResponseState& state = exchange_->state();
  const Outgoing::Result result =
      state.encoding
          ? outgoing_.send_large(*stream_, output.view(), std::move(state.encoding->encoded()))
          : outgoing_.send_large(*stream_, output.view(), std::move(exchange_->response().body));
  output.clear();
  if (result == Outgoing::Result::broken) return write_failed();
  if (result == Outgoing::Result::more) schedule(server_->loop(), *this);
}

// Once for each response, before its head.
void Connection::choose_coding(std::optional<std::uint64_t> size) {
  const CompressionOptions& options = server_->options().compression;
  ResponseState& state = exchange_->state();
  if (!options.enabled || std::exchange(state.coding_chosen, true)) return;
  if (exchange_->upgrades()) return;
  const RequestHead& request = exchange_->parser().head();
  Response& response = exchange_->response();
  const ContentCoding coding =
      apply_content_coding(options, request.headers(), response.status, size, response.headers,
                           server_->encoders().has_room());
  state.coded = coding != ContentCoding::identity;
  if (!state.coded || request.method() == Method::head || response.status == 304) return;
  state.encoding = std::make_unique<Encoding>(server_->encoders().acquire(coding), size);
}

// Encodes `content`, which is taken, behind what came before. False: the budget is spent, and the
// rest comes on the ready list.
bool Connection::encode(std::string& content, ContentEncoder::Flush flush) {
  Encoding& encoding = *exchange_->state().encoding;
  const bool ends = flush == ContentEncoder::Flush::end;
  for (;;) {
    while (!encoding.done()) {
      encoding.step();
      // Behind the last one too: what is sent then is a step of its own.
      if (!eddy::internal::step_done(server_->loop(), "encode")) continue;
      schedule(server_->loop(), *this);
      return false;
    }
    if (encoding.ended() || (content.empty() && !ends)) return true;
    encoding.add(std::exchange(content, {}), flush);
  }
}

ResponseHead Connection::write_head(ByteBuffer& output, std::optional<std::uint64_t> length) {
  const RequestHead& request = exchange_->parser().head();
  Response& response = exchange_->response();
  if (response.status == 204 || response.status == 304 || response.status == 101) {
    // There is no content to describe (RFC 9110, 15.3.5 and 15.4.5), only the default type of one.
    for (const char* const name : {"Content-Type", "Content-Encoding", "Content-Language"}) {
      response.headers.erase(name);
    }
  }
  if (HttpService& service = *exchange_->service(); service.completes_heads()) {
    service.complete_head(*exchange_);
  }
  const std::uint32_t most_requests = server_->options().requests_per_connection;
  // Content that nobody has read stands between this request and the next.
  const bool unread = length && exchange_->within_content();
  ResponseFraming framing;
  framing.head_request = request.method() == Method::head;
  // The end of the connection ends the content of one that is taken over.
  framing.version_minor = exchange_->upgrades() && !length ? 0 : request.version_minor();
  framing.keep_alive = request.keep_alive() && !server_->stopping() && !unread &&
                       (most_requests == 0 || requests_ < most_requests);
  framing.content_length = length;
  framing.date = server_->date();
  return write_response_head(output, response.status, response.reason, response.headers, framing);
}

// A client that did not expect the end may have sent more, which nobody reads: a close now would be
// a reset, and could overtake the response (RFC 9112, 9.6).
void Connection::note_close(const ResponseHead& head) noexcept {
  if (!head.close) return;
  close_after_ = true;
  linger_ |= exchange_->parser().head().keep_alive();
}

// What a handler has written since its last flush(), behind the head if that is still to be sent.
// False: it is still being encoded. Throws std::logic_error for what the program did wrong.
bool Connection::write_streamed(ByteBuffer& output, bool last) {
  ResponseState& streamed = exchange_->state();
  if (!streamed.head_sent) {
    choose_coding(std::nullopt);
    const ResponseHead head = write_head(output, std::nullopt);
    if (head.error != nullptr) throw std::logic_error(head.error);
    streamed.head_sent = true;
    streamed.send_content = head.send_content;
    streamed.chunked = head.chunked;
    streamed.length_announced = head.content_length.has_value();
    streamed.owed = head.content_length.value_or(0);
    note_close(head);
  }
  std::string& body = exchange_->response().body;
  if (!streamed.send_content) {
    body.clear();
    return true;
  }
  if (streamed.encoding) {
    const bool done =
        encode(body, last ? ContentEncoder::Flush::end : ContentEncoder::Flush::piece);
    write_piece(output, streamed.encoding->encoded().view());
    streamed.encoding->encoded().clear();
    if (!done) return false;
  } else {
    write_piece(output, body);
    body.clear();
  }
  if (!last) return true;
  if (streamed.chunked) {
    write_last_chunk(output, exchange_->has_trailers() ? exchange_->trailers() : Headers());
  }
  if (streamed.owed > 0) {
    throw std::logic_error("less content than the Content-Length that was set");
  }
  return true;
}

// A piece of a streamed response's content, as it goes to the client.
void Connection::write_piece(ByteBuffer& output, std::string_view piece) {
  if (piece.empty()) return;
  ResponseState& streamed = exchange_->state();
  if (streamed.length_announced) {
    if (piece.size() > streamed.owed) {
      throw std::logic_error("more content than the Content-Length that was set");
    }
    streamed.owed -= piece.size();
  }
  if (piece.size() >= kSendDirectlyBytes) {
    if (streamed.chunked) write_chunk_size(output, piece.size());
    send(output, piece);
    if (streamed.chunked) output.append("\r\n");
  } else if (streamed.chunked) {
    write_chunk(output, piece);
  } else {
    output.append(piece);
  }
}

// An answer that no handler has part in; nothing that follows can be understood.
void Connection::refuse(const ParseError& error, ByteBuffer& output) {
  ++server_->stats().refused;
  log(LogLevel::info,
      std::to_string(error.status) + " (" + stream_->peer_address().host() + "): " + error.what);
  ResponseFraming framing;
  framing.keep_alive = false;
  framing.content_length = 0;
  framing.date = server_->date();
  write_response_head(output, error.status, {}, {}, framing);
  close_after_ = linger_ = true;
  phase_ = Phase::closing;
  if (exchange_ != nullptr) server_->give_exchange(std::exchange(exchange_, nullptr));
}

// The same where no request is being read just now.
void Connection::refuse_now(const ParseError& error) {
  BorrowedBuffer output(*server_);
  refuse(error, *output);
  input_.release();
  send(*output);
  update();
}

// The program has said something about its response that it did not keep.
void Connection::log_misuse(const std::logic_error& error) {
  log(LogLevel::error, summary(*exchange_, exchange_->response().status) + ": " + error.what());
}

// As Tornado: "200 GET /path (127.0.0.1) 0.31ms".
void Connection::log_request() {
  HttpService* const service = exchange_->service();
  if (exchange_->asks_to_log() && service != nullptr &&
      service->log_request(*exchange_, now(server_->loop()) - exchange_->began())) {
    return;
  }
  const int status = exchange_->response().status;
  const LogLevel level = status < 400   ? LogLevel::info
                         : status < 500 ? LogLevel::warning
                                        : LogLevel::error;
  if (!eddy::internal::logs(server_->loop(), level)) return;
  const Request& request = exchange_->request();
  const std::chrono::duration<double, std::milli> took = now(server_->loop()) - exchange_->began();
  char text[32];
  std::snprintf(text, sizeof text, ") %.2fms", took.count());
  std::string line = std::to_string(status) + " ";
  line.append(request.method_text()).append(" ").append(request.target()).append(" (");
  line.append(request.remote_ip()).append(text);
  eddy::internal::log(server_->loop(), level, "eddy.access", line);
}

// ---- Sending
// ----------------------------------------------------------------------------------------

// Sends `output` and behind it `body`; keeps what the client does not take now.
void Connection::send(ByteBuffer& output, std::string_view body) {
  if (stream_->closed()) return output.clear();
  const bool broken = !outgoing_.send(*stream_, output.view(), body);
  output.clear();
  if (broken) return write_failed();
  if (phase_ == Phase::closing && outgoing_.empty()) end_closing();
}

void Connection::flush() {
  switch (outgoing_.flush(*stream_)) {
    case Outgoing::Result::broken:
      if (const std::error_code error = outgoing_.file_error();
          error && error.category() == eddy_category()) {
        log(LogLevel::error, "a file could not be sent: " + error.message());
      }
      return write_failed();
    case Outgoing::Result::blocked:
      return update();
    case Outgoing::Result::more:
      schedule(server_->loop(), *this);
      [[fallthrough]];
    case Outgoing::Result::progress:
      patience_.progress(0, now(server_->loop()), server_->options().timeouts);
      break;
    case Outgoing::Result::cold:
      outgoing_.warm(server_->shared_loop(), [this] { schedule(server_->loop(), *this); });
      return update();
    case Outgoing::Result::all_sent:
      if (phase_ == Phase::closing) return end_closing();
      // Requests may have waited for this.
      if (phase_ != Phase::handling) schedule(server_->loop(), *this);
      break;
  }
  if (phase_ == Phase::handling && outgoing_.size() < server_->options().output_bytes) {
    exchange_->flushed();
  }
  update();
}

// The client has gone.
void Connection::write_failed() noexcept {
  if (phase_ != Phase::handling) return shut();
  const Pin pin(*this);
  outgoing_.drop();
  stream_->close();
  if (exchange_->client_gone()) return;
  exchange_->detach(server_);
  client_left();
  update();
}

// The last response is with the system. Where the client may still be sending, only our side is
// closed: unread bytes would make a close a reset, which overtakes the response.
void Connection::end_closing() {
  if (!linger_ || end_of_input_) return shut();
  stream_->shutdown_write();
  update();
}

}  // namespace eddy::inline v0::web::internal
