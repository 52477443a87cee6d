// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/event_stream.h>

#include <eddy/web/live/internal/event_connection.h>

namespace eddy::inline v0::web {

namespace {

internal::EventConnection& connection_of(EventStream& stream) noexcept {
  return static_cast<internal::EventConnection&>(stream);
}
const internal::EventConnection& connection_of(const EventStream& stream) noexcept {
  return static_cast<const internal::EventConnection&>(stream);
}

}  // namespace

EventStreamClosedError::EventStreamClosedError()
    : std::runtime_error("the event stream is closed") {}
EventStreamClosedError::~EventStreamClosedError() = default;

std::string_view EventStream::last_event_id() const noexcept {
  return connection_of(*this).last_event_id();
}

internal::EventSendAwaiter EventStream::send(const ServerSentEvent& event) {
  internal::EventConnection& connection = connection_of(*this);
  std::string text;
  append_to(text, event);
  return {connection, connection.send(std::move(text))};
}

internal::EventSendAwaiter EventStream::send_data(std::string_view data) {
  internal::EventConnection& connection = connection_of(*this);
  std::string text;
  internal::append_event_data(text, data);
  return {connection, connection.send(std::move(text))};
}

void EventStream::close() { connection_of(*this).end(); }
bool EventStream::closed() const noexcept { return !connection_of(*this).open(); }
internal::EventStreamEndAwaiter EventStream::until_closed() noexcept {
  return internal::EventStreamEndAwaiter(connection_of(*this));
}
std::size_t EventStream::buffered_bytes() const noexcept {
  return connection_of(*this).buffered_bytes();
}

namespace internal {

bool EventSendAwaiter::wait() {
  if (sent_ && connection_.must_wait_to_send()) {
    connection_.add_sender(*this);
    return true;
  }
  if (!eddy::internal::budget_spent(core())) {
    StopNode::unlink();
    return false;
  }
  resume_later();
  return true;
}

void EventSendAwaiter::wake(bool sent) noexcept {
  sent_ = sent;
  resume_later();
}

void EventSendAwaiter::stop_waiting() noexcept {
  WaitLink::unlink();
  resume_later();
}

void EventSendAwaiter::await_resume() {
  throw_if_stopped();
  if (!sent_) throw EventStreamClosedError();
}

bool EventStreamEndAwaiter::wait() {
  if (connection_.open()) {
    connection_.add_end_waiter(*this);
  } else {
    resume_later();
  }
  return true;
}

void EventStreamEndAwaiter::stop_waiting() noexcept {
  WaitLink::unlink();
  resume_later();
}

}  // namespace internal
}  // namespace eddy::inline v0::web
