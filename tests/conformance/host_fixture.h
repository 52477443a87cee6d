// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <eddy/core/base/time.h>
#include <eddy/core/loop/loop.h>

/// What the author of an adapter writes to have it tested: one HostFixture, and one line that names
/// it. docs/conformance.md says how to build, run and read the result.
namespace eddy::inline v0::conformance {

/// How a run of the host's loop ended.
enum class RunEnd {
  /// quit() was called.
  quit,
  /// The time was up.
  limit,
  /// The host's own run function returned because nothing keeps it.
  ended,
  /// The host can't be run from here: it refuses nesting. Nothing has run.
  refused,
};

/// What a host may be unable to do. One that can't declares it with the reason, and the suite then
/// checks what docs/conformance.md promises instead of the rule: a clean refusal, never nothing.
enum class Difference {
  /// There is no host apart from the Loop: it is the program's loop itself.
  no_host,
  /// The host refuses to be run inside one of its own callbacks.
  nesting,
  /// Several threads run the host, and the Loop has one strand: who blocks in it holds the Loop.
  strand_on_threads,
  /// The host cannot tell that it is being destroyed.
  host_death,
  /// Loop::run and run_until cannot run this host.
  pumping,
  /// The host's run function never returns by itself, or does not look at what the Loop has to do.
  keeping_alive,
  /// The host does not tell whether a thread is in its run function: use from another thread while
  /// the host sleeps is not found. While a turn runs it is, in every host.
  sleeping_threads,
  /// The host's loop cannot be used in a forked child.
  forking,
};

/// What a host's loop holds, by its own count: "sources", "timers", "references". Only what is
/// equal again when a Loop has gone belongs here.
using Holdings = std::map<std::string, long>;

enum class ForkStage { before, in_parent, in_child };

/// One host loop, as a program of that host would use it. A fixture lives for one test.
///
/// All of it but the constructor, the destructor and enter() is called inside enter(), on one
/// thread, though callbacks may come on others when the host has several.
class HostFixture {
 public:
  HostFixture() = default;
  HostFixture(const HostFixture&) = delete;
  HostFixture& operator=(const HostFixture&) = delete;
  virtual ~HostFixture() = default;

  /// Calls `body` on the thread that the host's loop is used on: here, or on one made for it.
  virtual void enter(const std::function<void()>& body) { body(); }

  virtual void set_up_host() = 0;
  /// Ends the host's loop, whether or not a Loop is still attached to it. Called once.
  virtual void destroy_host() = 0;

  /// A Loop in this host; several may be asked for.
  virtual std::unique_ptr<Loop> make_loop(LoopOptions options) = 0;

  /// Runs the host's loop by its own means (QEventLoop::exec, g_main_loop_run, io_context::run,
  /// ev_run) until quit() or, by a means that does not count as the host's work, for `limit`.
  /// Called inside a callback it is a nested run.
  virtual RunEnd run(Duration limit) = 0;
  /// Ends the innermost run(); called on the host's thread, or inside the strand.
  virtual void quit() noexcept = 0;

  /// The host's own one-shot timer.
  virtual void call_after(Duration delay, std::function<void()> callback) = 0;
  /// How much later than asked the host's timers are due by themselves: what its clock rounds to.
  [[nodiscard]] virtual Duration timer_granularity() const { return Duration::zero(); }
  /// Where another thread than the one that calls back finds timers due: when it had handed over
  /// the call of the last one. What the system takes to wake that thread, and to give it back its
  /// core before it has done so, is not counted as the adapter's.
  [[nodiscard]] virtual TimePoint timer_found_due() const { return {}; }

  [[nodiscard]] virtual Holdings holdings() = 0;

  /// What a program of this host has to tell it around fork(), such as ev_loop_fork.
  virtual void forked(ForkStage /*stage*/) {}

  /// The reason why this host is different in this way; empty: it is not.
  [[nodiscard]] virtual std::string declared(Difference /*difference*/) const { return {}; }
};

/// A name and how to make the fixture. Use EDDY_CONFORMANCE_HOST.
class HostRegistration {
 public:
  using Make = std::function<std::unique_ptr<HostFixture>()>;
  HostRegistration(std::string name, Make make);
};

/// At namespace scope of the test's source: tests become NAME/RULES.Rule, made from
/// `Fixture(arguments...)`.
///
///     EDDY_CONFORMANCE_HOST(Uv, UvFixture);
#define EDDY_CONFORMANCE_HOST(name, Fixture, ...)                        \
  static const ::eddy::conformance::HostRegistration eddy_host_##name(   \
      #name, []() -> std::unique_ptr<::eddy::conformance::HostFixture> { \
        return std::make_unique<Fixture>(__VA_ARGS__);                   \
      })

}  // namespace eddy::inline v0::conformance
