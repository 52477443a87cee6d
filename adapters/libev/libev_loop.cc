// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/libev/libev_loop.h>

#include <ev.h>

#include <memory>
#include <stdexcept>

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

namespace {

/// One round of a nested ev_run. That of EVRUN_ONCE would not tell that the program has called
/// ev_break meanwhile, and the next ev_run forgets it, so that an outer one would never end. This
/// one is left when its second round begins; if it returns before, the program has broken it.
class Round {
 public:
  explicit Round(struct ev_loop* loop) noexcept : loop_(loop), depth_(ev_depth(loop) + 1) {
    ev_prepare_init(&prepare_, on_prepare);
    // Before others of its kind, whose ev_break then counts.
    ev_set_priority(&prepare_, EV_MAXPRI);
    prepare_.data = this;
    // It counts as work: without any ev_run would return at once instead of waiting.
    ev_prepare_start(loop_, &prepare_);
  }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;
  ~Round() { ev_prepare_stop(loop_, &prepare_); }

  [[nodiscard]] bool broken(bool waited) const noexcept { return waited && rounds_ < 2; }

 private:
  static void on_prepare(struct ev_loop* loop, ev_prepare* watcher, int /*events*/) noexcept {
    auto* round = static_cast<Round*>(watcher->data);
    // Deeper ones pass here too.
    if (ev_depth(loop) == round->depth_ && ++round->rounds_ == 2) ev_break(loop, EVBREAK_ONE);
  }

  struct ev_loop* const loop_;
  const unsigned depth_;
  ev_prepare prepare_{};
  int rounds_ = 0;
};

class LibevHost final : public Host {
 public:
  LibevHost(struct ev_loop* loop, const LibevOptions& options) : loop_(loop), options_(options) {
    if (loop == nullptr) {
      throw std::invalid_argument("LibevLoop: there is no ev_loop; ev_default_loop has failed");
    }
  }

  void attach(Dispatcher dispatcher) override {
    dispatcher_ = std::move(dispatcher);
    ev_io_init(&io_, on_readable, dispatcher_.fd(), EV_READ);
    ev_set_priority(&io_, options_.priority);
    io_.data = this;
    ev_io_start(loop_, &io_);
    // It counts only after keep_alive(true).
    ev_unref(loop_);
    counts_ = false;
    ev_cleanup_init(&cleanup_, on_loop_destroyed);
    cleanup_.data = this;
    ev_cleanup_start(loop_, &cleanup_);
  }

  void detach() noexcept override {
    // libev wants the references as they were when the watcher was started.
    keep_alive(true);
    ev_io_stop(loop_, &io_);
    ev_cleanup_stop(loop_, &cleanup_);
  }

  [[nodiscard]] Access access() const noexcept override {
    return ev_depth(loop_) == 0 ? Access::free : dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    // A turn may destroy this Host, but not the ev_loop that runs it.
    struct ev_loop* const loop = loop_;
    Round round(loop);
    ev_run(loop, wait ? 0 : EVRUN_NOWAIT);
    return round.broken(wait) ? std::error_code(Errc::stopped) : std::error_code();
  }

  void keep_alive(bool on) noexcept override {
    if (on == counts_) return;
    counts_ = on;
    on ? ev_ref(loop_) : ev_unref(loop_);
  }

  void wake() noexcept override {}

 private:
  static void on_readable(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) noexcept {
    const Dispatcher dispatcher = static_cast<LibevHost*>(watcher->data)->dispatcher_;
    dispatcher.dispatch();
  }

  static void on_loop_destroyed(struct ev_loop* /*loop*/, ev_cleanup* watcher,
                                int /*events*/) noexcept {
    auto* host = static_cast<LibevHost*>(watcher->data);
    host->detach();
    host->dispatcher_.host_gone();
  }

  struct ev_loop* loop_;
  LibevOptions options_;
  Dispatcher dispatcher_;
  ev_io io_{};
  ev_cleanup cleanup_{};
  bool counts_ = false;
};

}  // namespace

LibevLoop::LibevLoop(struct ev_loop* loop, LibevOptions libev, LoopOptions options)
    : Loop(std::make_unique<LibevHost>(loop, libev), std::move(options)) {}

}  // namespace eddy::inline v0
