// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an event stream's connection is told by the loop, and what it waits for after each event.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/live/internal/event_connection.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::deadline_after;
using eddy::internal::now;
using eddy::internal::schedule;
using eddy::internal::step_time;

namespace {

// A comment, and an empty line, which tells the page nothing.
constexpr std::string_view kComment = ":\n\n";

}  // namespace

void EventConnection::on_stream_ready(Io events) {
  const Pin pin(*this);
  try {
    if (!queue_.empty() && any(events & Io::write)) flush();
    if (phase_ != Phase::shut) {
      if (any(events & Io::hangup)) {
        gone();
      } else if (any(events & Io::read) && !end_of_input_) {
        read_some();
      }
    }
    update();
  } catch (...) {  // no memory
    shut();
  }
}

void EventConnection::on_stream_closed() noexcept {
  const Pin pin(*this);
  shut();  // the loop has gone, and with it whatever would go on
}

// On the ready list: a task has ended, or the stream has, or it has begun to wait for its client.
void EventConnection::run() {
  const Pin pin(*this);
  update();
}

// A client has nothing to say behind its request: what it sends is dropped.
void EventConnection::read_some() {
  BorrowedBuffer input(*home_);
  const std::size_t size = ConnectionHome::kReadBytes;
  const IoResult result = stream_->try_read({input->prepare(size), size});
  if (result.would_block()) return;
  if (result.error) return gone();
  if (result.bytes == 0) {
    end_of_input_ = true;
    if (!home_->options().half_close || phase_ == Phase::draining) gone();
    return;
  }
  drained_bytes_ += static_cast<std::uint32_t>(result.bytes);
  if (drained_bytes_ > home_->options().limits.drain_bytes) gone();
}

void EventConnection::flush() {
  if (queue_.empty()) return;
  switch (queue_.flush(*stream_)) {
    case SendQueue::Result::broken:
      return gone();
    case SendQueue::Result::blocked:
      break;
    case SendQueue::Result::progress:
    case SendQueue::Result::all_sent:
      sent_at_ = step_time(loop());
      if (phase_ != Phase::draining) patience_due_ = kNever;  // it begins anew
      break;
  }
  if (!must_wait_to_send()) wake_senders(true);
}

// All is with the system. Where the client has sent something that is not read, a close now would
// be a reset, which overtakes what was sent.
void EventConnection::say_no_more() {
  if (!end_of_input_) read_some();
  if (phase_ == Phase::shut) return;
  if (drained_bytes_ == 0 || end_of_input_) return gone();
  phase_ = Phase::draining;
  stream_->shutdown_write();
  const Duration linger = home_->options().timeouts.linger;
  patience_due_ = linger > Duration::zero() ? deadline_after(now(loop()), linger) : kNever;
}

// After each event, whatever it was.
void EventConnection::update() noexcept {
  if (left_) return;
  try {
    if (!open()) end_subscriptions();
    if (phase_ == Phase::ending && queue_.empty()) say_no_more();
    if (task_runs_ && task_.ended() && !in_hook_) end_task();
    if (sheds_) shed();
    if (!open() && !told_closed_ && !busy()) tell_closed();
    if (left_) return;
    if (phase_ == Phase::shut) {
      if (!busy()) leave();
      return;
    }
    update_interest();
    update_account();
    update_patience();
    if (sheds_) schedule(loop(), *this);
  } catch (...) {  // no memory
    shut();
  }
}

void EventConnection::update_interest() noexcept {
  if (phase_ == Phase::shut || stream_->closed()) return;
  Io wanted = queue_.empty() ? Io::none : Io::write;
  wanted = wanted | (end_of_input_ ? Io::hangup : Io::read);
  if (wanted == interest_) return;
  interest_ = wanted;
  stream_->set_interest(wanted);
}

void EventConnection::update_account() noexcept {
  const std::size_t held = queue_.bytes();
  if (held == accounted_bytes_) return;
  const bool grew = held > accounted_bytes_;
  home_->account(std::exchange(accounted_bytes_, held), held);
  sheds_ = sheds_ || (grew && home_->holds_too_much());
}

// It comes again, when there may be more room.
void EventConnection::shed() noexcept {
  sheds_ = false;
  if (queue_.empty() || phase_ == Phase::shut) return;
  ++home_->stats().shed;
  gone();
}

void EventConnection::update_patience() {
  if (phase_ == Phase::open || phase_ == Phase::ending) {
    const Duration limit = home_->options().timeouts.write;
    if (queue_.empty()) {
      patience_due_ = kNever;
    } else if (patience_due_ == kNever && limit > Duration::zero()) {
      patience_due_ = deadline_after(now(loop()), limit);
    }
  }
  arm();
}

// Later deadlines are left to the timer that is set already.
void EventConnection::arm() {
  TimePoint due = patience_due_;
  if (keep_alive_ > Duration::zero() && phase_ == Phase::open) {
    due = std::min(due, deadline_after(sent_at_, keep_alive_));
  }
  if (due >= armed_) return;
  eddy::internal::add_timer(loop(), *this, due);
  armed_ = due;
}

void EventConnection::on_timer() {
  const Pin pin(*this);
  armed_ = kNever;
  try {
    time_passed(now(loop()));
    update();
  } catch (...) {  // no memory
    shut();
  }
}

void EventConnection::time_passed(TimePoint time) {
  if (time >= patience_due_) {
    // The host may have been busy: what can go now goes in time.
    if (phase_ != Phase::draining) flush();
    if (phase_ == Phase::shut || time < patience_due_ || patience_due_ == kNever) return;
    ++home_->stats().timeouts;
    return gone();
  }
  if (phase_ != Phase::open || keep_alive_ <= Duration::zero()) return;
  if (time < deadline_after(sent_at_, keep_alive_)) return;
  sent_at_ = time;
  // A client that is behind has something coming already.
  if (!queue_.empty()) return;
  if (!queue_.send(*stream_, kComment, {}, SendQueue::Kind::control)) gone();
}

}  // namespace eddy::inline v0::web::internal
