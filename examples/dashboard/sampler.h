// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include <eddy/web/http/json_encode.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/message_buffer.h>
#include <eddy/web/web.h>

namespace dashboard {

/// Looks at the loop and at the program as long as somebody watches, and keeps what it has seen in
/// the last minute or so. Thread: the Loop's.
class Sampler {
 public:
  Sampler(eddy::Loop& loop, std::chrono::milliseconds pace)
      : loop_(loop), tick_(std::max(pace / kTicks, std::chrono::milliseconds(1))) {}
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler() { loop_.remove_timeout(timer_); }

  void set_server(const eddy::web::Server& server) { server_ = &server; }

  /// Every sample that this client has not got yet, and then each new one.
  eddy::Task<void> tell(eddy::web::EventStream& events) {
    const Watcher watcher(*this);
    std::uint64_t cursor = number(events.last_event_id());
    for (;;) {
      const auto news = co_await samples_.wait_after(cursor);
      std::uint64_t id = news.cursor - news.messages.size();
      for (const std::string& sample : news.messages) {
        co_await events.send({sample, "sample", std::to_string(++id)});
      }
      cursor = news.cursor;
    }
  }

 private:
  static constexpr int kTicks = 10;
  static constexpr std::size_t kKept = 120;

  /// One page: there are timers while there is one.
  struct Watcher {
    explicit Watcher(Sampler& of) : sampler(of) {
      if (sampler.watchers_++ == 0) sampler.expect();
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher() {
      if (--sampler.watchers_ == 0) sampler.loop_.remove_timeout(sampler.timer_);
    }
    Sampler& sampler;
  };

  void expect() {
    due_ = loop_.now() + tick_;
    timer_ = loop_.call_at(due_, [this] { look(); });
  }

  void look() {
    const std::chrono::duration<double, std::milli> late = loop_.now() - due_;
    latest_ = std::max(latest_, late.count());
    if (++ticks_ == kTicks) {
      samples_.add(eddy::web::json_encode(eddy::web::JsonObject()
                                              .add("late_ms", latest_)
                                              .add("connections", connections())
                                              .add("memory_kib", memory_kib())));
      ticks_ = 0;
      latest_ = 0;
    }
    expect();
  }

  [[nodiscard]] std::size_t connections() const {
    return server_ != nullptr ? server_->stats().connections : 0;
  }
  static std::uint64_t memory_kib() {
    std::ifstream file("/proc/self/statm");  // no disk is behind it
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 1024;
  }
  static std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  eddy::Loop& loop_;
  std::chrono::milliseconds tick_;
  const eddy::web::Server* server_ = nullptr;
  eddy::web::MessageBuffer<std::string> samples_{kKept};
  eddy::TimeoutHandle timer_;
  eddy::TimePoint due_{};
  double latest_ = 0;
  int ticks_ = 0;
  int watchers_ = 0;
};

}  // namespace dashboard
