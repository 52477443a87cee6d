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
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/connection_home.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/upgrade.h>
#include <eddy/web/live/internal/remote_outbox.h>
#include <eddy/web/live/internal/subscription.h>
#include <eddy/web/websocket/internal/deflate.h>
#include <eddy/web/websocket/internal/deflate_agreement.h>
#include <eddy/web/websocket/internal/inbox.h>
#include <eddy/web/websocket/internal/message_reader.h>
#include <eddy/web/websocket/internal/send_queue.h>
#include <eddy/web/websocket/internal/speaker.h>
#include <eddy/web/websocket/websocket.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::ReadyItem;
using eddy::internal::TimerNode;

/// One end of a WebSocket: reads frames where they were read into, and keeps nothing between them;
/// sends what its speaker has to say.
///
/// Counted without atomics, as an HTTP connection: the server's list holds it until
/// nothing of the speaker's runs any more, a task's frames while they are there, and every frame
/// that calls out meanwhile.
class WebSocketConnection final : public WebSocket,
                                  public Upgrade,
                                  public HomeConnection,
                                  public Subscriber,
                                  private StreamDelegate,
                                  private ReadyItem,
                                  private TimerNode {
 public:
  using Peer = MessageReader::Peer;

  WebSocketConnection(Peer peer, const WebSocketTerms& terms,
                      const std::optional<DeflateAgreement>& deflate, RouteOwner owner,
                      std::unique_ptr<WebSocketSpeaker> speaker);
  ~WebSocketConnection() override;

  void begin(UpgradedConnection connection) noexcept override;
  bool stop(bool at_once) noexcept override;
  void shut() noexcept override;
  [[nodiscard]] bool deliver(std::span<SharedMessage* const> messages) override;

  // ---- For the speaker, see WebSocket ----

  [[nodiscard]] bool send_data(std::string_view data, bool binary);
  [[nodiscard]] bool send_control(Opcode opcode, std::string_view data);
  void begin_close(CloseCode code, std::string_view reason);
  [[nodiscard]] bool open() const noexcept { return phase_ == Phase::open; }
  [[nodiscard]] std::optional<CloseCode> close_code() const noexcept { return close_code_; }
  [[nodiscard]] std::string_view close_reason() const noexcept {
    return texts_ ? std::string_view(texts_->close_reason) : std::string_view();
  }
  [[nodiscard]] std::string_view subprotocol() const noexcept {
    return texts_ ? std::string_view(texts_->subprotocol) : std::string_view();
  }
  [[nodiscard]] const std::shared_ptr<RemoteOutbox>& outbox();
  [[nodiscard]] std::size_t buffered_bytes() const noexcept { return queue_.bytes(); }
  /// At a client's end: holds it for who has opened it, until that lets go.
  void hold() noexcept { ++references_; }
  void let_go() noexcept;
  [[nodiscard]] LoopCore& loop() const noexcept { return home_->loop(); }

  [[nodiscard]] bool must_wait_to_send() const noexcept;
  void add_sender(SendAwaiter& sender) noexcept { senders_.push_back(sender); }
  /// The speaker has come for a message. False: it has to wait for one.
  [[nodiscard]] bool may_receive();
  /// Nothing where there is none, and won't be.
  [[nodiscard]] std::optional<WebSocketMessage> take_message();
  void set_receiver(ReceiveAwaiter* receiver) noexcept { receiver_ = receiver; }
  [[nodiscard]] ReceiveAwaiter* receiver() const noexcept { return receiver_; }

 private:
  friend class OwnerTie<WebSocketConnection>;

  class Pin;
  enum class Phase : std::uint8_t {
    opening,  // not begun
    open,
    closing,   // a close was sent, and the peer's is waited for
    ending,    // both were: when what waits has been sent, all is said
    draining,  // all is said; what the peer still sends is dropped until it goes
    shut,      // the stream is closed
  };
  /// What compresses and decompresses, where that was agreed upon.
  struct Deflate {
    Deflate(const DeflateSide& side, int peers_window_bits, bool peer_takes_over, std::size_t least)
        : deflater(side), inflater(peers_window_bits, peer_takes_over), threshold(least) {}

    MessageDeflater deflater;
    DeflateInflater inflater;
    std::size_t threshold;
  };

  /// What few have.
  struct Texts {
    std::string subprotocol;
    std::string close_reason;
  };
  /// The way here from other threads.
  class RemoteEnd final : private RemoteOutbox::Sink {
   public:
    explicit RemoteEnd(WebSocketConnection& connection);
    ~RemoteEnd() { close(); }
    [[nodiscard]] const std::shared_ptr<RemoteOutbox>& outbox() const noexcept { return outbox_; }
    void close() noexcept { outbox_->close(); }

   private:
    void take_remote(std::string_view data, bool binary) override;

    WebSocketConnection& connection_;
    std::shared_ptr<RemoteOutbox> outbox_;
  };
  /// WebSocketOptions, as far as they are not the reader's or of compression.
  struct Bounds {
    explicit Bounds(const WebSocketOptions& options) noexcept;
    std::size_t receive_bytes;
    std::size_t send_bytes;
    Duration ping_interval;
    Duration ping_timeout;
    Duration close_timeout;
    SlowConsumer slow_consumer;
  };

  static std::unique_ptr<Deflate> make_deflate(Peer peer, const WebSocketOptions& options,
                                               const std::optional<DeflateAgreement>& agreed);
  void drop_reference() noexcept;

  // From the loop.
  void on_stream_ready(Io events) override;
  void on_stream_closed() noexcept override;
  [[nodiscard]] const char* stream_label() const noexcept override { return "websocket"; }
  void run() override;
  [[nodiscard]] const char* label() const noexcept override { return "websocket"; }
  void on_timer() override;
  void owner_gone() noexcept;

  // Input.
  void read_some();
  void drain();
  void process(ByteBuffer& input);
  bool take_event(const MessageEvent& event);
  void take_message(const MessageEvent& event);
  [[nodiscard]] std::string_view keep(const MessageEvent& event);
  void take_end(const MessageEvent& event);
  void finish_end();
  [[nodiscard]] bool paused() const noexcept;

  // The speaker.
  template <class Call>
  void call(const char* hook, Call hook_call) noexcept;
  void start(const char* hook, Task<void> task);
  void task_done(const char* hook, const std::exception_ptr& error) noexcept;
  void hook_failed(const char* hook, const std::exception_ptr& error) noexcept;
  static Task<void> run_held(Pin pin, Task<void> task);
  void end_task() noexcept;
  void release_held() noexcept;
  void drop_task() noexcept;
  void stop_task() noexcept;
  void tell_at_once() noexcept;
  void end_request() noexcept;
  void remember_end(CloseCode code, std::string_view reason) noexcept;
  void end_input(CloseCode code, std::string_view reason) noexcept;
  void tell_closed() noexcept;
  [[nodiscard]] bool busy() const noexcept { return in_hook_ || task_runs_; }

  // Output.
  [[nodiscard]] bool send_frame(const Frame& frame, std::string_view payload);
  [[nodiscard]] bool send_frame(const Frame& frame, const FrameHeader& header,
                                std::string_view payload);
  [[nodiscard]] bool deliver_shared(std::span<SharedMessage* const> messages);
  [[nodiscard]] bool deliver_masked(std::span<SharedMessage* const> messages);
  [[nodiscard]] const FrameBytes& frame_of(SharedMessage& message);
  [[nodiscard]] bool make_room(std::size_t bytes);
  [[nodiscard]] bool send_batch();
  void send_close(CloseCode code, std::string_view reason);
  void flush();
  void wake_senders(bool sent) noexcept;
  void gone() noexcept;
  void begin_patience_anew() noexcept;
  void say_no_more();
  void close_stream() noexcept;
  void leave() noexcept;

  // What is waited for, after each event.
  void update() noexcept;
  void update_interest() noexcept;
  void update_account() noexcept;
  void shed() noexcept;
  void arm();
  void begin_closing_time();
  [[nodiscard]] Duration ping_patience() const noexcept {
    return bounds_.ping_timeout > Duration::zero() ? bounds_.ping_timeout : bounds_.ping_interval;
  }
  void time_passed(TimePoint time);
  void timed_out() noexcept;

  std::shared_ptr<ConnectionHome> home_;
  std::unique_ptr<Stream> stream_;
  AddressCount counted_;
  std::optional<ExchangePin> request_;
  Bounds bounds_;
  std::unique_ptr<Deflate> deflate_;
  std::unique_ptr<OwnerTie<WebSocketConnection>> owner_;
  MessageReader reader_;
  /// What has been read and not been looked at, as the speaker is busy.
  ByteBuffer rest_;
  SendQueue queue_;
  /// Within process(): what goes out together.
  ByteBuffer* batch_ = nullptr;
  RunningTask task_;
  std::unique_ptr<std::string> held_;  // the message that task_ is about, for a handler that waits
  std::unique_ptr<Inbox> inbox_;       // for a function
  ReceiveAwaiter* receiver_ = nullptr;
  eddy::internal::IntrusiveList<eddy::internal::WaitLink> senders_;
  std::unique_ptr<Texts> texts_;
  std::unique_ptr<RemoteEnd> remote_end_;
  std::optional<CloseCode> close_code_;
  TimePoint armed_ = kNever;
  TimePoint ping_due_ = kNever;
  TimePoint pong_due_ = kNever;
  TimePoint close_due_ = kNever;
  std::size_t accounted_bytes_ = 0;
  std::uint32_t drained_bytes_ = 0;
  std::uint32_t references_ = 1;
  Phase phase_ = Phase::opening;
  bool masks_;  // what is sent: at a client's end
  Io interest_ = Io::none;
  std::unique_ptr<WebSocketSpeaker> speaker_;
  bool in_hook_ = false;
  bool task_runs_ = false;
  bool input_over_ = false;  // nothing more will be given to the speaker
  bool has_taken_ = false;   // a message, and has not come for the next one
  bool end_waits_ = false;   // the peer's close, until then, so that it can still answer
  bool end_failed_ = false;  // which is no close but a mistake of the peer's
  bool told_closed_ = true;  // its close() has been called, or never will be
  bool sheds_ = false;       // the server holds too much
  bool hung_up_ = false;     // the peer has, and what it has sent before has not been read
  bool pong_waits_ = false;  // nothing is read in which it could be
  bool dismissed_ = false;   // it is not to run any more, nor anything else of the program's
  bool left_ = false;        // of the server's list
  /// No more input is there: the next answer need not wait for others.
  bool answers_last_ = false;
};

/// Holds the connection: of a frame of its own that calls out, and of a task's.
class WebSocketConnection::Pin {
 public:
  explicit Pin(WebSocketConnection& connection) noexcept : connection_(&connection) {
    ++connection.references_;
  }
  Pin(Pin&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Pin& operator=(Pin&&) = delete;
  ~Pin() {
    if (connection_ != nullptr) connection_->drop_reference();
  }

 private:
  WebSocketConnection* connection_;
};

}  // namespace eddy::inline v0::web::internal
