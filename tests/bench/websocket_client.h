// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The other end of the WebSockets that are measured: the same for every server.
namespace bench {

/// What the client offers of permessage-deflate.
enum class Deflate { none, per_message, takeover };

/// Ends the program: nothing can be said about a server that does this.
[[noreturn]] void fail(const std::string& what);

/// What comes of one message's compressed payload. Throws nothing: it ends the program.
std::string inflated(std::string_view payload);
/// The payload of a message that is compressed by itself.
std::string deflated(std::string_view message);

/// A WebSocket whose peer is the server. A message that it is about to send is made once; each
/// next one differs from it in the first eight bytes.
class ClientSocket {
 public:
  ClientSocket() = default;
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;
  ~ClientSocket();

  /// Connects to 127.0.0.1 from one of the addresses behind it: each has some 28,000 ports.
  void connect(int port, std::size_t number);
  void send_handshake(const std::string& path, int port, Deflate deflate);
  /// Waits for the answer, which must accept it; with Deflate also the extension.
  void read_handshake(Deflate deflate);
  [[nodiscard]] int fd() const { return fd_; }

  /// Makes the frame of the next message, masked by a key of its own.
  void set_message(std::string_view message, std::uint8_t opcode, bool compress);
  /// Sends it, numbered where `number` is not 0.
  void send_message(std::uint32_t number);
  /// Sends what has been sent in part; true when nothing is left.
  bool send_rest();
  [[nodiscard]] std::string_view message() const { return message_; }

  /// Reads once, without waiting; pings are answered. `take(payload, compressed)` is called for
  /// each whole message. False: the server has closed it.
  template <class Take>
  bool receive(Take take);

  [[nodiscard]] std::uint64_t pings() const { return pings_; }
  std::chrono::steady_clock::time_point sent_at{};

 private:
  struct Message {
    std::string_view payload;
    bool compressed;
  };
  bool read_more();
  /// The next whole message of what has been read; its payload is valid until the next call.
  bool next_message(Message& message);
  void keep_rest();
  void answer_ping(std::string_view payload);
  void send_control(std::uint8_t opcode, std::string_view payload);
  void send_bytes(std::string_view bytes);

  int fd_ = -1;
  std::uint64_t pings_ = 0;
  std::string message_;
  std::string frame_;
  std::size_t payload_at_ = 0;
  std::size_t sent_ = 0;
  std::string rest_;       // of a frame
  std::string fragments_;  // of a message
  bool in_message_ = false;
  bool fragments_compressed_ = false;
  bool closed_ = false;
};

template <class Take>
bool ClientSocket::receive(Take take) {
  if (!read_more()) return false;
  Message message;
  while (next_message(message)) take(message.payload, message.compressed);
  keep_rest();
  return !closed_;
}

}  // namespace bench
