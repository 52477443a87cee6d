// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/connection.h>

#include <array>
#include <utility>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/response_writer.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::add_timer;
using eddy::internal::now;
using eddy::internal::schedule;
using eddy::internal::step_done;

namespace {

// What is read ahead for a client that sends more while its handler waits; then it has to wait too.
constexpr std::size_t kReadAheadBytes = 16 * 1024;
constexpr std::size_t kReadPieceBytes = 4 * 1024;
// A rest up to this size is copied; a connection with a larger one keeps the buffer it was read
// into.
constexpr std::size_t kCopiedRestBytes = 4 * 1024;
// Content from this size on is sent from where it is instead of being copied behind its head.
constexpr std::size_t kSendDirectlyBytes = 16 * 1024;
// After a refusal: what is read and dropped, and how long, so that the client sees the answer.
constexpr std::size_t kMostDrainedBytes = 1024 * 1024;
constexpr Duration kLingerTime = std::chrono::seconds(2);

}  // namespace

/// Holds the connection while a frame of it calls out.
class Connection::Pin {
 public:
  explicit Pin(Connection& connection) noexcept : connection_(connection) {
    ++connection.references_;
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() { connection_.drop_reference(); }

 private:
  Connection& connection_;
};

Connection::Connection(std::shared_ptr<ServerCore> server, std::unique_ptr<Stream> stream)
    : server_(std::move(server)),
      stream_(std::move(stream)),
      remote_ip_(stream_->peer_address().host()) {}

// Not inlined: the compiler would take the second of two calls for a use after the first.
__attribute__((noinline)) void Connection::drop_reference() noexcept {
  if (--references_ == 0) delete this;
}

void Connection::start() noexcept {
  interest_ = Io::read;
  stream_->set_delegate(this, interest_);
}

void Connection::stop() noexcept {
  const bool waits_its_turn = ReadyItem::linked() || !output_.empty();
  if ((phase_ == Phase::head || phase_ == Phase::content) && !waits_its_turn) shut();
}

void Connection::shut() noexcept {
  if (phase_ == Phase::shut) return;
  const Pin pin(*this);
  phase_ = Phase::shut;
  TimerNode::cancel();
  ReadyItem::unlink();
  ServerHook::unlink();
  stream_->close();
  server_->removed();
  // First the exchange: what the task's destructors write then goes nowhere.
  if (exchange_ != nullptr) exchange_->detach(server_->service());
  task_.reset();
  if (!in_handler_) drop_exchange();
  drop_reference();
}

void Connection::drop_exchange() noexcept {
  if (Exchange* exchange = std::exchange(exchange_, nullptr)) {
    exchange->detach(server_->service());
    exchange->drop_reference();
  }
}

void Connection::log(LogLevel level, std::string_view message) noexcept {
  eddy::internal::log(server_->loop(), level, "eddy.web", message);
}

// ---- Events
// -----------------------------------------------------------------------------------------

void Connection::on_stream_ready(Io events) {
  const Pin pin(*this);
  const bool nested = in_handler_;
  try {
    if (!output_.empty() && any(events & Io::write)) flush();
    if (any(events & Io::read)) {
      if (phase_ == Phase::closing) {
        drain();
      } else if (phase_ != Phase::shut) {
        read_some();
      }
    }
  } catch (...) {  // no memory
    in_handler_ = nested;
    shut();
  }
}

// On the ready list: whole requests wait in input_, or the handler's task has ended.
void Connection::run() {
  const Pin pin(*this);
  const bool nested = in_handler_;
  try {
    if (phase_ == Phase::handling && !in_handler_ && task_.ended()) {
      BorrowedBuffer output(*server_);
      end_exchange(*output);
      if (phase_ != Phase::shut) send(*output);
    }
    go_on();
  } catch (...) {  // no memory
    in_handler_ = nested;
    shut();
  }
}

void Connection::go_on() {
  const bool receiving = phase_ == Phase::head || phase_ == Phase::content;
  if (receiving && !input_.empty() && output_.empty()) {
    BorrowedBuffer output(*server_);
    receive(input_, *output);
  } else if (receiving && end_of_input_ && output_.empty()) {
    shut();
  } else {
    update_interest();
  }
}

void Connection::read_some() {
  if (phase_ == Phase::handling) return read_while_handling();
  if (ReadyItem::linked()) {  // what is there already comes first
    ReadyItem::unlink();
    return go_on();
  }
  BorrowedBuffer borrowed(*server_);
  // A head that has begun must stay in one piece; content is taken out of whatever it is read into.
  ByteBuffer& input = input_.empty() ? *borrowed : input_;
  const std::size_t size = input_.empty() ? ServerCore::kReadBytes : kReadPieceBytes;
  const IoResult result = stream_->try_read({input.prepare(size), size});
  if (result.error) {
    if (!result.would_block()) shut();
    return;
  }
  if (result.bytes == 0) return input_ended();
  input.commit(result.bytes);
  BorrowedBuffer output(*server_);
  receive(input, *output);
}

void Connection::read_while_handling() {
  if (in_handler_ || input_.size() >= kReadAheadBytes) {
    // Level-triggered: it would be told again and again.
    read_paused_ = true;
    return update_interest();
  }
  const IoResult result = stream_->try_read({input_.prepare(kReadPieceBytes), kReadPieceBytes});
  if (result.error) {
    if (!result.would_block()) write_failed();
  } else if (result.bytes == 0) {
    input_ended();
  } else {
    input_.commit(result.bytes);
  }
}

void Connection::drain() {
  BorrowedBuffer buffer(*server_);
  const std::size_t size = ServerCore::kReadBytes;
  const IoResult result = stream_->try_read({buffer->prepare(size), size});
  if (result.would_block()) return;
  drained_bytes_ += result.bytes;
  if (result.error || result.bytes == 0 || drained_bytes_ > kMostDrainedBytes) shut();
}

// The client sends no more. It may have closed, or only its sending side; TCP does not tell.
void Connection::input_ended() noexcept {
  end_of_input_ = true;
  if (phase_ == Phase::handling) {
    const Method method = exchange_->request().method();
    if (method == Method::get || method == Method::head) task_.request_stop();
    update_interest();
  } else if (output_.empty()) {
    shut();
  } else {
    close_after_ = true;
    phase_ = Phase::closing;
    update_interest();
  }
}

// ---- Requests
// ---------------------------------------------------------------------------------------

// Takes requests out of `input`, which is input_ or what has just been read, as far as they are
// whole, the client takes the answers, and the budget lasts.
void Connection::receive(ByteBuffer& input, ByteBuffer& output) {
  bool budget_spent = false;
  while (!input.empty()) {
    const bool more =
        phase_ == Phase::head ? receive_head(input, output) : receive_content(input, output);
    if (!more || input.empty()) break;
    if (output.size() >= server_->options().output_bytes) send(output);
    if (phase_ == Phase::shut || !output_.empty()) break;
    if (phase_ == Phase::head && step_done(server_->loop(), "http")) {
      budget_spent = true;
      break;
    }
  }
  if (phase_ == Phase::shut) return;
  if (phase_ == Phase::closing) {
    linger_ |= !input.empty();
    input.clear();
    input_.release();
  } else if (&input != &input_) {
    if (input.size() <= kCopiedRestBytes) {
      input_.append(input.view());
    } else {
      input_.swap(input);
    }
  } else if (input_.empty()) {
    input_.release();
  }
  send(output);
  if (phase_ == Phase::shut) return;
  if (budget_spent && output_.empty()) schedule(server_->loop(), *this);
  const bool receiving = phase_ == Phase::head || phase_ == Phase::content;
  if (receiving && end_of_input_ && !budget_spent && output_.empty()) return shut();
  update_interest();
}

// True: the request has been dealt with, or its content can be read; go on with what is left.
bool Connection::receive_head(ByteBuffer& input, ByteBuffer& output) {
  if (exchange_ == nullptr) exchange_ = server_->take_exchange();
  RequestParser& parser = exchange_->parser();
  const ParseResult result = parser.parse(input.view());
  if (result == ParseResult::failed) refuse(parser.error(), output);
  if (result != ParseResult::done) return false;

  const RequestHead& head = parser.head();
  const std::uint64_t length = head.content_length().value_or(0);
  if (length > server_->options().limits.body_bytes) {
    refuse({413, "a body beyond the limit"}, output);
    return false;
  }
  const std::string_view content = input.view().substr(parser.head_bytes());
  if (head.chunked() || content.size() < length) return begin_content(input, output);
  // Nothing is moved: the bytes stay where they are until the next read.
  input.consume(parser.head_bytes() + static_cast<std::size_t>(length));
  return handle(content.substr(0, static_cast<std::size_t>(length)), output);
}

bool Connection::begin_content(ByteBuffer& input, ByteBuffer& output) {
  const RequestHead& head = exchange_->parser().head();
  BodyDecoder& decoder = exchange_->decoder();
  if (head.chunked()) {
    decoder.begin_chunked();
  } else {
    decoder.begin_length(*head.content_length());
  }
  exchange_->pin();
  input.consume(exchange_->parser().head_bytes());
  phase_ = Phase::content;
  if (head.expects_continue() && input.empty()) output.append("HTTP/1.1 100 Continue\r\n\r\n");
  return true;
}

bool Connection::receive_content(ByteBuffer& input, ByteBuffer& output) {
  BodyDecoder& decoder = exchange_->decoder();
  while (!input.empty() || decoder.finished()) {
    const BodyDecoder::Step step = decoder.decode(input.view());
    exchange_->body_buffer().append(step.data);
    input.consume(step.consumed);
    if (step.result == ParseResult::failed) {
      refuse(decoder.error(), output);
      return false;
    }
    if (step.result == ParseResult::done) return handle(exchange_->body_buffer().view(), output);
  }
  return false;
}

// Calls the handler. True: it has answered, and the next request may follow.
bool Connection::handle(std::string_view body, ByteBuffer& output) {
  exchange_->begin(*server_->service(), *this, remote_ip_, body, stream_->tls());
  phase_ = Phase::handling;
  responded_ = false;
  in_handler_ = true;
  ++server_->stats().requests;
  bool waits = false;
  {
    const ExchangePin pin(*exchange_);
    server_->service()->handle(*exchange_);
    waits = exchange_->waiting() && phase_ != Phase::shut && task_waits();
  }
  if (waits && phase_ != Phase::shut) {
    in_handler_ = read_paused_ = false;
    // It may have finished the response already and go on without it.
    if (exchange_->finished()) respond(output);
    return false;
  }
  return end_exchange(output);
}

// Runs the handler's task until it first waits. False: it has ended.
bool Connection::task_waits() {
  task_ = RunningTask(server_->shared_loop(), *exchange_->take_task(),
                      [this](const std::exception_ptr& /*error*/) { task_done(); });
  task_.start();
  return !task_.ended();
}

void Connection::task_done() noexcept {
  if (!in_handler_) schedule(server_->loop(), *this);
}

// The handler has ended: its response is written, if it has not been, and its place given back.
bool Connection::end_exchange(ByteBuffer& output) {
  in_handler_ = true;  // on_finish() and destructors are the program's too
  if (phase_ != Phase::shut) {
    task_.reset();
    if (exchange_->client_gone() || !exchange_->finished()) {
      shut();
    } else if (!responded_) {
      respond(output);
    }
  }
  if (phase_ == Phase::shut) {
    drop_exchange();
    in_handler_ = false;
    return false;
  }
  server_->give_exchange(std::exchange(exchange_, nullptr));
  in_handler_ = read_paused_ = false;
  if (phase_ == Phase::shut) return false;
  phase_ = close_after_ ? Phase::closing : Phase::head;
  return phase_ == Phase::head;
}

// ---- Responses
// --------------------------------------------------------------------------------------

// Within finish(). The response of a handler that has not waited yet goes out behind those before
// it, when the handler returns.
void Connection::on_finished(Exchange& /*exchange*/) noexcept {
  if (in_handler_ || phase_ != Phase::handling) return;
  const Pin pin(*this);
  try {
    BorrowedBuffer output(*server_);
    respond(*output);
    send(*output);
    if (phase_ != Phase::shut) update_interest();
  } catch (...) {  // no memory
    shut();
  }
}

void Connection::respond(ByteBuffer& output) {
  if (std::exchange(responded_, true)) return;
  const RequestHead& request = exchange_->parser().head();
  Response& response = exchange_->response();
  ResponseFraming framing;
  framing.head_request = request.method() == Method::head;
  framing.version_minor = request.version_minor();
  framing.keep_alive = request.keep_alive() && !server_->stopping();
  framing.content_length = response.body.size();
  framing.date = server_->date();
  ResponseHead head;
  if (response.status >= 200) {
    head = write_response_head(output, response.status, response.reason, response.headers, framing);
  } else {
    head.error = "a status below 200 is not a final one";
  }
  if (head.error != nullptr) {
    log(LogLevel::error, std::string("500 ") + std::string(request.method_text()) + " " +
                             std::string(request.target()) + ": " + head.error);
    response.headers.clear();
    response.body.clear();
    framing.content_length = 0;
    head = write_response_head(output, 500, {}, response.headers, framing);
  }
  close_after_ |= head.close;
  if (!head.send_content) return;
  if (response.body.size() < kSendDirectlyBytes) {
    output.append(response.body);
  } else {
    send(output, response.body);
  }
}

// An answer that no handler has part in; nothing that follows can be understood.
void Connection::refuse(const ParseError& error, ByteBuffer& output) {
  ++server_->stats().refused;
  log(LogLevel::info, std::to_string(error.status) + " (" + remote_ip_ + "): " + error.what);
  ResponseFraming framing;
  framing.keep_alive = false;
  framing.content_length = 0;
  framing.date = server_->date();
  write_response_head(output, error.status, {}, {}, framing);
  close_after_ = linger_ = true;
  phase_ = Phase::closing;
  server_->give_exchange(std::exchange(exchange_, nullptr));
}

// Sends `output` and behind it `body`; keeps what the client does not take now.
void Connection::send(ByteBuffer& output, std::string_view body) {
  if (stream_->closed()) return output.clear();
  std::size_t sent = 0;
  const std::size_t size = output.size() + body.size();
  if (size > 0 && output_.empty()) {
    const std::array<std::string_view, 2> pieces = {output.view(), body};
    const IoResult result = stream_->try_write(std::span(pieces).first(body.empty() ? 1 : 2));
    if (result.error && !result.would_block()) {
      output.clear();
      return write_failed();
    }
    sent = result.bytes;
  }
  if (sent < size) {
    const std::size_t of_output = sent < output.size() ? sent : output.size();
    output_.append(output.view().substr(of_output));
    output_.append(body.substr(sent - of_output));
  }
  output.clear();
  if (phase_ == Phase::closing && output_.empty()) end_closing();
}

void Connection::flush() noexcept {
  const std::string_view piece = output_.view();
  const IoResult result = stream_->try_write({&piece, 1});
  if (result.error) {
    if (!result.would_block()) write_failed();
    return;
  }
  output_.consume(result.bytes);
  if (!output_.empty()) return;
  output_.release();
  if (phase_ == Phase::closing) {
    end_closing();
  } else {
    // Requests may have waited for this.
    if (phase_ != Phase::handling) schedule(server_->loop(), *this);
    update_interest();
  }
}

// The client has gone. A handler that waits is stopped where nothing is lost by it (GET, HEAD), and
// runs to its end, unheard, where half an order would be worse.
void Connection::write_failed() noexcept {
  if (phase_ != Phase::handling) return shut();
  const Pin pin(*this);
  output_.release();
  stream_->close();
  if (exchange_->client_gone()) return;
  exchange_->detach(server_->service());
  const Method method = exchange_->request().method();
  if (method == Method::get || method == Method::head) task_.request_stop();
}

// The last response is with the system. Where the client may still be sending, only our side is
// closed: unread bytes would make a close a reset, which overtakes the response.
void Connection::end_closing() {
  if (!linger_ || end_of_input_) return shut();
  stream_->shutdown_write();
  add_timer(server_->loop(), *this, now(server_->loop()) + kLingerTime);
  update_interest();
}

void Connection::update_interest() noexcept {
  if (phase_ == Phase::shut || stream_->closed()) return;
  Io wanted = output_.empty() ? Io::none : Io::write;
  if (!end_of_input_ && !read_paused_ && (output_.empty() || phase_ == Phase::handling)) {
    wanted = wanted | Io::read;
  }
  if (wanted == interest_) return;
  interest_ = wanted;
  stream_->set_interest(wanted);
}

}  // namespace eddy::inline v0::web::internal
