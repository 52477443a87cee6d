// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/log.h>
#include <eddy/core/base/time.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/arena.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/request_body.h>
#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/response.h>
#include <eddy/web/http/response_stream.h>

namespace eddy::inline v0::web::internal {

class Exchange;
class Upgrade;
struct RequestContent;

/// How a service takes the content of a request.
struct ContentPlan {
  /// The handler is called before the content is there, and reads it through request_body().
  bool streamed = false;
  /// It is answered without the content, whatever that is.
  bool unwanted = false;
  /// Instead of the server's limits.body_bytes.
  std::optional<std::size_t> limit = {};
};

/// What the HTTP server hands requests to: the seam between protocol and framework. An Application
/// is one, a handler function of HttpServer another.
class EDDY_API HttpService {
 public:
  HttpService() = default;
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;
  virtual ~HttpService();

  /// Asked for a request with content, once its head is there. Calls nothing of the program's.
  [[nodiscard]] virtual ContentPlan plan(Exchange& exchange) noexcept;
  /// Answers a request, whose content is there unless plan() has it streamed. On return the
  /// exchange is finished, or it waits for the task that it was given. May destroy anything but the
  /// exchange and this service.
  virtual void handle(Exchange& exchange) noexcept = 0;
  /// The head of a response is about to be sent, and may still be changed: within finish(), where
  /// the response is `whole`, or flush(), for an exchange that asked for it. Again where flush()
  /// could not send it.
  virtual void before_head(Exchange& exchange, bool whole) noexcept;
  /// A request that asked for it (Exchange::ask_to_log) has been answered. False: it is logged as
  /// others are.
  virtual bool log_request(Exchange& exchange, Duration took) noexcept;
  /// The task of handle() has ended, with what it threw or null. The exchange is to be finished on
  /// return, unless it was cancelled(): then there is no answer and the connection closes.
  virtual void task_ended(Exchange& exchange, const std::exception_ptr& error) noexcept = 0;
  /// The client of a handler that waits has gone, or has ended its input, which looks the same. At
  /// most once. What is written goes on being sent where that can be done.
  virtual void client_gone(Exchange& exchange) noexcept;
  /// The exchange is over: its response was handed to the connection, or can't be any more, and
  /// nothing of the handler runs. Exactly once for each handle(), after everything else.
  virtual void over(Exchange& exchange) noexcept = 0;

  /// Adds to a response, whose head is about to be sent, what all of this service's have in common;
  /// asked for only where completes_heads(). May be called again for what replaces the response.
  /// Calls nothing of the program's.
  virtual void complete_head(Exchange& exchange);
  [[nodiscard]] bool completes_heads() const noexcept { return completes_heads_; }

 protected:
  void set_completes_heads(bool yes) noexcept { completes_heads_ = yes; }

 private:
  bool completes_heads_ = false;
};

/// Who waits for an exchange's response: a connection, or a test.
class EDDY_API ExchangeOwner : public BodySource {
 public:
  /// Sends what the response has so far. False: the client is behind, and the exchange will be told
  /// by flushed(). May throw; std::logic_error for what the program did wrong.
  virtual bool on_flush(Exchange& exchange) = 0;
  /// The response is complete. Called within finish(), so on the stack of the handler.
  virtual void on_finished(Exchange& exchange) noexcept = 0;
  virtual void log(LogLevel level, std::string_view message) noexcept = 0;
  [[nodiscard]] virtual TimePoint present_time() const noexcept = 0;

 protected:
  ~ExchangeOwner() = default;
};

/// What an exchange still needs when its owner has gone: its service, which this keeps, a log and a
/// clock.
class EDDY_API ExchangeKeeper {
 public:
  virtual void log(LogLevel level, std::string_view message) noexcept = 0;
  [[nodiscard]] virtual TimePoint present_time() const noexcept = 0;

 protected:
  ~ExchangeKeeper() = default;
};

class Encoding;

/// Text that has been copied.
struct MovedText {
  std::string_view from;
  const char* to = nullptr;
  /// `view`, or where it is now, if it showed a part of that text.
  [[nodiscard]] std::string_view operator()(std::string_view view) const noexcept;
};

/// How far a connection is with an exchange's response.
struct ResponseState {
  ResponseState() noexcept;
  ResponseState(ResponseState&&) = delete;
  ResponseState& operator=(ResponseState&&) = delete;
  ~ResponseState();
  void reset() noexcept;

  /// Of the Content-Length, if one was announced: what is still owed.
  std::uint64_t owed = 0;
  /// What encodes it, until it is sent.
  std::unique_ptr<Encoding> encoding;
  /// See owed.
  bool length_announced = false;
  /// Of one that is sent while it is made.
  bool head_sent = false;
  bool send_content = false;
  bool chunked = false;
  /// All of it has been handed to the connection.
  bool responded = false;
  /// A 100 (Continue) was sent.
  bool asked_for_content = false;
  /// How content is encoded has been decided; it is, so that its length is not the body's.
  bool coding_chosen = false;
  bool coded = false;
};

/// One request and its response, from the parsed head to the end of the handler's task. Counted
/// without atomics: the connection, the frame that calls the handler and the handler's task each
/// hold it, so that it outlives whichever goes first. Used again for later requests.
///
/// On the plain path the request's views point into the server's read buffer; pin() copies what the
/// handler may look at later. The connection calls it before others use that buffer, dispatch
/// before it starts a task.
class EDDY_API Exchange {
 public:
  explicit Exchange(const HttpLimits& limits) noexcept;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // ---- For the connection ----

  [[nodiscard]] RequestParser& parser() noexcept { return parser_; }
  /// Made when it is first asked for, and kept for the requests to come.
  [[nodiscard]] RequestContent& content() { return content_ ? *content_ : make_content(); }
  /// The content is chunked: trailer fields may follow it.
  void expect_trailers();
  /// The handler reads the content itself.
  [[nodiscard]] bool streams_content() const noexcept {
    return content_ != nullptr && content_streams();
  }
  /// As above, and the end of it has not been decoded.
  [[nodiscard]] bool within_content() const noexcept;
  /// The handler waits for more of it.
  [[nodiscard]] bool wants_content() const noexcept;
  /// Memory for the request: its head, where that was pinned, and its content.
  [[nodiscard]] std::size_t request_bytes_held() const noexcept;
  /// The parser is done: the request may be looked at. Gives where its peer's address belongs.
  [[nodiscard]] eddy::internal::CompactAddress& introduce() noexcept {
    request_.head_ = &parser_.head();
    return request_.peer_;
  }
  /// The handler is to be called: `body` is the content, in the read buffer or in content().buffer.
  void begin(HttpService& service, ExchangeOwner& owner, std::string_view body);
  /// Once the parser is done: see from_this_machine().
  void set_from_this_machine(bool yes) noexcept { from_this_machine_ = yes; }
  /// The same, where the client's connection is encrypted; without `tls` that ends elsewhere.
  void secured(const TlsInfo* tls);
  /// A trusted proxy's word on whom the request is from; `scheme` is a literal.
  void forwarded_for(std::string_view ip, std::string_view scheme, std::string_view host);
  /// After pin(): what the head has by one name it has by another one from now on.
  void rename_fields(std::string_view name, std::string_view to);
  /// When the handler was called, for the access log and request_time().
  void set_began(TimePoint time) noexcept { began_ = time; }
  [[nodiscard]] TimePoint began() const noexcept { return began_; }
  [[nodiscard]] ResponseState& state() noexcept { return state_; }
  [[nodiscard]] Headers& trailers();
  [[nodiscard]] bool has_trailers() const noexcept { return rare_ != nullptr; }
  /// The client has caught up: who waits in flush() goes on, in a later step.
  void flushed() noexcept;
  /// See cancelled().
  void set_cancelled() noexcept { cancelled_ = true; }
  /// The client has gone; tells the service, once.
  void tell_client_gone() noexcept;
  /// The connection has gone: what the handler writes from now on goes nowhere. The keeper stays as
  /// long as this exchange.
  void detach(std::shared_ptr<ExchangeKeeper> keeper) noexcept;
  /// Tells the service that the exchange is over, and goes back to the state before a request;
  /// memory is kept for the next one, within bounds.
  void reset() noexcept;

  void add_reference() noexcept { ++references_; }
  void drop_reference() noexcept {
    if (--references_ == 0) delete this;
  }
  [[nodiscard]] bool shared() const noexcept { return references_ > 1; }

  /// The task that handle() gave; it holds this exchange from now on, and tells the service.
  [[nodiscard]] std::optional<Task<void>> take_task();

  // ---- For the service ----

  [[nodiscard]] Request& request() noexcept { return request_; }
  /// For Request::form().
  void set_form_limits(const FormLimits& limits) { request_.set_form_limits(limits); }
  [[nodiscard]] Response& response() noexcept { return response_; }
  [[nodiscard]] Arena& arena() noexcept { return arena_; }
  /// The client has connected to a loopback address of this server itself, and speaks for itself:
  /// no proxy that is trusted is in between. So the Host says by which name it has found us.
  [[nodiscard]] bool from_this_machine() const noexcept { return from_this_machine_; }
  [[nodiscard]] RequestBody& request_body();
  [[nodiscard]] ResponseStream& response_stream() noexcept { return response_stream_; }
  /// Whether the handler's task is stopped when its client has gone: for GET and HEAD, and where
  /// the handler says so. Half an order is worse than a wasted one.
  [[nodiscard]] bool cancelled_on_disconnect() const noexcept;
  void cancel_on_disconnect() noexcept { cancel_on_disconnect_ = true; }
  /// The handler's task has been asked to stop.
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
  /// Copies the request's head out of the read buffer, if it is there still, and the content with
  /// it. Gives where views of the head's text are to point now.
  MovedText pin();
  /// Gives the task that goes on with this request.
  void wait_for(Task<void> task);
  /// As above, with one whose outermost frame has a TaskHold and calls task_ended().
  void wait_for_holder(Task<void> task) { task_.emplace(std::move(task)); }
  /// Puts `wrap(task)`, which awaits it, in the place of the task that it waits for.
  template <class Wrap>
  void wrap_task(Wrap wrap) {
    task_.emplace(wrap(*std::exchange(task_, std::nullopt)));
  }
  void task_ended(const std::exception_ptr& error) noexcept {
    if (service_ != nullptr) service_->task_ended(*this, error);
  }
  [[nodiscard]] bool waiting() const noexcept { return task_.has_value(); }
  /// See ExchangeOwner::on_flush; true where nobody waits for the response any more.
  bool flush();
  /// The response is a 101, behind which the connection is no longer HTTP's, but `to`'s.
  void upgrade(std::unique_ptr<Upgrade> to);
  [[nodiscard]] bool upgrades() const noexcept { return rare_ != nullptr && rare_upgrades(); }
  [[nodiscard]] std::unique_ptr<Upgrade> take_upgrade() noexcept;
  /// Another service, which lives as long as this exchange's, answers from now on.
  void hand_to(HttpService& service) noexcept { service_ = &service; }
  /// The service's before_head() is to be called.
  void ask_before_head() noexcept { asks_before_head_ = true; }
  /// The service's log_request() is to be called.
  void ask_to_log() noexcept { asks_to_log_ = true; }
  [[nodiscard]] bool asks_to_log() const noexcept { return asks_to_log_; }
  /// The response is complete; nothing of it is changed afterwards.
  void finish() noexcept;
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool client_gone() const noexcept { return owner_ == nullptr; }
  void log(LogLevel level, std::string_view message) noexcept;
  /// How long ago the handler was called.
  [[nodiscard]] Duration request_time() const noexcept;
  [[nodiscard]] HttpService* service() const noexcept { return service_; }

  /// Whatever the service keeps for this exchange: a RequestHandler, for an Application.
  void* attachment = nullptr;
  /// What the service has found this request to be for: a route, for an Application.
  const void* subject = nullptr;

 private:
  friend class FlushAwaiter;
  friend class TaskHold;

  /// What few responses have.
  struct RareParts;

  ~Exchange();
  void end() noexcept;
  RequestContent& make_content();
  [[nodiscard]] bool rare_upgrades() const noexcept;
  [[nodiscard]] bool content_streams() const noexcept;
  void tell_before_head(bool whole) noexcept {
    if (asks_before_head_ && !finished_ && !state_.head_sent) ask_service(whole);
  }
  void ask_service(bool whole) noexcept;
  void task_gone() noexcept {
    if (std::exchange(held_by_task_, false)) drop_reference();
  }

  RequestParser parser_;
  Request request_;
  Response response_;
  Arena arena_;
  std::unique_ptr<RequestContent> content_;
  ResponseStream response_stream_;
  ResponseState state_;
  std::unique_ptr<RareParts> rare_;
  FlushAwaiter* flush_waiter_ = nullptr;
  std::optional<Task<void>> task_;
  HttpService* service_ = nullptr;
  ExchangeOwner* owner_ = nullptr;
  /// Once there is no owner.
  std::shared_ptr<ExchangeKeeper> keeper_;
  TimePoint began_{};
  std::uint32_t references_ = 1;
  bool told_client_gone_ = false;
  bool held_by_task_ = false;
  // Bits, as there are thousands of waiting handlers.
  bool finished_ : 1 = false;
  bool cancel_on_disconnect_ : 1 = false;
  bool cancelled_ : 1 = false;
  bool pinned_ : 1 = false;
  bool asks_before_head_ : 1 = false;
  bool asks_to_log_ : 1 = false;
  bool from_this_machine_ : 1 = false;
};

/// A counted hold on an exchange.
class ExchangePin {
 public:
  explicit ExchangePin(Exchange& exchange) noexcept : exchange_(&exchange) {
    exchange.add_reference();
  }
  ExchangePin(ExchangePin&& other) noexcept : exchange_(std::exchange(other.exchange_, nullptr)) {}
  ExchangePin& operator=(ExchangePin&&) = delete;
  ~ExchangePin() {
    if (exchange_ != nullptr) exchange_->drop_reference();
  }
  [[nodiscard]] Exchange& operator*() const noexcept { return *exchange_; }

 private:
  Exchange* exchange_;
};

/// A parameter of the outermost frame of a handler's task: from take_task() on it holds the
/// exchange until the handler's own frames are gone, even where connection and server went before
/// them.
class TaskHold {
 public:
  explicit TaskHold(Exchange& exchange) noexcept : exchange_(&exchange) {}
  TaskHold(TaskHold&& other) noexcept : exchange_(std::exchange(other.exchange_, nullptr)) {}
  TaskHold& operator=(TaskHold&&) = delete;
  ~TaskHold() {
    if (exchange_ != nullptr) exchange_->task_gone();
  }
  [[nodiscard]] Exchange& operator*() const noexcept { return *exchange_; }

 private:
  Exchange* exchange_;
};

}  // namespace eddy::inline v0::web::internal
