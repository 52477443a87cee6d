// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <eddy/core/loop/remote.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/web/live/remote_send.h>

namespace eddy::inline v0::web::internal {

/// Messages on their way from other threads to something of a Loop's.
class RemoteOutbox : public std::enable_shared_from_this<RemoteOutbox> {
 public:
  /// On the Loop's thread.
  class Sink {
   public:
    virtual void take_remote(std::string_view data, bool binary) = 0;

   protected:
    ~Sink() = default;
  };

  RemoteOutbox(std::shared_ptr<eddy::internal::LoopCore> loop, Sink& sink, std::size_t most_bytes);

  /// From any thread. Throws std::bad_alloc.
  RemoteSend send(std::string_view data, bool binary);
  /// The sink goes; on the Loop's thread.
  void close() noexcept;

 private:
  struct Item {
    std::string data;
    bool binary;
    [[nodiscard]] std::size_t bytes() const noexcept { return data.capacity() + sizeof(Item); }
  };
  class Delivery;

  void deliver();
  [[nodiscard]] bool post();
  [[nodiscard]] bool post_rest() noexcept;
  bool take(Item& item);

  const std::shared_ptr<eddy::internal::LoopCore> loop_;  // used on its thread
  const Remote remote_;
  const std::size_t most_bytes_;
  Sink* sink_;  // of the Loop's thread
  std::mutex mutex_;
  // Of whoever holds the mutex:
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  bool posted_ = false;
  bool closed_ = false;
};

}  // namespace eddy::inline v0::web::internal
