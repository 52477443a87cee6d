// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/executor.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <eddy/core/base/signal_mask.h>

namespace eddy::inline v0 {

namespace {

std::size_t default_threads() noexcept {
  return std::min<std::size_t>(std::thread::hardware_concurrency() + 4, 32);
}

}  // namespace

/// Shared by the pool and its threads, which may outlive it.
class Executor::State : public std::enable_shared_from_this<Executor::State> {
 public:
  explicit State(ExecutorOptions options)
      : limit_(options.queue_limit),
        max_threads_(options.threads != 0 ? options.threads : default_threads()) {}

  bool submit(UniqueFunction<void()>& job) {
    const std::lock_guard lock(mutex_);
    if (idle_ <= jobs_.size() && threads_ < max_threads_) start_thread();
    if (threads_ == 0 || jobs_.size() >= limit_ + idle_) return false;
    jobs_.push_back(std::move(job));
    work_.notify_one();
    return true;
  }

  void close() noexcept {
    std::deque<UniqueFunction<void()>> dropped;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      dropped.swap(jobs_);
    }
    work_.notify_all();
  }

 private:
  void start_thread() noexcept try {
    const internal::SignalsBlocked blocked;
    std::thread([self = shared_from_this()] { self->run(); }).detach();
    ++threads_;
    ++idle_;
  } catch (const std::exception&) {
    // The threads that there are go on; a later call tries again.
  }

  void run() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
      --idle_;
      if (jobs_.empty()) return;
      UniqueFunction<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
      ++idle_;
    }
  }

  const std::size_t limit_;
  const std::size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<UniqueFunction<void()>> jobs_;
  std::size_t threads_ = 0;
  /// Threads that wait for a job, those that have been started and not begun to run included.
  std::size_t idle_ = 0;
  bool closed_ = false;
};

Executor::Executor(ExecutorOptions options) : state_(std::make_shared<State>(options)) {}
Executor::~Executor() { state_->close(); }
bool Executor::try_submit(UniqueFunction<void()>& job) { return state_->submit(job); }

}  // namespace eddy::inline v0
