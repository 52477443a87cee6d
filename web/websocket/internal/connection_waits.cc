// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a WebSocket waits for after each event, and for how long.
#include <algorithm>
#include <utility>

#include <eddy/web/websocket/internal/connection.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::deadline_after;
using eddy::internal::now;
using eddy::internal::schedule;

// After each event, whatever it was.
void WebSocketConnection::update() noexcept {
  if (left_) return;
  try {
    if (phase_ != Phase::open) {
      end_subscriptions();
      if (remote_end_) remote_end_->close();
    }
    if (phase_ == Phase::ending && queue_.empty() && batch_ == nullptr) say_no_more();
    if (task_runs_ && task_.ended() && !in_hook_) end_task();
    if (sheds_) shed();
    if (input_over_ && !told_closed_ && !busy()) tell_closed();
    if (left_) return;
    if (phase_ == Phase::shut) {
      if (!busy()) leave();
      return;
    }
    if (!rest_.empty() && !paused()) schedule(loop(), *this);
    if (pong_waits_ && rest_.empty() && !paused()) {
      pong_waits_ = false;
      pong_due_ = deadline_after(now(loop()), ping_patience());
      arm();
    }
    update_interest();
    update_account();
    if (sheds_) schedule(loop(), *this);
  } catch (...) {  // no memory
    shut();
  }
}

void WebSocketConnection::update_interest() noexcept {
  if (phase_ == Phase::shut) return;
  Io wanted = queue_.empty() ? Io::none : Io::write;
  if (!paused() && rest_.empty()) {
    wanted = wanted | Io::read;
  } else if (!hung_up_) {
    wanted = wanted | Io::hangup;
  }
  if (wanted == interest_ || stream_->closed()) return;
  interest_ = wanted;
  stream_->set_interest(wanted);
}

void WebSocketConnection::update_account() noexcept {
  const std::size_t held = rest_.capacity() + reader_.bytes_held() +
                           (inbox_ ? inbox_->bytes() : 0) + (held_ ? heap_bytes(*held_) : 0) +
                           queue_.bytes();
  if (held == accounted_bytes_) return;
  const bool grew = held > accounted_bytes_;
  home_->account(std::exchange(accounted_bytes_, held), held);
  sheds_ |= grew && home_->holds_too_much();
}

void WebSocketConnection::shed() noexcept {
  sheds_ = false;
  if (phase_ != Phase::open) return;
  ++home_->stats().shed;
  try {
    begin_close(CloseCode::try_again_later, "the server holds too much for its clients");
  } catch (...) {  // no memory
    close_stream();
    end_input(CloseCode::abnormal, {});
  }
}

// Later deadlines are left to the timer that is set already.
void WebSocketConnection::arm() {
  const TimePoint due = std::min({ping_due_, pong_due_, close_due_});
  if (due >= armed_) return;
  eddy::internal::add_timer(loop(), *this, due);
  armed_ = due;
}

void WebSocketConnection::on_timer() {
  const Pin pin(*this);
  armed_ = kNever;
  try {
    time_passed(now(loop()));
    if (phase_ != Phase::shut) arm();
    update();
  } catch (...) {  // no memory
    shut();
  }
}

// The peer has been, or is going to be, sent a close.
void WebSocketConnection::begin_closing_time() {
  ping_due_ = pong_due_ = kNever;
  pong_waits_ = false;
  if (bounds_.close_timeout <= Duration::zero()) return;
  close_due_ = deadline_after(now(loop()), bounds_.close_timeout);
  arm();
}

void WebSocketConnection::time_passed(TimePoint time) {
  // The host may have been busy: what has come meanwhile has come in time.
  const bool reads = !paused() && rest_.empty();
  if (time >= std::min(pong_due_, close_due_) && reads) read_some();
  if (phase_ == Phase::shut) return;
  if (time >= close_due_ && end_waits_) return finish_end();
  // The peer's close may be in what has been read already.
  if (time >= close_due_ && (reads || rest_.empty())) return timed_out();
  if (time >= pong_due_) {
    if (reads && rest_.empty()) return timed_out();
    pong_due_ = kNever;
    pong_waits_ = true;
  }
  if (time < ping_due_ || phase_ != Phase::open) return;
  ping_due_ = deadline_after(time, bounds_.ping_interval);
  if (!send_control(Opcode::ping, {}) || pong_waits_) return;
  pong_due_ = std::min(pong_due_, deadline_after(time, ping_patience()));
}

void WebSocketConnection::timed_out() noexcept {
  ++home_->stats().timeouts;
  gone();
}

}  // namespace eddy::inline v0::web::internal
