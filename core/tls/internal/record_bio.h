// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/net/stream.h>
#include <eddy/tls/internal/openssl.h>

namespace eddy::inline v0::tls::internal {

/// OpenSSL's way to a Stream, in place of its own socket BIO, which would raise SIGPIPE and knows
/// descriptors only.
///
/// It hands OpenSSL at most one record an operation, so that an operation does one piece of
/// cryptographic work: a peer's flood of records that carry no data does not hold the Loop. And it
/// takes whatever OpenSSL writes, keeping what the transport does not take, so that a read never
/// waits for a write inside OpenSSL.
class RecordBio {
 public:
  explicit RecordBio(Stream& transport) noexcept : transport_(transport) {}
  RecordBio(const RecordBio&) = delete;
  RecordBio& operator=(const RecordBio&) = delete;
  ~RecordBio();

  /// Gives `ssl` a BIO for both directions; it fails every call once this object is gone. Throws
  /// std::bad_alloc.
  void attach(SSL* ssl);

  /// Every call of OpenSSL that reads or writes stands within one of these.
  class Operation {
   public:
    explicit Operation(RecordBio& bio) noexcept : bio_(bio) { bio_.begin(scratch_); }
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() { bio_.end(); }

   private:
    RecordBio& bio_;
    // Filled by the transport only, and read as far as it was filled.
    std::array<char, 4096> scratch_;
  };

  /// Ciphertext that has been read and not been handed on: work that no descriptor shows.
  [[nodiscard]] bool buffered() const noexcept { return !ahead_.empty(); }
  /// The peer's input has ended.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// Why the transport is over; empty while it is not.
  [[nodiscard]] const std::error_code& error() const noexcept { return error_; }

  /// Bytes that the transport has not taken yet.
  [[nodiscard]] std::size_t unsent() const noexcept { return output_.size(); }
  /// Sends them, as far as the transport takes them.
  void flush() noexcept;
  /// While on, writes are kept for flush(): a flight of the handshake is one send.
  void collect(bool on) noexcept { collecting_ = on; }
  /// Forgets what is unsent; what OpenSSL writes from now on goes nowhere.
  void mute() noexcept;

 private:
  static BIO_METHOD* method() noexcept;
  static int on_read(BIO* bio, char* buffer, int size);
  static int on_write(BIO* bio, const char* data, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  void begin(std::span<char> scratch) noexcept;
  void end() noexcept;
  /// 0: nothing now.
  std::size_t read(std::span<char> buffer) noexcept;
  bool write(std::string_view data) noexcept;
  std::size_t send(std::string_view data) noexcept;
  std::size_t receive(std::span<char> buffer) noexcept;
  std::size_t take(std::span<char> buffer) noexcept;
  void count_records(std::string_view bytes) noexcept;

  Stream& transport_;
  BIO* bio_ = nullptr;
  /// What was read beyond what OpenSSL asked for: in the operation's scratch, later in kept_.
  std::string_view ahead_;
  std::span<char> scratch_;
  std::string kept_;
  std::string output_;
  std::error_code error_;

  // Where in the record layer the input stands: RFC 8446 section 5.1.
  std::array<std::uint8_t, 5> header_{};
  std::uint8_t header_size_ = 0;
  std::uint16_t record_left_ = 0;
  bool record_served_ = false;

  bool in_scratch_ = false;
  bool collecting_ = false;
  bool muted_ = false;
  bool ended_ = false;
};

}  // namespace eddy::inline v0::tls::internal
