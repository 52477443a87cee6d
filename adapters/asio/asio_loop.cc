// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/asio/asio_loop.h>

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <typeinfo>
#include <utility>
#include <vector>

#ifdef EDDY_ASIO_STANDALONE
#  include <asio/dispatch.hpp>
#  include <asio/posix/stream_descriptor.hpp>
#  include <asio/post.hpp>
#  include <asio/steady_timer.hpp>
#  include <asio/strand.hpp>
#else
#  include <boost/asio/dispatch.hpp>
#  include <boost/asio/posix/stream_descriptor.hpp>
#  include <boost/asio/post.hpp>
#  include <boost/asio/steady_timer.hpp>
#  include <boost/asio/strand.hpp>
#endif

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

#ifdef EDDY_ASIO_STANDALONE
inline namespace standalone_asio {
#else
inline namespace boost_asio {
#endif

namespace {

namespace net = asio_library;
using IoExecutor = net::io_context::executor_type;

/// The strand that a Loop is held to, and the io_context below it, where that is what it is.
struct Place {
  net::any_io_executor strand;
  bool (*inside)(const net::any_io_executor& strand) = nullptr;
  net::io_context* io = nullptr;
};

/// Asio 1.22's any_executor::target does not look at the type.
template <class Executor>
const Executor* target_of(const net::any_io_executor& executor) {
  return executor.target_type() == typeid(Executor) ? executor.target<Executor>() : nullptr;
}

template <class Strand>
bool runs_here(const net::any_io_executor& strand) {
  return strand.target<Strand>()->running_in_this_thread();
}

Place place_of(const net::any_io_executor& executor) {
  using IoStrand = net::strand<IoExecutor>;
  using AnyStrand = net::strand<net::any_io_executor>;
  if (const auto* strand = target_of<IoStrand>(executor)) {
    return {executor, runs_here<IoStrand>, &strand->get_inner_executor().context()};
  }
  if (const auto* strand = target_of<AnyStrand>(executor)) {
    const net::any_io_executor inner = strand->get_inner_executor();
    const auto* io = target_of<IoExecutor>(inner);
    return {executor, runs_here<AnyStrand>, io != nullptr ? &io->context() : nullptr};
  }
  if (const auto* io = target_of<IoExecutor>(executor)) return place_of(net::make_strand(*io));
  return place_of(net::make_strand(executor));
}

/// A signal, or a process that was stopped and goes on, may end even a poll that does not wait, and
/// says nothing of the descriptor.
bool readable_now(int fd) noexcept {
  pollfd state{fd, POLLIN, 0};
  int count = 0;
  do {
    count = ::poll(&state, 1, 0);
  } while (count < 0 && errno == EINTR);
  // Without memory for it, as if it were: run() goes on rather than forget a post.
  return count != 0;
}

/// What Asio's handlers hold, never the Host: they may come after it. An armed wait counts as the
/// io_context's work, so run() would never return; while the Loop keeps nothing alive the count is
/// set off by one ("weak"). Only a handler does that, which counts itself: a count that reached
/// zero before run() would stop the context.
class Cell : public std::enable_shared_from_this<Cell> {
 public:
  explicit Cell(Place place) : place_(std::move(place)) {}

  [[nodiscard]] const Place& place() const noexcept { return place_; }

  void attach(Dispatcher dispatcher) {
    dispatcher_ = std::move(dispatcher);
    descriptor_.emplace(
        place_.io != nullptr ? net::any_io_executor(place_.io->get_executor()) : place_.strand,
        dispatcher_.fd());
    arm();
    keep_alive(false);
  }

  void detach() noexcept {
    strengthen();
    dispatcher_ = {};
    if (!descriptor_) return;  // attach has failed
    descriptor_->release();
    descriptor_.reset();
  }

  /// The context is being destroyed; the services of descriptors and strands are still there.
  void host_gone() noexcept {
    const Dispatcher dispatcher = std::exchange(dispatcher_, {});
    if (!dispatcher) return;
    // First: a thread that posts strengthens the wait until the queue is closed.
    dispatcher.host_gone();
    if (dispatcher.in_forked_child()) {
      // Ending the watch would end that of the parent's epoll set: nothing of it is destroyed.
      kept_ = shared_from_this();
    } else {
      descriptor_->release();
      descriptor_.reset();
      place_ = {};
    }
  }

  [[nodiscard]] Access access() const noexcept {
    if (place_.inside(place_.strand)) return Access::inside;
    return running_.load(std::memory_order_acquire) == 0 ? Access::free : Access::elsewhere;
  }

  void keep_alive(bool on) noexcept try {
    alive_ = on;
    if (on) return strengthen();
    net::dispatch(place_.strand, [cell = shared_from_this()] { cell->settle(); });
  } catch (const std::bad_alloc&) {
    // The wait goes on counting until the next turn has ended.
  }

  /// Thread-safe. The wait counts from now on; for a post this lasts until the turn that runs it.
  /// It counts before it is called strong: whoever finds it strong relies on that.
  void strengthen() noexcept {
    if (!weak_) return;
    const IoExecutor executor = place_.io->get_executor();
    executor.on_work_started();
    if (!weak_.exchange(false)) executor.on_work_finished();
  }

  std::error_code run_once(bool wait) {
    if (place_.io == nullptr) return Errc::not_pumpable;
    net::io_context& io = *place_.io;
    const bool nested = place_.inside(place_.strand);
    if (io.stopped()) {
      if (nested) return Errc::stopped;
      io.restart();
    }
    const auto pumped_outside = pumper_.exchange(std::this_thread::get_id());
    // A turn that waits for the strand that this thread holds: others run the context too.
    overtaken_ = nested && waiting_;
    if (overtaken_) {
      pumper_ = pumped_outside;
      return Errc::not_pumpable;
    }
    // Without this work run_one would not wait for timers and descriptors that do not count.
    io.get_executor().on_work_started();
    wait ? io.run_one() : io.poll_one();
    pumper_ = pumped_outside;
    const bool stopped = io.stopped();
    io.get_executor().on_work_finished();
    if (stopped) return Errc::stopped;
    // The end of this work alone is no reason to refuse the program's own run().
    if (!nested && io.stopped()) io.restart();
    return overtaken_ ? std::error_code(Errc::not_pumpable) : std::error_code();
  }

 private:
  static constexpr Duration kShortestPause = std::chrono::microseconds(50);
  static constexpr Duration kLongestPause = std::chrono::milliseconds(10);

  /// The handler is not bound to the strand: that would count as work once more.
  void arm() {
    descriptor_->async_wait(net::posix::descriptor_base::wait_read,
                            [cell = shared_from_this()](const auto& error) {
                              cell->strengthen();
                              if (!error) cell->readable();
                            });
  }

  void readable() {
    waiting_ = true;
    if (pumped_elsewhere()) {
      overtaken_ = true;
      nudge(kShortestPause);
    }
    net::dispatch(place_.strand, [cell = shared_from_this()] { cell->turn(); });
  }

  void turn() {
    waiting_ = false;
    strengthen();
    if (!dispatcher_) return;
    ++running_;
    const bool armed = try_arm();  // before the turn, or a nested host loop would serve nothing
    const Dispatcher dispatcher = dispatcher_;
    dispatcher.dispatch();
    // Without memory for it still, nobody would notice a Loop that only seems to live.
    if (!armed && dispatcher_ && !try_arm()) host_gone();
    settle();
    running_.fetch_sub(1, std::memory_order_release);
  }

  bool try_arm() noexcept try {
    arm();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }

  /// Inside a handler on the strand. A post that comes between the two steps finds the wait weak,
  /// or has made the descriptor readable before it is looked at.
  void settle() noexcept {
    if (place_.io == nullptr || alive_ || !dispatcher_ || weak_.exchange(true)) return;
    place_.io->get_executor().on_work_finished();
    if (readable_now(dispatcher_.fd())) strengthen();
  }

  [[nodiscard]] bool pumped_elsewhere() const noexcept {
    const std::thread::id pumper = pumper_;
    return pumper != std::thread::id() && pumper != std::this_thread::get_id();
  }

  /// The thread that sleeps in run_one holds the strand; it must wake to give up. A post may be
  /// taken by any thread, and one that waits for descriptors wakes for a timer only, so they take
  /// turns; more and more seldom, since that thread may be busy with a handler and not asleep.
  void nudge(Duration pause) {
    net::post(*place_.io, [cell = shared_from_this(), pause] {
      if (!cell->pumped_elsewhere()) return;
      const auto timer = std::make_shared<net::steady_timer>(*cell->place_.io, pause);
      timer->async_wait([cell, timer, pause](const auto& /*error*/) {
        if (cell->pumped_elsewhere()) cell->nudge(std::min(2 * pause, kLongestPause));
      });
    });
  }

  Place place_;
  Dispatcher dispatcher_;
  std::optional<net::posix::stream_descriptor> descriptor_;
  std::shared_ptr<Cell> kept_;
  bool alive_ = false;
  std::atomic<bool> weak_ = false;
  /// Turns on the stack.
  std::atomic<int> running_ = 0;
  /// The next turn is on its way into the strand.
  std::atomic<bool> waiting_ = false;
  std::atomic<std::thread::id> pumper_{};
  std::atomic<bool> overtaken_ = false;
};

/// Learns that the context is being destroyed. One for each context, made after the first
/// descriptor and so shut down before the reactor.
class Cells final : public net::execution_context::service {
 public:
  using key_type = Cells;
  static inline net::execution_context::id id;

  explicit Cells(net::execution_context& context) : service(context) {}

  void add(std::shared_ptr<Cell> cell) {
    const std::lock_guard lock(mutex_);
    cells_.push_back(std::move(cell));
  }
  void remove(const std::shared_ptr<Cell>& cell) noexcept {
    const std::lock_guard lock(mutex_);
    std::erase(cells_, cell);
  }

 private:
  void shutdown() noexcept override {
    for (const auto& cell : cells_) cell->host_gone();
    cells_.clear();
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Cell>> cells_;
};

class AsioHost final : public Host {
 public:
  explicit AsioHost(Place place) : cell_(std::make_shared<Cell>(std::move(place))) {}

  void attach(Dispatcher dispatcher) override {
    // A cell is attached once: handlers of an earlier watch may still be queued.
    if (cells_ != nullptr) cell_ = std::make_shared<Cell>(cell_->place());
    try {
      cell_->attach(std::move(dispatcher));
      cells_ = &net::use_service<Cells>(net::query(cell_->place().strand, net::execution::context));
      cells_->add(cell_);
    } catch (...) {
      cell_->detach();
      throw;
    }
  }

  void detach() noexcept override {
    cells_->remove(cell_);
    cell_->detach();
  }

  [[nodiscard]] Access access() const noexcept override { return cell_->access(); }
  std::error_code run_once(bool wait) override {
    const auto pin = cell_;
    return pin->run_once(wait);
  }
  void keep_alive(bool on) noexcept override { cell_->keep_alive(on); }
  void wake() noexcept override { cell_->strengthen(); }

 private:
  std::shared_ptr<Cell> cell_;
  Cells* cells_ = nullptr;
};

}  // namespace

AsioLoop::AsioLoop(asio_library::io_context& context, LoopOptions options)
    : AsioLoop(asio_library::any_io_executor(context.get_executor()), std::move(options)) {}

AsioLoop::AsioLoop(const asio_library::any_io_executor& executor, LoopOptions options)
    : Loop(std::make_unique<AsioHost>(place_of(executor)), std::move(options)) {}

}  // inline namespace
}  // namespace eddy::inline v0
