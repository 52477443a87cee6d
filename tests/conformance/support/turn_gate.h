// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <eddy/core/base/time.h>
#include <eddy/core/loop/stats.h>

namespace eddy::inline v0::conformance {

/// Sees every turn of one Loop, in every test: whether each lasted at most the slice, its longest
/// step and 0.2 ms of the thread's CPU time; when turns began and steps ended; and, after each
/// turn, whether what a test waits for has come about.
class TurnGate final : public TurnProbe {
 public:
  /// What a turn may use beside its slice and its longest step. A sanitizer's own work is charged
  /// to the thread too, at places of its choosing: there 20 ms pass, which still
  /// catches a turn that does not end.
  [[nodiscard]] static long tolerance_ns() noexcept;

  void set_slice(Duration slice) { slice_ = slice; }
  /// `done` is asked after every turn, until leave(); `quit` is called when it says so.
  void enter(std::function<bool()> done, std::function<void()> quit);
  void leave();

  /// Turns that began, and steps that ended, at `time` or later. Up to the last kRemembered.
  [[nodiscard]] long turns_since(TimePoint time) const { return turn_begins_.count_since(time); }
  [[nodiscard]] long steps_since(TimePoint time) const { return step_ends_.count_since(time); }
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::size_t depth() const { return frames_.size(); }

  /// Turns that lasted too long, and the worst of them.
  [[nodiscard]] std::uint64_t overruns() const { return overruns_; }
  [[nodiscard]] const std::string& worst() const { return worst_; }
  /// The most that a turn took beyond its longest step and the slice; may be negative.
  [[nodiscard]] long worst_excess_ns() const { return worst_excess_ns_; }

  void turn_begins() noexcept override;
  void step_ended(const char* label) noexcept override;
  void turn_ended() noexcept override;

 private:
  struct Frame {
    long began_ns;
    long step_began_ns;
    long longest_ns = 0;
    std::uint64_t steps = 0;
    const char* longest_label = "";
  };
  struct Waiting {
    std::function<bool()> done;
    std::function<void()> quit;
  };
  class Times {
   public:
    void add(TimePoint time) { times_[count_++ % kRemembered] = time; }
    [[nodiscard]] long count_since(TimePoint time) const;

   private:
    static constexpr std::size_t kRemembered = 4096;
    std::array<TimePoint, kRemembered> times_{};
    std::size_t count_ = 0;
  };

  Duration slice_ = Budget().slice;
  std::vector<Frame> frames_;
  std::vector<Waiting> waiting_;
  Times turn_begins_;
  Times step_ends_;
  std::uint64_t turns_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t overruns_ = 0;
  long worst_excess_ns_ = -1'000'000'000;
  std::string worst_;
};

}  // namespace eddy::inline v0::conformance
