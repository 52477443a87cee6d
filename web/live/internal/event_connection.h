// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/route_owner.h>
#include <eddy/web/http/internal/connection_home.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/upgrade.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/event_stream_options.h>
#include <eddy/web/live/internal/event_speaker.h>
#include <eddy/web/live/internal/subscription.h>
#include <eddy/web/websocket/internal/send_queue.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::IntrusiveList;
using eddy::internal::ReadyItem;
using eddy::internal::TimerNode;

/// A connection whose response is a stream of events without an end: it has taken the connection
/// over from HTTP as a WebSocket does, so that nothing of a request is kept. The content is ended
/// by the end of the connection, and every event is the same bytes for each client.
///
/// Counted without atomics, as an HTTP connection: the upgrade holds it until it begins, then the
/// server's list until nothing of the speaker's runs any more, a task's frames while they are
/// there, and every frame that calls out meanwhile.
class EventConnection final : public EventStream,
                              public HomeConnection,
                              public Subscriber,
                              private StreamDelegate,
                              private ReadyItem,
                              private TimerNode {
 public:
  EventConnection(const EventStreamOptions& options, std::string last_event_id, RouteOwner owner,
                  std::unique_ptr<EventSpeaker> speaker);
  ~EventConnection();

  // ---- For the upgrade ----

  [[nodiscard]] bool accept() { return speaker_->accept(*this); }
  void begin(UpgradedConnection connection) noexcept;
  /// In the place of begin(): nothing came of it.
  void dismiss() noexcept;

  // ---- For the server ----

  bool stop(bool at_once) noexcept override;
  void shut() noexcept override;

  // ---- For the speaker, see EventStream ----

  [[nodiscard]] bool send(std::string events);
  [[nodiscard]] bool deliver(std::span<SharedMessage* const> messages) override;
  void end() noexcept;
  [[nodiscard]] bool open() const noexcept { return phase_ <= Phase::open; }
  [[nodiscard]] std::string_view last_event_id() const noexcept { return last_event_id_; }
  [[nodiscard]] std::size_t buffered_bytes() const noexcept { return queue_.bytes(); }
  [[nodiscard]] bool must_wait_to_send() const noexcept;
  void add_sender(EventSendAwaiter& sender) noexcept { senders_.push_back(sender); }
  void add_end_waiter(EventStreamEndAwaiter& waiter) noexcept { end_waiters_.push_back(waiter); }

 private:
  friend class OwnerTie<EventConnection>;

  class Pin;
  enum class Phase : std::uint8_t {
    opening,  // what is sent is kept
    open,
    ending,    // when what waits has been sent, all is said
    draining,  // all is said; what the client still sends is dropped until it goes
    shut,      // the connection is closed
  };

  [[nodiscard]] LoopCore& loop() const noexcept { return home_->loop(); }
  void drop_reference() noexcept;

  // From the loop.
  void on_stream_ready(Io events) override;
  void on_stream_closed() noexcept override;
  [[nodiscard]] const char* stream_label() const noexcept override { return "events"; }
  void run() override;
  [[nodiscard]] const char* label() const noexcept override { return "events"; }
  void on_timer() override;
  void owner_gone() noexcept;

  // The speaker.
  template <class Call>
  void call(const char* hook, Call hook_call) noexcept;
  void start(const char* hook, Task<void> task);
  void task_done(const char* hook, const std::exception_ptr& error) noexcept;
  void hook_failed(const char* hook, const std::exception_ptr& error) noexcept;
  static Task<void> run_held(Pin pin, Task<void> task);
  void end_task() noexcept;
  void drop_task() noexcept;
  void stop_task() noexcept;
  void tell_closed() noexcept;
  void tell_at_once() noexcept;
  void end_request() noexcept;
  [[nodiscard]] bool busy() const noexcept { return in_hook_ || task_runs_; }

  // Output and input.
  [[nodiscard]] bool send_shared(const FrameBytes& events);
  template <class Send>
  [[nodiscard]] bool send_by(Send send);
  [[nodiscard]] bool make_room(std::size_t bytes) noexcept;
  void sent() noexcept;
  void flush();
  void read_some();
  void say_no_more();
  void gone() noexcept;
  void close_stream() noexcept;
  void nothing_more() noexcept;
  void wake_senders(bool sent) noexcept;
  void leave() noexcept;

  // What is waited for, after each event.
  void update() noexcept;
  void update_interest() noexcept;
  void update_account() noexcept;
  void shed() noexcept;
  void update_patience();
  void arm();
  void time_passed(TimePoint time);

  std::shared_ptr<ConnectionHome> home_;
  std::unique_ptr<Stream> stream_;
  AddressCount counted_;
  std::optional<ExchangePin> request_;
  std::unique_ptr<EventSpeaker> speaker_;
  std::unique_ptr<OwnerTie<EventConnection>> owner_;
  std::string last_event_id_;
  SendQueue queue_;
  RunningTask task_;
  IntrusiveList<eddy::internal::WaitLink> senders_;
  IntrusiveList<eddy::internal::WaitLink> end_waiters_;
  Duration keep_alive_;
  std::size_t send_bytes_;
  TimePoint sent_at_{};
  /// When a client that takes nothing, or that was to go, is given up.
  TimePoint patience_due_ = kNever;
  /// What the timer is set to.
  TimePoint armed_ = kNever;
  std::size_t accounted_bytes_ = 0;
  std::uint32_t drained_bytes_ = 0;
  std::uint32_t references_ = 1;
  Phase phase_ = Phase::opening;
  Io interest_ = Io::none;
  SlowConsumer slow_consumer_;
  bool in_hook_ = false;
  bool task_runs_ = false;
  bool told_closed_ = true;    // its close() has been called, or never will be
  bool end_of_input_ = false;  // the client sends no more, which is not its end
  bool sheds_ = false;         // the server holds too much
  bool dismissed_ = false;     // nothing of the program's is to run for it any more
  bool left_ = false;          // of the server's list
};

/// Holds the connection: of a frame of its own that calls out, and of a task's.
class EventConnection::Pin {
 public:
  explicit Pin(EventConnection& connection) noexcept : connection_(&connection) {
    ++connection.references_;
  }
  Pin(Pin&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Pin& operator=(Pin&&) = delete;
  ~Pin() {
    if (connection_ != nullptr) connection_->drop_reference();
  }

 private:
  EventConnection* connection_;
};

}  // namespace eddy::inline v0::web::internal
