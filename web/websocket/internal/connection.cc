// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/connection.h>

#include <algorithm>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/websocket/internal/append_within.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::deadline_after;
using eddy::internal::now;
using eddy::internal::schedule;
using eddy::internal::step_done;

namespace {

// Compressed input is looked at in pieces of this size, each of which is a step: it may stand for a
// thousand times as much.
constexpr std::size_t kInflatedPiece = 2 * 1024;
// What a peer that has been told all may still send.
constexpr std::uint32_t kMostDrained = 1024 * 1024;

MessageInflater* inflater_of(auto& deflate) noexcept {
  return deflate ? &deflate->inflater : nullptr;
}

}  // namespace

WebSocketConnection::Bounds::Bounds(const WebSocketOptions& options) noexcept
    : receive_bytes(options.receive_bytes),
      send_bytes(options.send_bytes),
      ping_interval(options.ping_interval),
      ping_timeout(options.ping_timeout),
      close_timeout(options.close_timeout),
      slow_consumer(options.slow_consumer) {}

std::unique_ptr<WebSocketConnection::Deflate> WebSocketConnection::make_deflate(
    Peer peer, const WebSocketOptions& options, const std::optional<DeflateAgreement>& agreed) {
  if (!agreed || !options.deflate) return nullptr;
  const DeflateOptions& own = *options.deflate;
  const DeflateSide server{own.level, own.mem_level, agreed->server_window_bits,
                           agreed->server_takes_over};
  DeflateSide client{own.level, own.mem_level, agreed->client_window_bits,
                     agreed->client_takes_over};
  if (peer == Peer::client) {
    return std::make_unique<Deflate>(server, client.window_bits, client.takes_over, own.threshold);
  }
  // What was dropped would be missing in the window of what follows; a client need not tell that it
  // does without (RFC 7692, 7.1.1.2).
  client.takes_over = client.takes_over && options.slow_consumer == SlowConsumer::close;
  const std::size_t threshold =
      agreed->client_may_compress ? own.threshold : static_cast<std::size_t>(-1);
  return std::make_unique<Deflate>(client, server.window_bits, server.takes_over, threshold);
}

WebSocketConnection::WebSocketConnection(Peer peer, const WebSocketTerms& terms,
                                         const std::optional<DeflateAgreement>& deflate,
                                         RouteOwner owner,
                                         std::unique_ptr<WebSocketSpeaker> speaker)
    : bounds_(terms.options),
      deflate_(make_deflate(peer, terms.options, deflate)),
      owner_(OwnerTie<WebSocketConnection>::make(*this, std::move(owner))),
      reader_(peer, {terms.options.message_bytes, terms.options.message_frames},
              inflater_of(deflate_)),
      held_(speaker->keeps_data() ? std::make_unique<std::string>() : nullptr),
      inbox_(speaker->receives() ? std::make_unique<Inbox>() : nullptr),
      texts_(terms.subprotocol.empty() ? nullptr : new Texts{terms.subprotocol, {}}),
      masks_(peer == Peer::server),
      speaker_(std::move(speaker)) {}

WebSocketConnection::~WebSocketConnection() = default;

__attribute__((noinline)) void WebSocketConnection::drop_reference() noexcept {
  if (--references_ == 0) delete this;
}

void WebSocketConnection::let_go() noexcept {
  const Pin pin(*this);
  drop_reference();
  speaker_->let_go();
  if (phase_ != Phase::shut || left_) return;
  // Nothing of its stream's comes any more, not even the Loop's end; nor would the task's.
  drop_task();
  leave();
}

void WebSocketConnection::begin(UpgradedConnection connection) noexcept {
  const Pin pin(*this);
  home_ = std::move(connection.home);
  stream_ = std::move(connection.stream);
  counted_ = connection.counted;
  rest_ = std::move(connection.input);
  home_->adopt(*this);
  if (connection.exchange) request_.emplace(std::move(*connection.exchange));
  phase_ = Phase::open;
  if (owner_ && !owner_->begin()) return shut();  // it has died since
  try {
    queue_.keep(connection.outgoing.kept());
    interest_ = Io::read;
    stream_->set_delegate(this, interest_);
    if (bounds_.ping_interval > Duration::zero()) {
      ping_due_ = deadline_after(now(loop()), bounds_.ping_interval);
      arm();
    }
    told_closed_ = false;
    call("open()", [this](WebSocketSpeaker& speaker) { return speaker.open(*this); });
    if (!task_runs_) {
      end_task();
    } else if (speaker_->receives() && !speaker_->keeps_request()) {
      end_request();  // its arguments are its own
    }
    if (home_->stopping()) begin_close(CloseCode::going_away, {});
    update();
  } catch (...) {  // no memory
    shut();
  }
}

bool WebSocketConnection::stop(bool /*at_once*/) noexcept {
  const Pin pin(*this);
  try {
    begin_close(CloseCode::going_away, {});
    update();
  } catch (...) {  // no memory
    shut();
  }
  return left_;
}

void WebSocketConnection::shut() noexcept {
  if (left_) return;
  const Pin pin(*this);
  dismissed_ = true;
  close_stream();
  end_input(CloseCode::abnormal, {});
  drop_task();
  tell_at_once();
  leave();
}

// Its frames are gone, or go when the last of them leaves the stack.
void WebSocketConnection::drop_task() noexcept {
  task_runs_ = false;
  task_.reset();
}

// The speaker is told of the end, but it can't wait any more. Not within a hook: behind it.
void WebSocketConnection::tell_at_once() noexcept {
  if (in_hook_ || std::exchange(told_closed_, true) || speaker_->receives()) return;
  in_hook_ = true;
  try {
    auto task = speaker_->close(close_code_.value_or(CloseCode::abnormal), close_reason());
    if (task && eddy::internal::is_open(loop())) {
      RunningTask until_it_waits(home_->shared_loop(), std::move(*task),
                                 [this](const std::exception_ptr& error) {
                                   if (error) hook_failed("on_close()", error);
                                 });
      until_it_waits.start();
    }
  } catch (...) {
    hook_failed("on_close()", std::current_exception());
  }
  in_hook_ = false;
}

// Nothing of the program's is going to run for it any more.
void WebSocketConnection::leave() noexcept {
  if (std::exchange(left_, true)) return;
  if (receiver_ != nullptr) std::exchange(receiver_, nullptr)->detach();
  TimerNode::cancel();
  ReadyItem::unlink();
  HomeConnection::unlink();
  end_subscriptions();
  if (remote_end_) remote_end_->close();
  if (owner_) owner_->end();
  rest_.release();
  end_request();
  home_->account(std::exchange(accounted_bytes_, 0), 0);
  home_->removed(counted_);
  drop_reference();
}

void WebSocketConnection::close_stream() noexcept {
  if (phase_ == Phase::shut) return;
  phase_ = Phase::shut;
  stream_->close();
  queue_.clear();
  wake_senders(false);
}

// The owner is about to go: nothing of the program's is called or goes on.
void WebSocketConnection::owner_gone() noexcept {
  const Pin pin(*this);
  dismissed_ = told_closed_ = input_over_ = true;
  drop_task();
  try {
    begin_close(CloseCode::going_away, {});
    update();
  } catch (...) {  // no memory
    shut();
  }
}

WebSocketConnection::RemoteEnd::RemoteEnd(WebSocketConnection& connection)
    : connection_(connection) {
  RemoteOutbox::Sink& sink = *this;
  outbox_ = std::make_shared<RemoteOutbox>(connection.home_->shared_loop(), sink,
                                           connection.bounds_.send_bytes);
  if (!connection.open()) close();
}

void WebSocketConnection::RemoteEnd::take_remote(std::string_view data, bool binary) {
  (void)connection_.send_data(data, binary);
}

const std::shared_ptr<RemoteOutbox>& WebSocketConnection::outbox() {
  if (!remote_end_) remote_end_ = std::make_unique<RemoteEnd>(*this);
  return remote_end_->outbox();
}

// ---- Events -------------------------------------------------------------------------------------

void WebSocketConnection::on_stream_ready(Io events) {
  const Pin pin(*this);
  try {
    if (!queue_.empty() && any(events & Io::write)) flush();
    if (phase_ != Phase::shut && any(events & (Io::read | Io::hangup))) {
      if (!paused() && rest_.empty()) {
        read_some();
      } else if (any(events & Io::hangup)) {
        // What it has sent before is given first.
        hung_up_ = true;
        stop_task();
      }
    }
    update();
  } catch (...) {  // no memory
    shut();
  }
}

void WebSocketConnection::on_stream_closed() noexcept {
  const Pin pin(*this);
  shut();  // the loop has gone, and with it whatever would go on
}

// On the ready list: there is more to look at, or a task has ended, or the stream has.
void WebSocketConnection::run() {
  const Pin pin(*this);
  try {
    if (batch_ == nullptr) {
      if (task_runs_ && task_.ended()) end_task();
      if (!rest_.empty() && !paused()) process(rest_);
    } else if (!send_batch()) {
      gone();
    }
    update();
  } catch (...) {  // no memory
    shut();
  }
}

// ---- Input --------------------------------------------------------------------------------------

// Nothing more can be given to the speaker just now.
bool WebSocketConnection::paused() const noexcept {
  if (in_hook_ && batch_ != nullptr) return true;  // a hook runs the loop, below process()
  if (phase_ != Phase::open) return false;         // what comes is dropped, or is a close
  if (!speaker_->receives()) return busy();
  return in_hook_ || end_waits_ || inbox_->full(bounds_.receive_bytes);
}

void WebSocketConnection::read_some() {
  BorrowedBuffer input(*home_);
  const std::size_t size = ConnectionHome::kReadBytes;
  const IoResult result = stream_->try_read({input->prepare(size), size});
  if (result.error ? !result.would_block() : result.bytes == 0) return gone();
  if (result.error) return;
  pong_due_ = kNever;
  if (phase_ == Phase::ending || phase_ == Phase::draining) {
    drained_bytes_ += static_cast<std::uint32_t>(result.bytes);
    if (drained_bytes_ > kMostDrained) close_stream();
    return;
  }
  input->commit(result.bytes);
  process(*input);
}

// Takes what is in `input`, as long as the speaker takes it and the budget lasts; `input` is rest_,
// or what stays of it goes there.
void WebSocketConnection::process(ByteBuffer& input) {
  BorrowedBuffer output(*home_);
  struct Batch {
    ByteBuffer*& place;
    ~Batch() { place = nullptr; }
  };
  const Batch batch{batch_ = &*output};
  bool budget_spent = false;
  bool more = true;
  while (more && !budget_spent && !paused() &&
         (phase_ == Phase::open || phase_ == Phase::closing)) {
    const std::string_view view = input.view();
    const std::size_t size = deflate_ ? std::min(view.size(), kInflatedPiece) : view.size();
    // In place: nobody else has a view of it.
    std::span<char> piece(const_cast<char*>(view.data()), size);
    const MessageEvent event = reader_.read(piece);
    input.consume(size - piece.size());
    answers_last_ = input.empty();
    // Until there is no more, which has the reader give its memory back.
    more = take_event(event) || !input.empty();
    budget_spent = !input.empty() && step_done(loop(), "websocket");
  }
  if (phase_ != Phase::open && phase_ != Phase::closing) input.clear();
  if (&input != &rest_) {
    rest_.append(input.view());
  } else if (rest_.empty()) {
    rest_.release();
  }
  if (!send_batch()) gone();
  ReadyItem::unlink();  // see send_frame(); what else there is to do update() knows
}

// False: there was none.
bool WebSocketConnection::take_event(const MessageEvent& event) {
  switch (event.kind) {
    case MessageEvent::Kind::more:
      return false;
    case MessageEvent::Kind::text:
    case MessageEvent::Kind::binary:
      if (!input_over_ && phase_ == Phase::open) take_message(event);
      break;
    case MessageEvent::Kind::ping:
      if (phase_ == Phase::open) (void)send_control(Opcode::pong, event.data);
      if (!input_over_ && !speaker_->receives() && phase_ == Phase::open) {
        call("on_ping()",
             [data = keep(event)](WebSocketSpeaker& speaker) { return speaker.ping(data); });
      }
      break;
    case MessageEvent::Kind::pong:
      if (!input_over_ && !speaker_->receives() && phase_ == Phase::open) {
        call("on_pong()",
             [data = keep(event)](WebSocketSpeaker& speaker) { return speaker.pong(data); });
      }
      break;
    case MessageEvent::Kind::close:
    case MessageEvent::Kind::failed:
      take_end(event);
      break;
  }
  return true;
}

void WebSocketConnection::take_message(const MessageEvent& event) {
  const bool binary = event.kind == MessageEvent::Kind::binary;
  if (speaker_->receives()) {
    inbox_->put({reader_.take(event), binary});
    if (receiver_ != nullptr) receiver_->wake();
  } else if (!speaker_->takes(binary)) {
    begin_close(CloseCode::unsupported_data,
                binary ? "binary messages are not taken" : "text is not taken");
  } else {
    call("on_message()", [data = keep(event), binary](WebSocketSpeaker& speaker) {
      return speaker.message(data, binary);
    });
  }
}

// The data of an event, for as long as the hook that is given it, or its task, lasts.
std::string_view WebSocketConnection::keep(const MessageEvent& event) {
  if (!held_) return event.data;
  *held_ = reader_.take(event);
  return *held_;
}

bool WebSocketConnection::may_receive() {
  has_taken_ = false;
  if (end_waits_ && inbox_->empty()) {
    const Pin pin(*this);
    finish_end();
  }
  return !inbox_ || !inbox_->empty() || input_over_;
}

std::optional<WebSocketMessage> WebSocketConnection::take_message() {
  if (!inbox_ || inbox_->empty()) return std::nullopt;
  has_taken_ = true;
  const bool was_paused = paused();
  WebSocketMessage message = inbox_->take();
  update_account();
  // Within the speaker: what has been held back goes on in a step of its own.
  if (was_paused) schedule(loop(), *this);
  return message;
}

// The peer's close, or what it is closed for. What it has sent before is answered first, if who
// answers it goes on to receive().
void WebSocketConnection::take_end(const MessageEvent& event) {
  end_failed_ = event.kind == MessageEvent::Kind::failed;
  if (phase_ != Phase::open || !speaker_->receives() || told_closed_ ||
      (inbox_->empty() && !has_taken_)) {
    end_input(event.code, event.data);
    return finish_end();
  }
  remember_end(event.code, event.data);
  end_waits_ = true;
  begin_closing_time();
}

void WebSocketConnection::finish_end() {
  end_waits_ = false;
  end_input(*close_code_, {});
  // A peer's reason is its own; what it is closed for is said.
  if (phase_ == Phase::open) {
    send_close(*close_code_, end_failed_ ? close_reason() : std::string_view());
  }
  if (phase_ == Phase::shut) return;
  phase_ = Phase::ending;
  schedule(loop(), *this);  // also within calls of the program's
}

// ---- The speaker --------------------------------------------------------------------------------

template <class Call>
void WebSocketConnection::call(const char* hook, Call hook_call) noexcept {
  WebSocketSpeaker::Waits task;
  in_hook_ = true;
  try {
    task = hook_call(*speaker_);
    in_hook_ = false;
    if (task && !dismissed_) start(hook, std::move(*task));
  } catch (...) {
    in_hook_ = false;
    hook_failed(hook, std::current_exception());
  }
  if (!task_runs_) release_held();
  if (dismissed_) tell_at_once();
}

void WebSocketConnection::release_held() noexcept {
  if (held_ && heap_bytes(*held_) > 0) std::string().swap(*held_);
}

// The pin is there until the speaker's own frames are gone, and with it the connection and the
// speaker.
Task<void> WebSocketConnection::run_held(Pin /*pin*/, Task<void> task) { co_await std::move(task); }

void WebSocketConnection::start(const char* hook, Task<void> task) {
  task_ = RunningTask(home_->shared_loop(), run_held(Pin(*this), std::move(task)),
                      [this, hook](const std::exception_ptr& error) { task_done(hook, error); });
  task_runs_ = true;
  in_hook_ = true;
  task_.start();
  in_hook_ = false;
  if (task_runs_ && task_.ended()) end_task();
}

void WebSocketConnection::task_done(const char* hook, const std::exception_ptr& error) noexcept {
  if (error) hook_failed(hook, error);
  if (!in_hook_) schedule(loop(), *this);
}

void WebSocketConnection::hook_failed(const char* hook, const std::exception_ptr& error) noexcept {
  try {
    try {
      std::rethrow_exception(error);
    } catch (const WebSocketClosedError&) {
      return;  // who sends to somebody that has gone ends by this
    } catch (const Cancelled&) {
      return;
    } catch (...) {
      home_->log(LogLevel::error, std::string("a WebSocket's ") + hook + ": " + describe(error));
    }
    begin_close(CloseCode::internal_error, {});
  } catch (...) {  // no memory
    if (!left_) schedule(loop(), *this);
  }
}

// The task has ended, or open() has without one.
void WebSocketConnection::end_task() noexcept {
  drop_task();
  release_held();
  if (request_ && !speaker_->keeps_request()) end_request();
  if (speaker_->receives()) {
    told_closed_ = input_over_ = true;
    if (receiver_ != nullptr) receiver_->wake();  // another task's
    try {
      begin_close(CloseCode::normal, {});
    } catch (...) {  // no memory
      close_stream();
    }
  }
}

void WebSocketConnection::end_request() noexcept {
  if (!request_) return;
  const bool nested = std::exchange(in_hook_, true);
  request_.reset();  // tells the handler's on_finish()
  in_hook_ = nested;
  if (dismissed_) tell_at_once();
  if (RequestHandler* const handler = speaker_->handler()) HandlerAccess::detach(*handler);
}

void WebSocketConnection::remember_end(CloseCode code, std::string_view reason) noexcept {
  if (close_code_) return;
  close_code_ = code;
  if (reason.empty()) return;
  try {
    if (!texts_) texts_ = std::make_unique<Texts>();
    texts_->close_reason = reason;
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory there is no reason
  }
}

// Nothing more comes from the peer.
void WebSocketConnection::end_input(CloseCode code, std::string_view reason) noexcept {
  remember_end(code, reason);
  input_over_ = true;
  if (receiver_ != nullptr) receiver_->wake();
  stop_task();
}

// The peer has gone, and the handler is to know.
void WebSocketConnection::stop_task() noexcept {
  if (task_runs_ && !told_closed_ && speaker_->cancelled_on_disconnect()) task_.request_stop();
}

void WebSocketConnection::tell_closed() noexcept {
  told_closed_ = true;
  if (speaker_->receives()) return;
  call("on_close()", [this](WebSocketSpeaker& speaker) {
    return speaker.close(close_code_.value_or(CloseCode::abnormal), close_reason());
  });
}

}  // namespace eddy::inline v0::web::internal
