// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/server_core.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::ReadyItem;
using eddy::internal::TimerNode;

/// One client: reads requests, hands them to the service one after another, sends the responses.
///
/// No coroutine, and on the plain path (whole requests, handlers that do not wait, a client that
/// reads) no allocation and nothing kept between reads. What arrives is parsed where it was read,
/// in a buffer of the server's; only a rest that is no whole request yet is kept here.
///
/// Counted without atomics: the server's list holds it while it is open, every frame that calls out
/// holds it meanwhile. After shut() it is a shell that the last of them deletes.
class Connection final : public ServerHook,
                         private StreamDelegate,
                         private ReadyItem,
                         private TimerNode,
                         private ExchangeOwner {
 public:
  Connection(std::shared_ptr<ServerCore> server, std::unique_ptr<Stream> stream);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read. Called once, by the server.
  void start() noexcept;
  /// The server stops: closes an idle connection; any other closes behind its response.
  void stop() noexcept;
  /// Ends the connection at once. What its handler still writes goes nowhere.
  void shut() noexcept;

 private:
  class Pin;
  enum class Phase : std::uint8_t {
    head,      // reading a request head; idle, if nothing of one is there
    content,   // reading the content of the request in exchange_
    handling,  // the handler of exchange_ is on the stack, or waits
    closing,   // the last response is on its way; what the client still sends is dropped
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
  void on_timer() override { shut(); }

  // From the exchange.
  void on_finished(Exchange& exchange) noexcept override;
  void log(LogLevel level, std::string_view message) noexcept override;

  void read_some();
  void read_while_handling();
  void drain();
  void input_ended() noexcept;
  void go_on();

  void receive(ByteBuffer& input, ByteBuffer& output);
  bool receive_head(ByteBuffer& input, ByteBuffer& output);
  bool receive_content(ByteBuffer& input, ByteBuffer& output);
  bool begin_content(ByteBuffer& input, ByteBuffer& output);

  bool handle(std::string_view body, ByteBuffer& output);
  bool task_waits();
  void task_done() noexcept;
  bool end_exchange(ByteBuffer& output);
  void respond(ByteBuffer& output);
  void refuse(const ParseError& error, ByteBuffer& output);

  void send(ByteBuffer& output, std::string_view body = {});
  void flush() noexcept;
  void write_failed() noexcept;
  void end_closing();
  void drop_exchange() noexcept;
  void update_interest() noexcept;

  std::shared_ptr<ServerCore> server_;
  std::unique_ptr<Stream> stream_;
  Exchange* exchange_ = nullptr;
  RunningTask task_;
  /// What has been read and is no whole request yet, or waits for its turn.
  ByteBuffer input_;
  /// What the client has not taken yet.
  ByteBuffer output_;
  std::string remote_ip_;
  std::size_t drained_bytes_ = 0;
  std::uint32_t references_ = 1;
  Phase phase_ = Phase::head;
  Io interest_ = Io::none;
  /// The handler is on the stack: nothing else of this connection is touched meanwhile.
  bool in_handler_ = false;
  bool responded_ = false;
  bool close_after_ = false;
  bool end_of_input_ = false;
  /// Something arrived while the handler was on the stack.
  bool read_paused_ = false;
  /// The client may still be sending: a close now would be a reset, which could cost it our answer.
  bool linger_ = false;
};

}  // namespace eddy::inline v0::web::internal
