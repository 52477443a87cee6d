// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/stream_layer.h>
#include <eddy/tls/error.h>
#include <eddy/tls/internal/record_bio.h>
#include <eddy/tls/internal/session.h>

namespace eddy::inline v0::tls::internal {

using eddy::internal::LoopCore;
using eddy::internal::ReadyItem;
using eddy::internal::TimerNode;

/// What a context gives each of its connections.
struct Endpoint {
  SslPtr ssl;
  std::shared_ptr<const void> context;
  std::shared_ptr<Counters> counters;
  Duration handshake_timeout{};
};

/// TLS over a Stream, for either side.
///
/// Driven from below by the transport's readiness, from above by try_read and try_write, whichever
/// comes first; each does at most one operation of RecordBio. What is left to do without the
/// transport (a record that has been read with another, a client's first flight, an error to tell
/// of) stands in the Loop's ready list as long as somebody waits for it.
class TlsStream final : public LayeredStream, private ReadyItem, private TimerNode {
 public:
  TlsStream(std::unique_ptr<Stream> transport, Endpoint endpoint);
  ~TlsStream() override { TlsStream::close(); }

  IoResult try_read(std::span<char> buffer) noexcept override;
  IoResult try_write(std::span<const std::string_view> pieces) noexcept override;
  void set_delegate(StreamDelegate* delegate, Io interest) noexcept override;
  void set_interest(Io interest) noexcept override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  [[nodiscard]] const TlsInfo* tls() const noexcept override { return session_.get(); }
  [[nodiscard]] bool secure() const noexcept override { return true; }

  void log(LogLevel level, const std::string& message) noexcept;

  /// Why the connection is over; none while it is not.
  [[nodiscard]] const std::error_code& error() const noexcept { return error_; }
  /// What is known beyond that of a handshake that has failed; empty for nothing.
  [[nodiscard]] std::string failure_text() const;

 private:
  /// The transport's delegate.
  class Below final : public StreamDelegate {
   public:
    explicit Below(TlsStream& stream) noexcept : stream_(stream) {}
    void on_stream_ready(Io events) override { stream_.go_on(events); }
    void on_stream_closed() noexcept override { stream_.loop_closed(); }
    [[nodiscard]] const char* stream_label() const noexcept override { return stream_.label(); }

   private:
    TlsStream& stream_;
  };

  void run() override { go_on(Io::none); }
  [[nodiscard]] const char* label() const noexcept override;
  void on_timer() override;

  void go_on(Io events);
  void loop_closed() noexcept;
  void step_handshake() noexcept;
  void finish_handshake() noexcept;
  void handshake_failed(int ssl_error) noexcept;
  IoResult read_record(std::span<char> buffer) noexcept;
  IoResult read_nothing(int ssl_error) noexcept;
  void write_records(std::span<const std::string_view> pieces, IoResult& result) noexcept;
  bool write_record(std::string_view data, IoResult& result) noexcept;

  void flush() noexcept;
  void send_close_notify() noexcept;
  void fail(std::error_code error) noexcept;
  [[nodiscard]] std::error_code classify(int ssl_error) const noexcept;

  [[nodiscard]] bool established() const noexcept { return session_->established(); }
  [[nodiscard]] bool may_read() const noexcept;
  [[nodiscard]] bool input_buffered() const noexcept;
  [[nodiscard]] bool has_work() const noexcept;
  void settle() noexcept;

  Below below_{*this};
  RecordBio bio_;
  std::shared_ptr<Session> session_;
  std::shared_ptr<Counters> counters_;
  StreamDelegate* delegate_ = nullptr;
  std::error_code error_;
  /// OpenSSL's words for it, literals of its own; or null.
  const char* reason_ = nullptr;
  Io interest_ = Io::none;
  Io transport_interest_ = Io::none;
  /// When the handshake has taken too long.
  TimePoint due_;
  /// A client's first flight has been made, or it is the peer who begins.
  bool begun_ = false;
  bool input_over_ = false;
  bool output_over_ = false;
  /// The last byte of the record that is on its way has not been told as written yet.
  bool held_byte_ = false;
};

}  // namespace eddy::inline v0::tls::internal
