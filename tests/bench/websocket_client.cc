// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <tests/bench/websocket_client.h>
#include <tests/bench/websocket_frames.h>

namespace bench {

namespace {

constexpr std::size_t kPerAddress = 8000;
// The key of RFC 6455, 1.3, and what has to be made of it.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What has just been read, behind what had been kept: one for all sockets.
struct Input {
  std::vector<char> bytes = std::vector<char>(1 << 20);
  std::size_t at = 0;
  std::size_t end = 0;
};
Input input;

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "websocket_load: %s\n", what.c_str());
  std::exit(1);
}

// ---- Compression --------------------------------------------------------------------------------

std::string inflated(std::string_view payload) {
  std::string whole(payload);
  whole.append("\x00\x00\xff\xff", 4);  // RFC 7692, 7.2.2
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) fail("no memory");
  stream.next_in = reinterpret_cast<Bytef*>(whole.data());
  stream.avail_in = static_cast<uInt>(whole.size());
  std::string out;
  std::array<char, 16 * 1024> piece;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_BUF_ERROR) fail("what came can't be decompressed");
    out.append(piece.data(), piece.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  inflateEnd(&stream);
  return out;
}

std::string deflated(std::string_view message) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) fail("no memory");
  std::string out(deflateBound(&stream, static_cast<uLong>(message.size())) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_in != 0) fail("zlib");
  out.resize(out.size() - stream.avail_out - 4);  // RFC 7692, 7.2.1
  deflateEnd(&stream);
  return out;
}

// ---- The handshake ------------------------------------------------------------------------------

ClientSocket::~ClientSocket() {
  if (fd_ >= 0) close(fd_);
}

void ClientSocket::connect(int port, std::size_t number) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail(std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  // Closing resets it, so that none waits for minutes in the kernel.
  const linger reset{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto own = static_cast<std::uint32_t>(INADDR_LOOPBACK + 1 + number / kPerAddress);
  const sockaddr_in from{AF_INET, 0, {htonl(own)}, {}};
  const sockaddr_in to{
      AF_INET, htons(static_cast<std::uint16_t>(port)), {htonl(INADDR_LOOPBACK)}, {}};
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    fail("connection " + std::to_string(number) + ": " + std::strerror(errno));
  }
}

void ClientSocket::send_handshake(const std::string& path, int port, Deflate deflate) {
  std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ";
  request.append(kKey).append("\r\nSec-WebSocket-Version: 13\r\n");
  if (deflate == Deflate::per_message) {
    request +=
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
        "client_no_context_takeover\r\n";
  } else if (deflate == Deflate::takeover) {
    request += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  }
  send_bytes(request + "\r\n");
}

void ClientSocket::read_handshake(Deflate deflate) {
  std::string answer;
  while (!answer.ends_with("\r\n\r\n")) {
    std::array<char, 4096> piece;
    // Nothing comes behind it before something has been sent.
    const ssize_t size = recv(fd_, piece.data(), piece.size(), 0);
    if (size <= 0) fail("no answer to a handshake, but: " + answer);
    answer.append(piece.data(), static_cast<std::size_t>(size));
  }
  const bool accepted = answer.starts_with("HTTP/1.1 101") && answer.find(kAccept) != answer.npos;
  if (!accepted) fail("a handshake was answered by " + answer);
  const bool compressed = lower(answer).find("permessage-deflate") != answer.npos;
  if (compressed != (deflate != Deflate::none)) fail("compression was not agreed upon: " + answer);
}

// ---- Output -------------------------------------------------------------------------------------

void ClientSocket::set_message(std::string_view message, std::uint8_t opcode, bool compress) {
  message_ = message;
  const std::string payload = compress ? deflated(message) : message_;
  char header[kLongestHeader];
  const auto first = static_cast<std::uint8_t>(kFin | (compress ? kCompressed : 0U) | opcode);
  const std::size_t size = write_frame_header(header, first, true, payload.size());
  char key[kKeySize];
  if (getrandom(key, sizeof key, 0) != sizeof key) fail("getrandom");
  frame_.assign(header, size).append(key, sizeof key).append(payload);
  payload_at_ = size + kKeySize;
  apply_key(frame_.data() + payload_at_, payload.size(), key);
}

void ClientSocket::send_message(std::uint32_t number) {
  if (number != 0) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char* const to = frame_.data() + payload_at_;
    const char* const key = to - kKeySize;
    for (std::size_t i = 0; i < 8; ++i, number >>= 4U) {
      message_[i] = kDigits[number & 0xFU];
      to[i] = static_cast<char>(message_[i] ^ key[i % kKeySize]);
    }
  }
  sent_ = 0;
  if (!send_rest()) fail("a message was not taken at once");
}

bool ClientSocket::send_rest() {
  const ssize_t size =
      send(fd_, frame_.data() + sent_, frame_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (size < 0 && errno != EAGAIN) fail(std::string("send: ") + std::strerror(errno));
  sent_ += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
  return sent_ == frame_.size();
}

void ClientSocket::send_bytes(std::string_view bytes) {
  if (send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    fail(std::string("send: ") + std::strerror(errno));
  }
}

void ClientSocket::send_control(std::uint8_t opcode, std::string_view payload) {
  char header[kLongestHeader];
  const auto first = static_cast<std::uint8_t>(kFin | opcode);
  std::string frame(header, write_frame_header(header, first, true, payload.size()));
  // A key of zeros masks nothing.
  frame.append(kKeySize, '\0').append(payload);
  send_bytes(frame);
}

// ---- Input --------------------------------------------------------------------------------------

bool ClientSocket::read_more() {
  if (input.bytes.size() < rest_.size() + (512 << 10)) input.bytes.resize(2 * input.bytes.size());
  std::memcpy(input.bytes.data(), rest_.data(), rest_.size());
  const ssize_t size =
      recv(fd_, input.bytes.data() + rest_.size(), input.bytes.size() - rest_.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) {
    input.at = 0;
    input.end = rest_.size();
    return true;
  }
  if (size <= 0) return false;
  input.at = 0;
  input.end = rest_.size() + static_cast<std::size_t>(size);
  return true;
}

bool ClientSocket::next_message(Message& message) {
  for (;;) {
    char* const at = input.bytes.data() + input.at;
    const std::size_t left = input.end - input.at;
    const auto header = read_frame_header(at, left);
    if (!header || header->payload > left - header->size) return false;
    if (header->masked) fail("a frame of the server's is masked");
    const std::string_view payload(at + header->size, header->payload);
    input.at += header->size + header->payload;
    const bool fin = (header->first & kFin) != 0;
    switch (header->first & kOpcode) {
      case kPing:
        answer_ping(payload);
        continue;
      case kPong:
        continue;
      case kClose:
        closed_ = true;
        continue;
      case kText:
      case kBinary:
        if (in_message_) fail("a message within another one");
        if (fin) {
          message = {payload, (header->first & kCompressed) != 0};
          return true;
        }
        in_message_ = true;
        fragments_compressed_ = (header->first & kCompressed) != 0;
        fragments_ = payload;
        continue;
      case kContinuation:
        if (!in_message_) fail("a continuation of nothing");
        fragments_ += payload;
        if (!fin) continue;
        in_message_ = false;
        message = {fragments_, fragments_compressed_};
        return true;
      default:
        fail("an unknown opcode");
    }
  }
}

void ClientSocket::keep_rest() {
  if (input.at == input.end) {
    if (!rest_.empty()) std::string().swap(rest_);
  } else {
    rest_.assign(input.bytes.data() + input.at, input.end - input.at);
  }
}

void ClientSocket::answer_ping(std::string_view payload) {
  ++pings_;
  send_control(kPong, payload);
}

}  // namespace bench
