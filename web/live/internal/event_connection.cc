// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/internal/event_connection.h>

#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/live/internal/shared_message.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::schedule;
using eddy::internal::step_time;

EventSpeaker::~EventSpeaker() = default;

EventConnection::EventConnection(const EventStreamOptions& options, std::string last_event_id,
                                 RouteOwner owner, std::unique_ptr<EventSpeaker> speaker)
    : speaker_(std::move(speaker)),
      owner_(OwnerTie<EventConnection>::make(*this, std::move(owner))),
      last_event_id_(std::move(last_event_id)),
      keep_alive_(options.keep_alive),
      send_bytes_(options.send_bytes),
      slow_consumer_(options.slow_consumer) {
  if (options.retry) {
    ServerSentEvent first;
    first.retry = options.retry;
    queue_.keep(std::make_shared<const std::string>(to_string(first)), SendQueue::Kind::control);
  }
}

EventConnection::~EventConnection() = default;

__attribute__((noinline)) void EventConnection::drop_reference() noexcept {
  if (--references_ == 0) delete this;
}

void EventConnection::dismiss() noexcept {
  end_subscriptions();
  nothing_more();
  phase_ = Phase::shut;
  drop_reference();
}

void EventConnection::begin(UpgradedConnection connection) noexcept {
  const Pin pin(*this);
  home_ = std::move(connection.home);
  stream_ = std::move(connection.stream);
  counted_ = connection.counted;
  drained_bytes_ = static_cast<std::uint32_t>(connection.input.size());
  home_->adopt(*this);
  if (connection.exchange) request_.emplace(std::move(*connection.exchange));
  const bool ended = phase_ != Phase::opening;  // by the speaker, which has not been opened yet
  if (!ended) phase_ = Phase::open;
  if (owner_ && !owner_->begin()) return shut();  // it has died since
  try {
    queue_.keep_first(connection.outgoing.kept());
    interest_ = Io::read;
    stream_->set_delegate(this, interest_);
    sent_at_ = step_time(loop());
    flush();
    if (!ended && phase_ == Phase::open) {
      told_closed_ = false;
      call("open()", [this](EventSpeaker& speaker) { return speaker.open(*this); });
    }
    if (!task_runs_) {
      end_task();
    } else if (!speaker_->needs_request()) {
      end_request();
    }
    if (home_->stopping()) end();
    update();
  } catch (...) {  // no memory
    shut();
  }
}

bool EventConnection::stop(bool /*at_once*/) noexcept {
  const Pin pin(*this);
  end();
  update();
  return left_;
}

void EventConnection::shut() noexcept {
  if (left_) return;
  const Pin pin(*this);
  dismissed_ = true;
  close_stream();
  drop_task();
  tell_at_once();
  leave();
}

// Nothing of the program's is going to run for it any more.
void EventConnection::leave() noexcept {
  if (std::exchange(left_, true)) return;
  TimerNode::cancel();
  ReadyItem::unlink();
  HomeConnection::unlink();
  end_subscriptions();
  if (owner_) owner_->end();
  end_request();
  home_->account(std::exchange(accounted_bytes_, 0), 0);
  home_->removed(counted_);
  drop_reference();
}

// The owner is about to go: nothing of the program's is called or goes on.
void EventConnection::owner_gone() noexcept {
  const Pin pin(*this);
  dismissed_ = told_closed_ = true;
  drop_task();
  end();
  update();
}

// ---- The speaker --------------------------------------------------------------------------------

template <class Call>
void EventConnection::call(const char* hook, Call hook_call) noexcept {
  EventSpeaker::Waits task;
  in_hook_ = true;
  try {
    task = hook_call(*speaker_);
    in_hook_ = false;
    if (task && !dismissed_) start(hook, std::move(*task));
  } catch (...) {
    in_hook_ = false;
    hook_failed(hook, std::current_exception());
  }
  if (dismissed_) tell_at_once();
}

// The pin is there until the speaker's own frames are gone, and with it the connection and the
// speaker.
Task<void> EventConnection::run_held(Pin /*pin*/, Task<void> task) { co_await std::move(task); }

void EventConnection::start(const char* hook, Task<void> task) {
  task_ = RunningTask(home_->shared_loop(), run_held(Pin(*this), std::move(task)),
                      [this, hook](const std::exception_ptr& error) { task_done(hook, error); });
  task_runs_ = true;
  // The stream may have ended within the call that gave the task.
  if (!open()) stop_task();
  in_hook_ = true;
  task_.start();
  in_hook_ = false;
  if (task_runs_ && task_.ended()) end_task();
}

void EventConnection::task_done(const char* hook, const std::exception_ptr& error) noexcept {
  if (error) hook_failed(hook, error);
  if (!in_hook_ && !left_) schedule(loop(), *this);
}

void EventConnection::hook_failed(const char* hook, const std::exception_ptr& error) noexcept {
  try {
    try {
      std::rethrow_exception(error);
    } catch (const EventStreamClosedError&) {
      return;  // who sends to somebody that has gone ends by this
    } catch (const Cancelled&) {
      return;
    } catch (...) {
      home_->log(LogLevel::error,
                 std::string("an event stream's ") + hook + ": " + describe(error));
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to tell of it
  }
  end();
}

// Its frames are gone, or go when the last of them leaves the stack.
void EventConnection::drop_task() noexcept {
  task_runs_ = false;
  task_.reset();
}

// The task has ended, or open() has without one.
void EventConnection::end_task() noexcept {
  const bool had_task = task_runs_;
  drop_task();
  if (!speaker_->keeps_request()) end_request();
  if (had_task && speaker_->ends_with_task()) end();
}

void EventConnection::end_request() noexcept {
  if (!request_) return;
  const bool nested = std::exchange(in_hook_, true);
  request_.reset();  // tells the handler's on_finish()
  in_hook_ = nested;
  if (dismissed_) tell_at_once();
  if (RequestHandler* const handler = speaker_->handler()) HandlerAccess::detach(*handler);
}

void EventConnection::stop_task() noexcept {
  if (task_runs_ && !told_closed_) task_.request_stop();
}

void EventConnection::tell_closed() noexcept {
  told_closed_ = true;
  call("on_close()", [](EventSpeaker& speaker) { return speaker.close(); });
}

// The speaker is told of the end, but it can't wait any more. Not within a hook: behind it.
void EventConnection::tell_at_once() noexcept {
  if (in_hook_ || std::exchange(told_closed_, true)) return;
  in_hook_ = true;
  try {
    auto task = speaker_->close();
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

// ---- Sending ------------------------------------------------------------------------------------

bool EventConnection::send(std::string events) {
  if (!open() || !make_room(events.size())) return false;
  if (phase_ == Phase::opening) {
    queue_.keep(std::make_shared<const std::string>(std::move(events)), SendQueue::Kind::data);
    return true;
  }
  return send_by([&] { return queue_.send(*stream_, events, {}, SendQueue::Kind::data); });
}

bool EventConnection::send_shared(const FrameBytes& events) {
  if (!open() || !make_room(events->size())) return false;
  if (phase_ == Phase::opening) {
    queue_.keep(events, SendQueue::Kind::data);
    return true;
  }
  return send_by([&] { return queue_.send(*stream_, events, SendQueue::Kind::data); });
}

template <class Send>
bool EventConnection::send_by(Send send) {
  bool connected = false;
  try {
    connected = send();
  } catch (...) {  // no memory, and half an event may have gone
    gone();
    throw;
  }
  connected ? sent() : gone();
  return connected;
}

bool EventConnection::deliver(std::span<SharedMessage* const> messages) {
  try {
    for (SharedMessage* const message : messages) {
      if (!send_shared(message->event())) return false;
    }
  } catch (...) {  // no memory: its client comes back for what it lacks
    phase_ == Phase::opening ? end() : gone();
    throw;
  }
  return true;
}

// Something was, or waits now.
void EventConnection::sent() noexcept {
  sent_at_ = step_time(loop());
  if (queue_.empty() && accounted_bytes_ == 0) return;
  update_interest();
  update_account();
  // In a step of its own: this is within calls of the program's.
  if (sheds_ || patience_due_ == kNever) schedule(loop(), *this);
}

// False: the event is not taken, and where the client is too slow it is cut.
bool EventConnection::make_room(std::size_t bytes) noexcept {
  switch (slow_consumer_) {
    case SlowConsumer::coalesce:
      while (queue_.drop_oldest()) {
      }
      return true;
    case SlowConsumer::drop_oldest:
      while (queue_.bytes() + bytes > send_bytes_ && queue_.drop_oldest()) {
      }
      return true;
    case SlowConsumer::close:
      break;
  }
  // One event more, so that who awaits each is never refused.
  if (queue_.bytes() <= send_bytes_) return true;
  if (phase_ == Phase::open) gone();
  return false;
}

bool EventConnection::must_wait_to_send() const noexcept {
  return open() && queue_.bytes() > send_bytes_ / 4;
}

void EventConnection::wake_senders(bool sent) noexcept {
  while (eddy::internal::WaitLink* const link = senders_.pop_front()) {
    static_cast<EventSendAwaiter*>(link)->wake(sent);
  }
}

// ---- The end ------------------------------------------------------------------------------------

// Nothing more is sent from now on.
void EventConnection::nothing_more() noexcept {
  wake_senders(false);
  while (eddy::internal::WaitLink* const waiter = end_waiters_.pop_front()) {
    static_cast<EventStreamEndAwaiter*>(waiter)->wake();
  }
  stop_task();
}

void EventConnection::end() noexcept {
  if (!open()) return;
  const bool begun = phase_ == Phase::open;
  phase_ = Phase::ending;
  nothing_more();
  if (begun) schedule(loop(), *this);  // within calls of the program's
}

void EventConnection::close_stream() noexcept {
  if (phase_ == Phase::shut) return;
  phase_ = Phase::shut;
  stream_->close();
  queue_.clear();
  nothing_more();
}

// The client has gone, or is given up. Within calls of the program's: it is told in a later step.
void EventConnection::gone() noexcept {
  if (phase_ == Phase::shut) return;
  close_stream();
  schedule(loop(), *this);
}

}  // namespace eddy::inline v0::web::internal
