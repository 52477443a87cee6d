// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <eddy/core/core.h>
#include <eddy/testing/testing.h>
#include <eddy/tls/tls.h>
#include <tests/core/tls/certificates.h>

namespace eddy_tests {

/// Drives a Stream as the HTTP server does: by a delegate and the try_ calls. Reads what comes, and
/// writes what it is told to.
class StreamUser final : private eddy::StreamDelegate {
 public:
  explicit StreamUser(std::unique_ptr<eddy::Stream> stream) : stream_(std::move(stream)) {
    stream_->set_delegate(this, eddy::Io::read);
  }

  void write(std::string_view text) {
    unsent_ += text;
    send();
  }
  void close() { stream_->close(); }
  void destroy() { stream_.reset(); }
  [[nodiscard]] eddy::Stream& stream() { return *stream_; }

  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool loop_closed() const { return loop_closed_; }
  [[nodiscard]] const std::error_code& error() const { return error_; }
  [[nodiscard]] std::size_t unsent() const { return unsent_.size(); }
  [[nodiscard]] std::size_t calls() const { return calls_; }

  /// The most that is asked for in one read.
  std::size_t read_size = 64 * 1024;
  bool destroy_when_ready = false;

 private:
  void on_stream_ready(eddy::Io events) override {
    ++calls_;
    if (destroy_when_ready) return destroy();
    if (any(events & eddy::Io::write)) send();
    if (stream_ != nullptr && any(events & eddy::Io::read)) receive();
  }
  void on_stream_closed() noexcept override { loop_closed_ = true; }

  void receive() {
    std::string piece(read_size, '\0');
    const eddy::IoResult result = stream_->try_read(piece);
    if (result.would_block()) return;
    received_.append(piece, 0, result.bytes);
    ended_ = ended_ || (!result.error && result.bytes == 0);
    if (result.error) error_ = result.error;
    watch();
  }
  void send() {
    if (unsent_.empty()) return;
    const std::string_view text = unsent_;
    // Two pieces, as head and content of a response are.
    const std::string_view pieces[] = {text.substr(0, text.size() / 3),
                                       text.substr(text.size() / 3)};
    const eddy::IoResult result = stream_->try_write(pieces);
    unsent_.erase(0, result.bytes);
    if (result.error && !result.would_block()) error_ = result.error;
    watch();
  }
  void watch() {
    eddy::Io interest = eddy::Io::none;
    if (!error_ && !ended_) interest = eddy::Io::read;
    if (!error_ && !unsent_.empty()) interest = interest | eddy::Io::write;
    stream_->set_interest(interest);
  }

  std::unique_ptr<eddy::Stream> stream_;
  std::string unsent_;
  std::string received_;
  std::error_code error_;
  std::size_t calls_ = 0;
  bool ended_ = false;
  bool loop_closed_ = false;
};

/// One authority for a whole test program: making keys costs time.
[[nodiscard]] inline const Authority& test_authority() {
  static const Authority one;
  return one;
}

/// For localhost, signed by test_authority().
[[nodiscard]] inline eddy::tls::ServerContextOptions localhost_options() {
  static const MadeCertificate certificate = test_authority().issue();
  return {.certificates = {certificate.as_text()}};
}

/// A server and a client that trusts it.
struct Contexts {
  explicit Contexts(const eddy::tls::ServerContextOptions& options = localhost_options(),
                    eddy::tls::ClientContextOptions client_options = {})
      : server(options), client([&] {
          if (client_options.ca_pem.empty()) client_options.ca_pem = test_authority().certificate();
          return client_options;
        }()) {}
  eddy::tls::ServerContext server;
  eddy::tls::ClientContext client;
};

/// A client and a server on one ManualLoop; what they send each other goes through the test's
/// hands.
class MemoryPeers {
 public:
  explicit MemoryPeers(Contexts& contexts, std::string_view host = "localhost",
                       eddy::LoopOptions options = {})
      : loop(std::move(options)) {
    loop.set_log_sink(log.sink());
    server = std::make_unique<StreamUser>(contexts.server.accept(open(server_end)));
    client = std::make_unique<StreamUser>(contexts.client.connect(open(client_end), host));
  }

  /// Carries bytes between the two until nothing moves, at most `piece` at a time.
  void exchange(std::size_t piece = std::string::npos) {
    for (bool moved = true; moved;) {
      loop.run_until_idle();
      moved = carry(client_end, server_end, piece);
      moved |= carry(server_end, client_end, piece);
    }
  }
  /// True: something was carried.
  static bool carry(eddy::testing::ManualPeer& from, eddy::testing::ManualPeer& to,
                    std::size_t most = std::string::npos) {
    const std::string data = from.read(most);
    to.write(data);
    return !data.empty();
  }

  eddy::testing::CapturedLog log;
  eddy::testing::ManualLoop loop;
  /// What the test holds of each side's connection.
  eddy::testing::ManualPeer server_end;
  eddy::testing::ManualPeer client_end;
  std::unique_ptr<StreamUser> server;
  std::unique_ptr<StreamUser> client;

 private:
  std::unique_ptr<eddy::Stream> open(eddy::testing::ManualPeer& end) {
    auto opened = loop.system().open_connection();
    end = opened.peer;
    std::error_code error;
    return eddy::internal::make_socket_stream(eddy::internal::core_of(loop), opened.fd,
                                              eddy::Address::parse("127.0.0.1", 1, error));
  }
};

}  // namespace eddy_tests
