// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/base/time.h>
#include <eddy/core/net/tls_info.h>
#include <eddy/tls/internal/openssl.h>

namespace eddy::inline v0::tls::internal {

/// What a context counts; its connections may be on several threads.
struct Counters {
  std::atomic<std::uint64_t> handshakes{0};
  std::atomic<std::uint64_t> resumed{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> plain_text{0};
  std::atomic<std::uint64_t> timed_out{0};

  static void add(std::atomic<std::uint64_t>& counter) noexcept {
    counter.fetch_add(1, std::memory_order_relaxed);
  }
};

/// One connection's SSL, which may be asked about after the connection has gone.
class Session final : public TlsInfo {
 public:
  /// `context` is what the callbacks of `ssl` stand on. Throws std::bad_alloc.
  Session(SslPtr ssl, std::shared_ptr<const void> context);

  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }
  /// The session of an SSL within a callback of OpenSSL's.
  [[nodiscard]] static const Session& of(const SSL* ssl) noexcept;

  template <class Context>
  [[nodiscard]] const Context* context() const noexcept {
    return static_cast<const Context*>(context_.get());
  }

  void set_established() noexcept { established_ = true; }
  void set_input_truncated() noexcept { input_truncated_ = true; }
  /// The Loop's time, for the callbacks of the handshake.
  void set_time(TimePoint now) noexcept { time_ = now; }
  [[nodiscard]] TimePoint time() const noexcept { return time_; }

  [[nodiscard]] bool established() const noexcept override { return established_; }
  [[nodiscard]] std::string_view version() const noexcept override;
  [[nodiscard]] std::string_view cipher() const noexcept override;
  [[nodiscard]] std::string_view application_protocol() const noexcept override;
  [[nodiscard]] std::string_view server_name() const noexcept override;
  [[nodiscard]] bool resumed() const noexcept override;
  [[nodiscard]] bool input_truncated() const noexcept override { return input_truncated_; }
  [[nodiscard]] std::string peer_certificate() const override;
  [[nodiscard]] std::string peer_subject() const override;

 private:
  [[nodiscard]] X509Ptr certificate() const noexcept;

  std::shared_ptr<const void> context_;
  SslPtr ssl_;
  TimePoint time_{};
  bool established_ = false;
  bool input_truncated_ = false;
};

}  // namespace eddy::inline v0::tls::internal
