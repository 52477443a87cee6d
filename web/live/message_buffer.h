// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/task/sync_waiter.h>

namespace eddy::inline v0::web {

namespace internal {

/// Who waits for messages, and how far these have come.
struct EDDY_API MessageLine {
  /// The id of the newest message, and of the one before the oldest that is kept.
  std::uint64_t newest = 0;
  std::uint64_t before_oldest = 0;
  eddy::internal::SyncWaiter::Line waiting;
  /// Those for whom there is something now.
  eddy::internal::SyncWaiter::Line due;

  /// There is a message now: whoever waits goes on, in order. Few at a time are woken, and each of
  /// them wakes the next: thousands take no more of the step that adds a message than these.
  void release() noexcept;
  void wake_next() noexcept;
  void dismiss() noexcept;
};

class EDDY_API MessageWaiter : public eddy::internal::SyncWaiter {
 protected:
  MessageWaiter(MessageLine& line, std::uint64_t cursor, std::optional<Duration> limit) noexcept
      : SyncWaiter(limit), line_(line), cursor_(cursor) {}
  ~MessageWaiter() = default;

  [[nodiscard]] std::uint64_t cursor() const noexcept { return cursor_; }
  /// For await_resume; the next one is woken. Throws where the wait has come to nothing.
  void end_wait();
  /// For the destructor, while the line is there.
  void leave() noexcept {
    if (unclaimed()) line_.wake_next();
  }

 private:
  bool try_take() final { return line_.newest != cursor_; }
  void stand_in_line() noexcept final { line_.waiting.push_back(*this); }

  MessageLine& line_;
  std::uint64_t cursor_;
};

/// The present time in microseconds since 1970.
[[nodiscard]] EDDY_API std::uint64_t first_message_id() noexcept;

}  // namespace internal

/// The messages behind a cursor.
template <class Message>
struct NewMessages {
  /// The oldest first. None where the time was up.
  std::vector<Message> messages;
  /// The next cursor: behind the last of them.
  std::uint64_t cursor = 0;
  /// Not all that came behind the old cursor is there: it was dropped, or the cursor is of another
  /// buffer, such as that of the program before it was begun anew. `messages` are all there are,
  /// and who has a copy of the state that they change has to load it anew.
  bool missed = false;
};

/// The newest messages, and those who wait for the next one: long polling, where a request is
/// answered when there is something to say.
///
///     app.get("/messages", [&](const Request& request) -> Task<std::string> {
///       auto news = co_await buffer.wait_after(cursor_of(request), 30s);
///       co_return as_json(news);
///     });
///
/// Each message has an id, one more than the one before; the first one's is made of the clock, so
/// that the ids of a program that is begun anew go on behind those it gave before. A cursor is the
/// id of the last message that somebody has, and fits a page's number.
///
/// Who waits is woken in the order of the waits, each in a step of its own, and a wait ends with
/// its task: a handler of GET is stopped when its client goes, any other one with
/// `cancel_on_disconnect`. Destroying the buffer ends waits with std::errc::operation_canceled.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Messages are copied to each
/// who gets them: for many, or long ones, take a std::shared_ptr<const T>.
/// Source: the MessageBuffer of Tornado's chat demo.
template <class Message>
class MessageBuffer {
 public:
  class WaitAwaiter;

  /// Keeps the newest `history` messages. The ids begin behind `last`. Throws std::invalid_argument
  /// for a history of none: whoever is away between two polls would miss what comes then.
  explicit MessageBuffer(std::size_t history = 200,
                         std::uint64_t last = internal::first_message_id())
      : state_(std::make_shared<State>()), history_(history) {
    if (history == 0) throw std::invalid_argument("MessageBuffer: a history of no messages");
    state_->newest = state_->before_oldest = last;
  }
  MessageBuffer(const MessageBuffer&) = delete;
  MessageBuffer& operator=(const MessageBuffer&) = delete;
  ~MessageBuffer() { state_->dismiss(); }

  /// Gives its id. Whoever waits goes on in later steps. Throws std::bad_alloc, and what copying
  /// a Message throws; nothing has been added then.
  std::uint64_t add(Message message) {
    state_->messages.push_back(std::move(message));
    ++state_->newest;
    if (state_->messages.size() > history_) {
      state_->messages.pop_front();
      ++state_->before_oldest;
    }
    state_->release();
    return state_->newest;
  }

  /// For who wants only what is to come.
  [[nodiscard]] std::uint64_t cursor() const noexcept { return state_->newest; }
  /// What is kept, the oldest first. Valid until add().
  [[nodiscard]] const std::deque<Message>& history() const noexcept { return state_->messages; }
  /// What there is behind a cursor, without waiting.
  [[nodiscard]] NewMessages<Message> after(std::uint64_t cursor) const {
    return state_->after(cursor);
  }

  /// `co_await wait_after(cursor)`: at once where there is something behind the cursor, or it is
  /// none of this buffer's, and else when a message comes. Gives NewMessages<Message>.
  [[nodiscard]] WaitAwaiter wait_after(std::uint64_t cursor) {
    return WaitAwaiter(state_, cursor, std::nullopt);
  }
  /// As above, but gives no messages when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] WaitAwaiter wait_after(std::uint64_t cursor,
                                       std::chrono::duration<Rep, Period> limit) {
    return WaitAwaiter(state_, cursor, eddy::internal::to_limit(limit));
  }

 private:
  struct State : internal::MessageLine {
    std::deque<Message> messages;

    [[nodiscard]] NewMessages<Message> after(std::uint64_t cursor) const {
      const bool known = cursor >= before_oldest && cursor <= newest;
      const auto begin =
          messages.begin() + static_cast<std::ptrdiff_t>(known ? cursor - before_oldest : 0);
      return {{begin, messages.end()}, newest, !known};
    }
  };

  std::shared_ptr<State> state_;
  std::size_t history_;
};

template <class Message>
class MessageBuffer<Message>::WaitAwaiter final : public internal::MessageWaiter {
 public:
  ~WaitAwaiter() { leave(); }
  NewMessages<Message> await_resume() {
    end_wait();
    return state_->after(cursor());
  }

 private:
  friend class MessageBuffer;
  WaitAwaiter(std::shared_ptr<State> state, std::uint64_t cursor, std::optional<Duration> limit)
      : MessageWaiter(*state, cursor, limit), state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0::web
