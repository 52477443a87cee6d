// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a connection waits for after each event, and for how long.
#include <exception>
#include <utility>

#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/connection.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::add_timer;
using eddy::internal::now;

void Connection::update() noexcept {
  if (phase_ == Phase::shut) return;
  if (!holds_nothing()) {
    update_interest();
    update_account();
  }
  try {
    update_patience();
  } catch (...) {  // no memory for the timer
    shut();
  }
}

void Connection::update_interest() noexcept {
  if (phase_ == Phase::shut) return;
  Io wanted = outgoing_.wants_to_write() ? Io::write : Io::none;
  if (!end_of_input_ && !read_paused_ && (outgoing_.empty() || phase_ == Phase::handling)) {
    wanted = wanted | Io::read;
  } else if (phase_ == Phase::handling && !in_handler_) {
    wanted = wanted | Io::hangup;  // nothing is read that would tell
  }
  if (wanted == interest_ || stream_->closed()) return;
  interest_ = wanted;
  stream_->set_interest(wanted);
}

// Nothing is there, nothing is held and reading goes on, as nearly always when a request has been
// answered.
bool Connection::holds_nothing() const noexcept {
  return phase_ == Phase::head && exchange_ == nullptr && interest_ == Io::read &&
         accounted_bytes_ == 0 && input_.capacity() == 0 && outgoing_.holds_nothing() &&
         !end_of_input_ && !read_paused_;
}

Patience::For Connection::awaited() const noexcept {
  if (outgoing_.wants_to_write()) return Patience::For::reader;
  if (!outgoing_.empty()) return Patience::For::nothing;  // the disk
  switch (phase_) {
    case Phase::head:
      if (ReadyItem::linked()) return Patience::For::nothing;  // the loop's turn, not the client's
      return exchange_ != nullptr && exchange_->parser().started() ? Patience::For::head
                                                                   : Patience::For::request;
    case Phase::content:
      return ReadyItem::linked() ? Patience::For::nothing : Patience::For::content;
    case Phase::handling:
      return exchange_->wants_content() ? Patience::For::content : Patience::For::nothing;
    case Phase::closing:
      return Patience::For::linger;
    case Phase::upgraded:
    case Phase::shut:
      break;
  }
  return Patience::For::nothing;
}

void Connection::update_patience() {
  const Patience::For what = awaited();
  if (what == patience_.what()) return;
  if (what == Patience::For::request) {
    // Nothing is left to do until the client sends something.
    patience_.wait_for(what, final_time(server_->loop()), server_->options().timeouts);
  } else if (what == Patience::For::content && phase_ == Phase::handling) {
    patience_.wait_for(what, now(server_->loop()), timeouts_of_stream());
  } else {
    patience_.wait_for(what, now(server_->loop()), server_->options().timeouts);
  }
  arm();
}

HttpTimeouts Connection::timeouts_of_stream() const noexcept {
  HttpTimeouts timeouts = server_->options().timeouts;
  if (const auto& pace = exchange_->content().stream.pace()) {
    timeouts.body = pace->body;
    timeouts.body_bytes_per_second =
        pace->bytes_per_second.value_or(timeouts.body_bytes_per_second);
  }
  return timeouts;
}

// The time begins anew, also for a read that waits and for one that has just brought a piece.
void Connection::on_body_pace() noexcept {
  patience_.begin_content(timeouts_of_stream());
  if (patience_.what() != Patience::For::content) return;
  const Pin pin(*this);
  patience_.restart();
  update();
}

// Later deadlines are left to the timer that is set already: it looks at them when it fires.
void Connection::arm() {
  const TimePoint due = patience_.due();
  if (due >= armed_) return;
  add_timer(server_->loop(), *this, due);
  armed_ = due;
}

void Connection::on_timer() {
  const Pin pin(*this);
  armed_ = kNever;
  try {
    if (now(server_->loop()) < patience_.due()) {
      arm();
    } else if (patience_.what() != Patience::For::nothing) {
      timed_out();
    }
  } catch (...) {  // no memory
    shut();
  }
}

// The host may have been busy for longer than that: what came meanwhile, or comes in this very
// turn, has come in time. A trickle gains nothing: it is one more read. False: nothing has moved.
bool Connection::look_again() {
  const Patience::For what = patience_.what();
  if (what == Patience::For::linger) return false;
  if (what == Patience::For::reader) {
    flush();
  } else if (phase_ == Phase::handling) {
    read_while_handling();
  } else {
    if (!read_ahead(ServerCore::kReadBytes)) return false;
    go_on();
  }
  if (phase_ == Phase::shut || patience_.what() != what) return true;
  if (now(server_->loop()) >= patience_.due()) return false;
  arm();
  return true;
}

void Connection::timed_out() {
  if (look_again()) return;
  ++server_->stats().timeouts;
  const ParseError error{408, "the client took too long"};
  switch (patience_.what()) {
    case Patience::For::head:
      return refuse_now(error);
    case Patience::For::content:
      if (phase_ == Phase::content) return refuse_now(error);
      fail_content(error);
      return update();
    case Patience::For::reader:
      return write_failed();  // a handler that shall run to its end does
    default:
      return shut();
  }
}

// The handler that reads the content is told, and may answer; nothing more is read.
void Connection::fail_content(const ParseError& error) {
  close_after_ = linger_ = true;
  exchange_->content().stream.fail(std::make_exception_ptr(HttpError(error.status, error.what)));
}

// Memory that clients make the server hold, theirs and all clients' together.
void Connection::update_account() noexcept {
  std::size_t held = input_.capacity() + outgoing_.capacity();
  if (exchange_ != nullptr) {
    held += exchange_->request_bytes_held();
    const Encoding* encoding = exchange_->state().encoding.get();
    if (encoding != nullptr) held += encoding->bytes_held();
  }
  if (held == accounted_bytes_) return;
  const bool grew = held > accounted_bytes_;
  server_->account(std::exchange(accounted_bytes_, held), held);
  if (!grew || !server_->holds_too_much()) return;
  ++server_->stats().shed;
  const ParseError error{503, "the server holds too much for its clients"};
  try {
    const bool unanswered = phase_ == Phase::head || phase_ == Phase::content;
    if (unanswered && outgoing_.empty()) {
      refuse_now(error);
    } else if (!outgoing_.empty()) {
      write_failed();
    } else if (exchange_ != nullptr && exchange_->wants_content()) {
      fail_content(error);
    }
  } catch (...) {  // no memory at all
    shut();
  }
}

}  // namespace eddy::inline v0::web::internal
