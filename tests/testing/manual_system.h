// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::testing {

/// What both ends of a connection share; known to manual_system.cc only.
struct ManualConnection;

/// The test's end of a connection in memory; the other end is a socket that Eddy reads and writes.
/// A handle: copies name the same end, which is closed by close() only.
///
/// Thread: that of the loops that use the ManualSystem.
class EDDY_API ManualPeer {
 public:
  ManualPeer() = default;
  explicit ManualPeer(std::shared_ptr<ManualConnection> connection) noexcept
      : connection_(std::move(connection)) {}

  // ---- As a peer does ----

  /// Gives `data` to Eddy; there is always room. Nothing after close, reset or shutdown_write.
  void write(std::string_view data);
  /// Takes what Eddy has sent, at most `max` bytes, which makes room for more.
  std::string read(std::size_t max = std::string::npos);
  /// What read() would take.
  [[nodiscard]] const std::string& unread() const noexcept;
  /// The end of the input that Eddy reads; it can go on sending.
  void shutdown_write();
  /// Closes this end: Eddy reads to the end, and is refused when it sends.
  void close();
  /// Breaks the connection: what has not been read is lost, both directions fail (ECONNRESET).
  void reset();

  // ---- What became of it ----

  /// Eddy has told that it will not send any more, by shutdown or by closing.
  [[nodiscard]] bool ended() const noexcept;
  /// Eddy has closed its end.
  [[nodiscard]] bool closed() const noexcept;
  /// Calls of Eddy's that sent or received something, to count them.
  [[nodiscard]] std::size_t sends() const noexcept;
  [[nodiscard]] std::size_t receives() const noexcept;

  // ---- Scripts ----

  /// How much Eddy can send before it must wait for read(). 64 KiB by default.
  void set_capacity(std::size_t bytes);
  /// At most `bytes` a call; 0 ends that.
  void limit_receives(std::size_t bytes);
  void limit_sends(std::size_t bytes);
  /// The next call fails, once for each call of this. Any error makes the socket ready, since only
  /// a call can find it; operation_would_block is a readiness that comes to nothing.
  void fail_receive(std::errc error);
  void fail_send(std::errc error);

 private:
  std::shared_ptr<ManualConnection> connection_;
};

/// A system for tests: a clock that moves when it is told to, and sockets that are in memory.
/// Several pollers may share one. Descriptor numbers begin at 1 << 20, so that no mix-up with a
/// real one goes unnoticed, and the lowest free one is given out, so that numbers are reused at
/// once, as a real system does.
///
/// The members of SocketOps are for Eddy. Thread: that of the loops that use it.
class EDDY_API ManualSystem final : public SocketOps {
 public:
  ManualSystem() = default;
  ManualSystem(const ManualSystem&) = delete;
  ManualSystem& operator=(const ManualSystem&) = delete;

  // ---- The clock ----

  [[nodiscard]] TimePoint now() const noexcept {
    now_ += tick_;
    return now_;
  }
  /// Moves the clock, and nothing else: see ManualLoop::advance.
  template <class Rep, class Period>
  void move_clock(std::chrono::duration<Rep, Period> by) {
    now_ += std::chrono::ceil<Duration>(by);
  }
  void set_clock(TimePoint to) noexcept { now_ = to; }
  /// Each look at the clock moves it by `tick`, so that work takes time and budgets are spent.
  void set_tick(Duration tick) noexcept { tick_ = tick; }

  // ---- Connections ----

  /// Connects to whoever listens on `port` (of any address). Throws std::system_error
  /// (connection_refused) where nobody does.
  [[nodiscard]] ManualPeer connect(std::uint16_t port);
  /// Connects to whoever listens on a Unix socket, by a path or an abstract name ("@name").
  [[nodiscard]] ManualPeer connect(std::string_view path);
  /// The next connection that Eddy makes to `port` (of any address), or to that Unix socket, has
  /// this as its other end. What is written to it before is what Eddy finds there. Such connections
  /// are made in the order of the calls, before those to who listens there.
  [[nodiscard]] ManualPeer expect_connect(std::uint16_t port);
  [[nodiscard]] ManualPeer expect_connect(std::string_view path);
  /// A connected socket without a listener, as a descriptor for Eddy and the peer's end.
  struct OpenConnection {
    int fd;
    ManualPeer peer;
  };
  [[nodiscard]] OpenConnection open_connection();
  /// Listening sockets, connections and attempts at one that Eddy has open; what it holds in
  /// reserve is not counted.
  [[nodiscard]] std::size_t open_descriptors() const noexcept;
  /// Whether there is a Unix socket's file.
  [[nodiscard]] bool has_file(std::string_view path) const { return files_.contains(path); }

  // ---- Scripts ----

  /// Once `count` descriptors are open, reserved ones included, accept and listen fail with EMFILE;
  /// the default is no limit.
  void limit_descriptors(std::size_t count) noexcept { descriptor_limit_ = count; }
  /// The next accept fails, once for each call of this, whether somebody waits or not.
  void fail_accept(std::errc error) { accept_errors_.push_back(error); }
  /// The next listen fails.
  void fail_listen(std::errc error) { listen_errors_.push_back(error); }
  /// The next connection that Eddy makes fails, once it has waited for it.
  void fail_connect(std::errc error) { connect_errors_.push_back(error); }
  /// Connections that Eddy makes from now on come to nothing, as where nobody answers.
  void hold_connects(bool on = true) noexcept { hold_connects_ = on; }
  /// The same for connections to one host, a numeric address; operation_in_progress: they come to
  /// nothing. Until another error is said for it, or none (std::errc()).
  void set_connect_result(std::string_view host, std::errc result);
  /// Connections that Eddy has begun, in their order, whatever came of them.
  struct Attempt {
    Address address;
    /// Empty where Eddy has left it to the system.
    Address source;
    TimePoint when;
  };
  [[nodiscard]] const std::vector<Attempt>& attempts() const noexcept { return attempts_; }
  /// Those that are held are ready once, for nothing, as a system may have it.
  void wake_held_connects() noexcept;
  /// Makes a Unix socket's file that nobody answers on, or another one in the place of one.
  void leave_file(std::string_view path) {
    files_.insert_or_assign(std::string(path), ++file_count_);
  }
  /// IPv6 addresses can't be listened on (the default is that they can).
  void set_ipv6(bool available) noexcept { ipv6_ = available; }
  /// Calls of accept, whatever came of them.
  [[nodiscard]] std::size_t accepts() const noexcept { return accepts_; }

  // ---- For pollers ----

  [[nodiscard]] bool is_open(int fd) const noexcept { return sockets_.contains(fd); }
  /// What `fd` is ready for, of what `interest` names.
  [[nodiscard]] Io ready(int fd, Io interest) const noexcept;

  // ---- SocketOps ----

  int listen(const Address& address, const ListenSocketOptions& options,
             std::error_code& error) noexcept override;
  std::error_code adopt_listener(int fd) noexcept override;
  std::error_code remove_stale(const Address& address) noexcept override;
  [[nodiscard]] FileId file_of(const Address& address) noexcept override;
  void remove_file(const Address& address, const FileId& file) noexcept override;
  [[nodiscard]] int reserve() noexcept override;
  [[nodiscard]] Address local_address(int fd) noexcept override;
  void set_nodelay(int fd) noexcept override;
  IoResult receive(int fd, std::span<char> buffer) noexcept override;
  IoResult send(int fd, std::span<const std::string_view> pieces) noexcept override;
  int accept(int listener, Address& peer, std::error_code& error) noexcept override;
  /// To who listens, as another program would, or to what expect_connect() has made.
  int connect(const Address& address, const Address& source,
              std::error_code& error) noexcept override;
  std::error_code connect_error(int fd) noexcept override;
  void shutdown_write(int fd) noexcept override;
  void close(int fd) noexcept override;

 private:
  struct Socket {
    /// Null for a listening socket, and for one in reserve.
    std::shared_ptr<ManualConnection> connection;
    Address local;
    std::deque<std::shared_ptr<ManualConnection>> pending;
    std::size_t backlog = 0;
    /// It has the end of `connection` that is a test's otherwise: Eddy has connected to itself.
    bool far = false;
    /// Of one that connects: operation_in_progress for one that never will.
    std::errc connect_error{};
    /// It is ready until somebody has looked what came of that.
    bool woken = false;

    [[nodiscard]] bool connects() const noexcept { return connect_error != std::errc(); }
    [[nodiscard]] bool held() const noexcept {
      return connect_error == std::errc::operation_in_progress;
    }
    [[nodiscard]] bool listens() const noexcept { return !connection && backlog > 0; }
  };

  /// A connection that Eddy is going to make.
  struct Expected {
    std::uint16_t port;
    Address path;
    std::shared_ptr<ManualConnection> connection;
  };

  /// Queues a connection for the first listening socket whose address `matches`; null where there
  /// is none, or no more can wait.
  template <class Matches>
  std::shared_ptr<ManualConnection> connect_to(Matches matches);
  std::shared_ptr<ManualConnection> take_expected(const Address& address);
  [[nodiscard]] bool listens_on(const Address& address) const noexcept;
  int add(Socket socket);
  Socket* find(int fd) noexcept;
  [[nodiscard]] const Socket* find(int fd) const noexcept;
  static bool take_error(std::deque<std::errc>& script, std::error_code& error) noexcept;

  mutable TimePoint now_ = TimePoint(std::chrono::hours(1000));
  Duration tick_{};
  std::map<int, Socket> sockets_;
  std::size_t descriptor_limit_ = static_cast<std::size_t>(-1);
  std::deque<std::errc> accept_errors_;
  std::deque<std::errc> listen_errors_;
  std::deque<std::errc> connect_errors_;
  std::deque<Expected> expected_;
  bool hold_connects_ = false;
  std::map<std::string, std::errc, std::less<>> connect_results_;
  std::vector<Attempt> attempts_;
  /// Unix sockets' files, by path, each with a number of its own.
  std::map<std::string, std::uint64_t, std::less<>> files_;
  std::uint64_t file_count_ = 0;
  bool ipv6_ = true;
  std::size_t accepts_ = 0;
  std::uint16_t next_port_ = 20000;
  std::uint16_t next_peer_port_ = 40000;
};

}  // namespace eddy::inline v0::testing
