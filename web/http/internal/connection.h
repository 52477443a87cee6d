// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/encoding.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/outgoing.h>
#include <eddy/web/http/internal/patience.h>
#include <eddy/web/http/internal/request_content.h>
#include <eddy/web/http/internal/server_core.h>
#include <eddy/web/http/response_writer.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::ReadyItem;
using eddy::internal::TimerNode;

/// One client: reads requests, hands them to the service one after another, sends the responses.
///
/// No coroutine, and on the plain path (whole requests, handlers that do not wait, a client that
/// reads) no allocation and nothing kept between reads. What arrives is parsed where it was read,
/// in a buffer of the server's; only a rest that is no whole request yet is kept here. What a
/// handler reads or sends piece by piece goes through its exchange's BodyStream and through
/// on_flush().
///
/// Counted without atomics: the server's list holds it while it is open, every frame that calls out
/// holds it meanwhile. After shut() it is a shell that the last of them deletes.
class Connection final : public HomeConnection,
                         private StreamDelegate,
                         private ReadyItem,
                         private TimerNode,
                         private ExchangeOwner {
 public:
  /// Within the server's accept().
  Connection(std::shared_ptr<ServerCore> server, std::unique_ptr<Stream> stream,
             AddressCount counted);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. Called once, by the server.
  void start() noexcept;
  /// The server stops: closes an idle connection, and with `at_once` one that has not sent a whole
  /// request yet; any other closes behind its response. True: it has been closed.
  bool stop(bool at_once) noexcept override;
  /// Ends the connection at once. What its handler still writes goes nowhere.
  void shut() noexcept override;

 private:
  class Pin;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  enum class Phase : std::uint8_t {
    head,      // reading a request head; idle, if nothing of one is there
    content,   // reading the content of the request in exchange_
    handling,  // the handler of exchange_ is on the stack, or waits
    closing,   // the last response is on its way; what the client still sends is dropped
    upgraded,  // the last response was a 101: behind it the connection is another protocol's
    shut,
  };

  ~Connection() = default;
  void drop_reference() noexcept;

  // From the loop.
  void on_stream_ready(Io events) override;
  void on_stream_closed() noexcept override { shut(); }
  [[nodiscard]] const char* stream_label() const noexcept override { return "http"; }
  void run() override;
  [[nodiscard]] const char* label() const noexcept override { return "http"; }
  void on_timer() override;

  // From the exchange.
  bool on_flush(Exchange& exchange) override;
  void on_body_wanted() noexcept override;
  void on_body_pace() noexcept override;
  void on_finished(Exchange& exchange) noexcept override;
  void log(LogLevel level, std::string_view message) noexcept override;
  [[nodiscard]] TimePoint present_time() const noexcept override;

  [[nodiscard]] bool read_ahead(std::size_t most) noexcept;
  void read_some();
  bool read_content();
  void read_while_handling();
  void read_streamed();
  void drain();
  void input_ended() noexcept;
  void go_on();

  void receive(ByteBuffer& input, ByteBuffer& output);
  bool receive_head(ByteBuffer& input, ByteBuffer& output);
  bool receive_content(ByteBuffer& input, ByteBuffer& output);
  bool take_content(ByteBuffer& input, ByteBuffer& output);
  [[nodiscard]] bool content_is_there() const;
  bool begin_decoding(std::size_t limit);
  bool decode_content(ByteBuffer& output);
  void rename_consumed_coding();
  bool begin_content(ByteBuffer& input, ByteBuffer& output);
  void begin_stream(ByteBuffer& input);

  bool handle(std::string_view body, ByteBuffer& output);
  bool task_waits();
  void task_done() noexcept;
  bool end_exchange(ByteBuffer& output);
  void end_stream();
  void hand_over() noexcept;

  bool respond(ByteBuffer& output);
  void respond_whole(ByteBuffer& output);
  void send_large(ByteBuffer& output);
  ResponseHead write_head(ByteBuffer& output, std::optional<std::uint64_t> length);
  void note_close(const ResponseHead& head) noexcept;
  bool write_streamed(ByteBuffer& output, bool last);
  void write_piece(ByteBuffer& output, std::string_view piece);
  void go_on_responding();
  void identify();

  void choose_coding(std::optional<std::uint64_t> size);
  bool encode(std::string& content, ContentEncoder::Flush flush);
  void refuse(const ParseError& error, ByteBuffer& output);
  void refuse_now(const ParseError& error);
  void log_request();
  void log_misuse(const std::logic_error& error);

  void send(ByteBuffer& output, std::string_view body = {});
  void flush();
  void write_failed() noexcept;
  void client_left() noexcept;
  void end_closing();
  void drop_exchange() noexcept;

  // What is waited for, after each event.
  void update() noexcept;
  void update_interest() noexcept;
  void update_patience();
  /// The server's, or those that the handler has set for the content that it reads.
  [[nodiscard]] HttpTimeouts timeouts_of_stream() const noexcept;
  void arm();
  void update_account() noexcept;
  [[nodiscard]] bool holds_nothing() const noexcept;
  [[nodiscard]] Patience::For awaited() const noexcept;
  void timed_out();
  void fail_content(const ParseError& error);
  bool look_again();

  std::shared_ptr<ServerCore> server_;
  std::unique_ptr<Stream> stream_;
  Exchange* exchange_ = nullptr;
  RunningTask task_;
  /// What has been read and is no whole request yet, or waits for its turn.
  ByteBuffer input_;
  Outgoing outgoing_;
  Patience patience_;
  /// What the timer is set to.
  TimePoint armed_ = kNever;
  AddressCount counted_;
  /// Within receive(): the responses that go out together. A handler's flush() goes behind them.
  ByteBuffer* batch_ = nullptr;
  /// Memory of buffers that the server has been told of.
  std::size_t accounted_bytes_ = 0;
  std::uint32_t drained_bytes_ = 0;
  std::uint32_t requests_ = 0;
  std::uint32_t references_ = 1;
  Phase phase_ = Phase::head;
  Io interest_ = Io::none;
  // Bits, as there are thousands of connections.
  /// The handler is on the stack: nothing else of this connection is touched meanwhile.
  bool in_handler_ : 1 = false;
  bool close_after_ : 1 = false;
  bool end_of_input_ : 1 = false;
  /// Something arrived while the handler was on the stack.
  bool read_paused_ : 1 = false;
  /// The client may still be sending: a close now would be a reset, which could cost it our answer.
  bool linger_ : 1 = false;
  /// What should have been a 101 has become an error.
  bool not_upgraded_ : 1 = false;
  /// See Exchange.
  bool from_this_machine_ : 1 = false;
};

/// Holds the connection while a frame of it calls out.
class Connection::Pin {
 public:
  explicit Pin(Connection& connection) noexcept : connection_(connection) {
    ++connection.references_;
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() { connection_.drop_reference(); }

 private:
  Connection& connection_;
};

}  // namespace eddy::inline v0::web::internal
