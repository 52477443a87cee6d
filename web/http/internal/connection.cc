// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/connection.h>

#include <utility>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/upgrade.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::now;
using eddy::internal::schedule;
using eddy::internal::step_done;

namespace {

// What is read ahead for a client that sends more while its handler waits; then it has to wait too.
constexpr std::size_t kReadAheadBytes = 16 * 1024;
constexpr std::size_t kReadPieceBytes = 4 * 1024;
// Content is read in pieces of this size, each of which is a step.
constexpr std::size_t kContentPieceBytes = 256 * 1024;
// A rest up to this size is copied; a connection with a larger one keeps the buffer it was read
// into.
constexpr std::size_t kCopiedRestBytes = 4 * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> server, std::unique_ptr<Stream> stream,
                       AddressCount counted)
    : server_(std::move(server)),
      stream_(std::move(stream)),
      counted_(counted),
      from_this_machine_(server_->accepts_from_this_machine(*stream_)) {}

// Not inlined: the compiler would take the second of two calls for a use after the first.
__attribute__((noinline)) void Connection::drop_reference() noexcept {
  if (--references_ == 0) delete this;
}

void Connection::start() noexcept {
  const Pin pin(*this);
  interest_ = Io::read;
  stream_->set_delegate(this, interest_);
  update();
}

bool Connection::stop(bool at_once) noexcept {
  if (ReadyItem::linked() || !outgoing_.empty()) return false;  // waits its turn
  const bool between_requests = phase_ == Phase::head && awaited() == Patience::For::request;
  const bool within_one = phase_ == Phase::head || phase_ == Phase::content;
  if (!between_requests && !(at_once && within_one)) return false;
  // Closed now, the client of a request that has arrived would see a reset. It has its turn later.
  if (between_requests && read_ahead(kReadPieceBytes)) {
    schedule(server_->loop(), *this);
    return false;
  }
  shut();
  return true;
}

// What lies in the system's buffer, unread, is taken into input_. False: nothing does.
bool Connection::read_ahead(std::size_t most) noexcept try {
  const IoResult result = stream_->try_read({input_.prepare(most), most});
  if (result.error || result.bytes == 0) return false;
  input_.commit(result.bytes);
  return true;
} catch (...) {  // no memory
  return false;
}

void Connection::shut() noexcept {
  if (phase_ == Phase::shut) return;
  const Pin pin(*this);
  phase_ = Phase::shut;
  TimerNode::cancel();
  ReadyItem::unlink();
  HomeConnection::unlink();
  stream_->close();
  outgoing_.drop();
  server_->account(accounted_bytes_, 0);
  server_->removed(counted_);
  // First the exchange: what the task's destructors write then goes nowhere.
  if (exchange_ != nullptr) exchange_->detach(server_);
  task_.reset();
  if (!in_handler_) drop_exchange();
  drop_reference();
}

void Connection::drop_exchange() noexcept {
  if (Exchange* exchange = std::exchange(exchange_, nullptr)) {
    exchange->detach(server_);
    exchange->drop_reference();
  }
}

void Connection::log(LogLevel level, std::string_view message) noexcept {
  server_->log(level, message);
}

TimePoint Connection::present_time() const noexcept { return server_->present_time(); }

// ---- Events
// -----------------------------------------------------------------------------------------

void Connection::on_stream_ready(Io events) {
  const Pin pin(*this);
  const bool nested = in_handler_;
  if (any(events & Io::hangup)) return write_failed();
  try {
    if (!outgoing_.empty() && any(events & Io::write)) flush();
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
    if (!outgoing_.empty()) flush();
    if (phase_ == Phase::handling && !in_handler_) go_on_responding();
    if (phase_ != Phase::shut) go_on();
  } catch (...) {  // no memory
    in_handler_ = nested;
    shut();
  }
}

void Connection::go_on() {
  if (phase_ == Phase::upgraded) return hand_over();
  const bool receiving = phase_ == Phase::head || phase_ == Phase::content;
  if (receiving && (!input_.empty() || content_is_there()) && outgoing_.empty()) {
    BorrowedBuffer output(*server_);
    receive(input_, *output);
  } else if (receiving && end_of_input_ && outgoing_.empty()) {
    shut();
  } else {
    update();
    // What the client had not taken kept it open until now.
    if (server_->stopping()) (void)stop(false);
  }
}

void Connection::read_some() {
  if (phase_ == Phase::handling) return read_while_handling();
  if (ReadyItem::linked()) {  // what is there already comes first
    ReadyItem::unlink();
    return go_on();
  }
  if (phase_ == Phase::content && read_content()) return;
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
  if (!server_->count_address(*stream_, counted_)) {
    ++server_->stats().shed;
    return shut();
  }
  input.commit(result.bytes);
  BorrowedBuffer output(*server_);
  receive(input, *output);
}

// Content of a known length goes to where it is collected. False: it is not of that kind.
bool Connection::read_content() {
  const RequestHead& head = exchange_->parser().head();
  if (head.chunked() || !input_.empty() || exchange_->content().decoding) return false;
  BodyDecoder& decoder = exchange_->content().decoder;
  ByteBuffer& body = exchange_->content().buffer;
  const std::uint64_t rest = *head.content_length() - decoder.total();
  const std::size_t size =
      rest < kContentPieceBytes ? static_cast<std::size_t>(rest) : kContentPieceBytes;
  char* const at = body.prepare(size);
  const IoResult result = stream_->try_read({at, size});
  if (result.error) {
    if (!result.would_block()) shut();
    return true;
  }
  if (result.bytes == 0) {
    input_ended();
    return true;
  }
  body.commit(decoder.decode({at, result.bytes}).consumed);
  patience_.progress(result.bytes, now(server_->loop()), server_->options().timeouts);
  BorrowedBuffer output(*server_);
  receive(input_, *output);
  return true;
}

void Connection::read_while_handling() {
  if (exchange_->wants_content()) return read_streamed();
  if (in_handler_ || exchange_->within_content() || input_.size() >= kReadAheadBytes) {
    // Level-triggered: it would be told again and again.
    read_paused_ = true;
    return update();
  }
  const IoResult result = stream_->try_read({input_.prepare(kReadPieceBytes), kReadPieceBytes});
  if (result.error) {
    if (!result.would_block()) write_failed();
  } else if (result.bytes == 0) {
    input_ended();
  } else {
    input_.commit(result.bytes);
    update_account();
  }
}

// For a handler that waits for the next piece of its request's content.
void Connection::read_streamed() {
  BodyStream& stream = exchange_->content().stream;
  ByteBuffer& raw = stream.raw();
  const std::size_t size = ServerCore::kReadBytes;
  const IoResult result = stream_->try_read({raw.prepare(size), size});
  if (result.error) {
    if (raw.empty()) raw.release();
    if (!result.would_block()) write_failed();
    return;
  }
  if (result.bytes == 0) return input_ended();
  raw.commit(result.bytes);
  patience_.progress(result.bytes, now(server_->loop()), timeouts_of_stream());
  stream.received();
  update();
}

void Connection::drain() {
  BorrowedBuffer buffer(*server_);
  const std::size_t size = ServerCore::kReadBytes;
  const IoResult result = stream_->try_read({buffer->prepare(size), size});
  if (result.would_block()) return;
  drained_bytes_ += static_cast<std::uint32_t>(result.bytes);
  const std::size_t most = server_->options().limits.drain_bytes;
  if (result.error || result.bytes == 0 || drained_bytes_ > most) shut();
}

// The client sends no more. It may have closed, or only its sending side; TCP does not tell.
void Connection::input_ended() noexcept {
  end_of_input_ = true;
  if (phase_ == Phase::handling) {
    const bool half_a_request = exchange_->within_content();
    if (half_a_request)
      exchange_->content().stream.fail(std::make_exception_ptr(ClientGoneError()));
    if (half_a_request || !server_->options().half_close) client_left();
    update();
  } else if (outgoing_.empty()) {
    shut();
  } else {
    close_after_ = true;
    phase_ = Phase::closing;
    update();
  }
}

// A handler is stopped where nothing is lost by it (GET, HEAD), and runs to its end, unheard, where
// half an order would be worse.
void Connection::client_left() noexcept {
  const Pin pin(*this);
  Exchange* const left = exchange_;
  const ExchangePin exchange(*left);
  left->tell_client_gone();
  // Being told may have ended it, and another request may have begun.
  if (exchange_ == left && phase_ == Phase::handling && left->cancelled_on_disconnect()) {
    left->set_cancelled();
    task_.request_stop();
  }
}

// ---- Requests
// ---------------------------------------------------------------------------------------

// Takes requests out of `input`, which is input_ or what has just been read, as far as they are
// whole, the client takes the answers, and the budget lasts.
void Connection::receive(ByteBuffer& input, ByteBuffer& output) {
  struct Batch {
    ByteBuffer*& place;
    ~Batch() { place = nullptr; }
  };
  bool budget_spent = false;
  {
    const Batch batch{batch_ = &output};
    while (!input.empty() || content_is_there()) {
      const bool more =
          phase_ == Phase::head ? receive_head(input, output) : receive_content(input, output);
      if (!more || input.empty()) break;
      if (output.size() >= server_->options().output_bytes) send(output);
      if (phase_ == Phase::shut || !outgoing_.empty()) break;
      if (phase_ == Phase::head && step_done(server_->loop(), "http")) {
        budget_spent = true;
        break;
      }
    }
  }
  if (phase_ == Phase::shut) return;
  budget_spent |= ReadyItem::linked();  // decoding goes on in a later step
  if (phase_ == Phase::closing) {
    linger_ |= !input.empty();
    input.clear();
    input_.release();
  } else if (&input != &input_) {
    // A streamed request has left its rest there: only that of this buffer is empty then.
    if (!input_.empty()) budget_spent = true;
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
  if (phase_ == Phase::upgraded) return hand_over();
  const bool receiving = phase_ == Phase::head || phase_ == Phase::content;
  if (receiving && budget_spent && outgoing_.empty()) schedule(server_->loop(), *this);
  if (receiving && end_of_input_ && !budget_spent && outgoing_.empty()) return shut();
  update();
}

// True: the request has been dealt with, or its content can be read; go on with what is left.
bool Connection::receive_head(ByteBuffer& input, ByteBuffer& output) {
  if (exchange_ == nullptr) exchange_ = server_->take_exchange();
  RequestParser& parser = exchange_->parser();
  const ParseResult result = parser.parse(input.view());
  if (result == ParseResult::failed) refuse(parser.error(), output);
  if (result != ParseResult::done) return false;

  if (parser.head().form() == TargetForm::authority) {
    // A 2xx would make a tunnel of the connection (RFC 9110, 9.3.6), which no handler can serve.
    refuse({501, "a CONNECT"}, output);
    return false;
  }
  stream_->store_peer(exchange_->introduce());
  exchange_->set_from_this_machine(from_this_machine_);
  // Before it is asked whose request this is: that may depend on the scheme and on the host.
  if (stream_->secure() || server_->options().https) exchange_->secured(stream_->tls());
  if (!server_->options().trusted_proxies.networks.empty()) identify();
  if (parser.head().has_body()) return take_content(input, output);
  // Nothing is moved: the bytes stay where they are until the next read.
  input.consume(parser.head_bytes());
  return handle({}, output);
}

// The head is there, and content follows it.
bool Connection::take_content(ByteBuffer& input, ByteBuffer& output) {
  const ContentPlan plan = server_->service()->plan(*exchange_);
  const RequestHead& head = exchange_->parser().head();
  const std::size_t head_bytes = exchange_->parser().head_bytes();
  const std::uint64_t length = head.content_length().value_or(0);
  const std::size_t limit = plan.limit.value_or(server_->options().limits.body_bytes);
  if (length > limit) {
    refuse({413, "a body beyond the limit"}, output);
    return false;
  }
  BodyDecoder& decoder = exchange_->content().decoder;
  decoder.set_limits(server_->options().limits);
  decoder.set_body_limit(limit);
  if (head.chunked()) exchange_->expect_trailers();
  patience_.begin_content(server_->options().timeouts);
  const bool decodes = server_->options().decompress_request && begin_decoding(limit);
  // Nobody wants it: a client that asks before it sends is not asked for it.
  const bool unwanted = plan.unwanted && head.expects_continue() && input.size() == head_bytes;
  if (plan.streamed || unwanted) {
    begin_stream(input);
    return handle({}, output);
  }
  const std::string_view content = input.view().substr(head_bytes);
  if (decodes || head.chunked() || content.size() < length) return begin_content(input, output);
  input.consume(head_bytes + static_cast<std::size_t>(length));
  return handle(content.substr(0, static_cast<std::size_t>(length)), output);
}

// What has been read of a request's content can be gone on with, without reading more.
bool Connection::content_is_there() const {
  if (phase_ != Phase::content) return false;
  const RequestContent& content = exchange_->content();
  return content.decoder.finished() || (content.decoding && content.decoding->pending());
}

// True: the content is in a coding that is undone here.
bool Connection::begin_decoding(std::size_t limit) {
  const auto field = exchange_->parser().head().headers().get("Content-Encoding");
  const auto coding = field ? coding_of(*field) : std::nullopt;
  if (!coding || !ContentDecoder::can_decode(*coding)) return false;
  const ContentDecoder::Limits limits{.bytes = limit,
                                      .ratio = server_->options().decompression_ratio};
  exchange_->content().decoding = std::make_unique<ContentDecoding>(*coding, limits);
  return true;
}

bool Connection::begin_content(ByteBuffer& input, ByteBuffer& output) {
  const RequestHead& head = exchange_->parser().head();
  exchange_->content().decoder.begin(head);
  exchange_->pin();
  input.consume(exchange_->parser().head_bytes());
  // Room that is not written to costs nothing; growing step by step costs more than the content.
  if (!head.chunked()) {
    exchange_->content().buffer.prepare(static_cast<std::size_t>(*head.content_length()));
  }
  if (exchange_->content().decoding) rename_consumed_coding();
  phase_ = Phase::content;
  patience_.restart();
  if (head.expects_continue() && input.empty()) output.append(kContinue);
  return true;
}

// The content is the handler's to read, beginning with what has come behind the head.
void Connection::begin_stream(ByteBuffer& input) {
  exchange_->pin();
  input.consume(exchange_->parser().head_bytes());
  BodyStream& stream = exchange_->content().stream;
  stream.raw().append(input.view());
  input.clear();
  ContentDecoding* const decoding = exchange_->content().decoding.get();
  if (decoding != nullptr) rename_consumed_coding();
  stream.begin(exchange_->parser().head(), *this, decoding);
}

bool Connection::receive_content(ByteBuffer& input, ByteBuffer& output) {
  RequestContent& content = exchange_->content();
  BodyDecoder& decoder = content.decoder;
  if (!input.empty()) {
    patience_.progress(input.size(), now(server_->loop()), server_->options().timeouts);
  }
  if (content.decoding && !decode_content(output)) return false;
  ByteBuffer& framed = content.decoding ? content.decoding->coded : content.buffer;
  while (!input.empty() || decoder.finished()) {
    const BodyDecoder::Step step = decoder.decode(input.view());
    framed.append(step.data);
    input.consume(step.consumed);
    if (step.result == ParseResult::failed) {
      refuse(decoder.error(), output);
      return false;
    }
    if (content.decoding && !decode_content(output)) return false;
    if (step.result == ParseResult::done) return handle(content.buffer.view(), output);
  }
  return false;
}

// False: it goes on in a later step, or has been refused.
bool Connection::decode_content(ByteBuffer& output) {
  RequestContent& content = exchange_->content();
  ContentDecoding& decoding = *content.decoding;
  bool good = true;
  while (good && decoding.pending()) {
    good = decoding.step(content.buffer);
    if (good && step_done(server_->loop(), "decode")) {
      schedule(server_->loop(), *this);
      return false;
    }
  }
  if (good && content.decoder.finished()) good = decoding.decoder.finish();
  if (!good) refuse(decoding.decoder.error(), output);
  return good;
}

void Connection::rename_consumed_coding() {
  exchange_->rename_fields("Content-Encoding", "X-Consumed-Content-Encoding");
}

// Calls the handler. True: it has answered, and the next request may follow.
bool Connection::handle(std::string_view body, ByteBuffer& output) {
  exchange_->begin(*server_->service(), *this, body);
  exchange_->set_began(eddy::internal::step_time(server_->loop()));
  phase_ = Phase::handling;
  patience_.restart();
  in_handler_ = true;
  ++requests_;
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
    if (exchange_->finished()) (void)respond(output);
    // The client may have left while an earlier request was answered.
    if (end_of_input_ && phase_ == Phase::handling && !server_->options().half_close) client_left();
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
    } else if (!respond(output)) {
      exchange_->pin();  // encoding takes its time, and others need the read buffer
      in_handler_ = false;
      return false;
    }
  }
  if (server_->options().access_log && exchange_->finished()) log_request();
  if (phase_ != Phase::shut && exchange_->streams_content()) end_stream();
  if (phase_ == Phase::shut) {
    drop_exchange();
    in_handler_ = false;
    return false;
  }
  if (exchange_->upgrades() && !not_upgraded_) {
    phase_ = Phase::upgraded;
    in_handler_ = false;
    return false;
  }
  // It stays ours until the program's part in it is over: that may run the loop.
  server_->give_exchange(exchange_);
  exchange_ = nullptr;
  in_handler_ = read_paused_ = not_upgraded_ = false;
  if (phase_ == Phase::shut) return false;
  if (stream_->closed()) {  // the response met a client that had gone
    shut();
    return false;
  }
  // The head of its response may have gone out before the server stopped.
  if (server_->stopping() && !close_after_) close_after_ = linger_ = true;
  phase_ = close_after_ ? Phase::closing : Phase::head;
  patience_.restart();
  return phase_ == Phase::head;
}

// The 101 has been handed to the stream: what comes now is for who asked for it. This connection is
// shut, without having closed anything.
void Connection::hand_over() noexcept {
  if (stream_->closed()) return shut();  // the 101 met a client that had gone
  const Pin pin(*this);
  std::unique_ptr<Upgrade> upgrade = exchange_->take_upgrade();
  phase_ = Phase::shut;
  TimerNode::cancel();
  ReadyItem::unlink();
  HomeConnection::unlink();
  server_->account(accounted_bytes_, 0);
  stream_->set_delegate(nullptr, Io::none);
  UpgradedConnection connection{server_,           std::move(stream_),   counted_,
                                std::move(input_), std::move(outgoing_), ExchangePin(*exchange_)};
  server_->give_exchange(std::exchange(exchange_, nullptr));
  upgrade.release()->begin(std::move(connection));
  drop_reference();
}

// What the handler has not read is dropped, as far as it is there; what is still to come would cost
// more than a new connection.
void Connection::end_stream() {
  BodyStream& stream = exchange_->content().stream;
  if (!stream.skip_rest()) {
    close_after_ = linger_ = true;
    return;
  }
  // The next requests: first what was read with the content, then what was read ahead since.
  ByteBuffer& rest = stream.raw();
  rest.append(input_.view());
  input_.clear();
  input_.swap(rest);
}

}  // namespace eddy::inline v0::web::internal
