// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/proxy_layer.h>

#include <algorithm>
#include <string>
#include <utility>

#include <eddy/core/net/proxy_protocol.h>

namespace eddy::inline v0 {

namespace {

// The specification lets a sender count on as much.
constexpr std::size_t kLeastHeaderBytes = 536;

std::error_code error_of(std::errc code) noexcept { return std::make_error_code(code); }

class ProxyStream final : public LayeredStream,
                          private internal::ReadyItem,
                          private internal::TimerNode {
 public:
  ProxyStream(std::unique_ptr<Stream> transport, const ProxyLayerOptions& options)
      : LayeredStream(std::move(transport)),
        capacity_(std::max(options.header_bytes, kLeastHeaderBytes)),
        input_(std::make_unique<char[]>(capacity_)) {
    const TimePoint now = internal::now(core());
    internal::add_timer(core(), *this, internal::deadline_after(now, options.header_time));
  }
  ~ProxyStream() override { ProxyStream::close(); }

  IoResult try_read(std::span<char> buffer) noexcept override {
    if (!ready()) return not_ready();
    if (!input_) return transport().try_read(buffer);
    const std::size_t count = std::min(buffer.size(), end_ - begin_);
    std::copy_n(input_.get() + begin_, count, buffer.data());
    begin_ += count;
    if (begin_ == end_) drop_input();
    return {count, {}};
  }

  IoResult try_write(std::span<const std::string_view> pieces) noexcept override {
    return ready() ? transport().try_write(pieces) : not_ready();
  }
  IoResult try_send_file(int file, std::uint64_t offset, std::size_t bytes) noexcept override {
    return ready() ? transport().try_send_file(file, offset, bytes) : not_ready();
  }

  void set_delegate(StreamDelegate* delegate, Io interest) noexcept override {
    delegate_ = delegate;
    interest_ = interest;
    watch();
  }
  void set_interest(Io interest) noexcept override {
    interest_ = interest;
    watch();
  }

  void close() noexcept override {
    delegate_ = nullptr;
    cancel();
    drop_input();
    if (state_ == State::header) {
      state_ = State::failed;
      error_ = error_of(std::errc::not_connected);
    }
    transport().close();
    end_waits();
  }

  [[nodiscard]] Address peer_address() const noexcept override {
    return client_ ? *client_ : transport().peer_address();
  }
  [[nodiscard]] bool peer_known() const noexcept override { return state_ != State::header; }
  [[nodiscard]] bool secure() const noexcept override { return tls_ || transport().secure(); }

 private:
  enum class State : std::uint8_t { header, open, failed };

  /// Listens to the transport until the header has been read.
  class Below final : public StreamDelegate {
   public:
    explicit Below(ProxyStream& stream) noexcept : stream_(stream) {}
    void on_stream_ready(Io /*events*/) override { stream_.header_ready(); }
    void on_stream_closed() noexcept override { stream_.loop_closed(); }
    [[nodiscard]] const char* stream_label() const noexcept override { return "proxy header"; }

   private:
    ProxyStream& stream_;
  };

  /// Whether the connection's own bytes can be moved; reads what there is of the header.
  bool ready() noexcept {
    if (state_ == State::header) read_header();
    return state_ == State::open;
  }
  [[nodiscard]] IoResult not_ready() const noexcept {
    return {0, state_ == State::failed ? error_ : error_of(std::errc::operation_would_block)};
  }

  void read_header() noexcept try {
    while (state_ == State::header) {
      const IoResult got = transport().try_read({input_.get() + end_, capacity_ - end_});
      if (got.error) {
        if (!got.would_block()) fail(got.error, "");
        return;
      }
      // Who only looks whether the port is open has said nothing wrong.
      if (got.bytes == 0)
        return end_ == 0 ? open()
                         : fail(error_of(std::errc::protocol_error), "the connection ended");
      end_ += got.bytes;
      take(parse_proxy_header({input_.get(), end_}, capacity_));
    }
  } catch (...) {
    fail(error_of(std::errc::not_enough_memory), "");
  }

  void take(const ProxyResult& result) {
    if (result.status == ProxyStatus::failed)
      fail(error_of(std::errc::protocol_error), result.error);
    if (result.status != ProxyStatus::done) return;
    if (result.header.has_addresses) {
      client_ = std::make_unique<Address>(result.header.source.unmapped());
    }
    tls_ = result.header.tls;
    begin_ = result.consumed;
    open();
  }

  void open() noexcept {
    state_ = State::open;
    cancel();
    if (begin_ == end_) drop_input();
    watch();
  }

  void fail(std::error_code error, std::string_view why) noexcept {
    state_ = State::failed;
    error_ = error;
    cancel();
    drop_input();
    watch();
    if (!why.empty()) tell(why);
  }

  void tell(std::string_view why) noexcept try {
    const std::string who = transport().peer_address().to_string();
    internal::log(core(), LogLevel::info, "eddy.core",
                  "PROXY protocol of " + who + ": " + std::string(why));
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for a line in the log
  }

  /// Has the transport watched for what is waited for now, and shows by the ready list what no
  /// descriptor does: the bytes that came with the header, and a failure.
  void watch() noexcept {
    const bool wanted = delegate_ != nullptr && any(interest_);
    if (state_ == State::open) {
      transport().set_delegate(delegate_, interest_);
    } else {
      const bool waits = wanted && state_ == State::header;
      transport().set_delegate(waits ? &below_ : nullptr, waits ? Io::read : Io::none);
    }
    if (wanted && (state_ == State::failed || (has_rest() && any(interest_ & Io::read)))) {
      internal::schedule(core(), *this);
    } else {
      unlink();
    }
  }

  [[nodiscard]] bool has_rest() const noexcept { return state_ == State::open && input_; }

  void drop_input() noexcept {
    input_.reset();
    unlink();
  }

  void header_ready() {
    read_header();
    // watch() has put this on the ready list if there is something to say; it is said at once.
    if (!linked()) return;
    unlink();
    run();
  }

  void run() override {
    if (has_rest()) internal::schedule_next_turn(core(), *this);  // until it has been read
    // The last thing: the delegate may destroy this stream.
    delegate_->on_stream_ready(state_ == State::failed ? interest_ : interest_ & Io::read);
  }
  [[nodiscard]] const char* label() const noexcept override {
    return delegate_ != nullptr ? delegate_->stream_label() : "proxy header";
  }

  // The host may have stood still: what has come meanwhile has come in time.
  void on_timer() override {
    if (delegate_ != nullptr && any(interest_)) read_header();
    if (state_ == State::header) fail(error_of(std::errc::timed_out), "no header in time");
  }

  void loop_closed() noexcept {
    cancel();
    unlink();
    if (StreamDelegate* delegate = std::exchange(delegate_, nullptr)) delegate->on_stream_closed();
  }

  StreamDelegate* delegate_ = nullptr;
  std::error_code error_;
  /// What has been read of the header and behind it; null once all of that has been taken.
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::unique_ptr<char[]> input_;
  std::unique_ptr<Address> client_;
  Below below_{*this};
  Io interest_ = Io::none;
  State state_ = State::header;
  /// The client speaks TLS with the proxy.
  bool tls_ = false;
};

}  // namespace

ProxyLayer::ProxyLayer(ProxyLayerOptions options) : options_(std::move(options)) {}

std::unique_ptr<Stream> ProxyLayer::accept(std::unique_ptr<Stream> transport) {
  if (options_.trusted.contains(transport->peer_address())) {
    return std::make_unique<ProxyStream>(std::move(transport), options_);
  }
  if (options_.strangers == ProxyLayerOptions::Strangers::pass) return transport;
  return nullptr;
}

}  // namespace eddy::inline v0
