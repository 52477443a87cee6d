// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/exchange.h>

#include <functional>

#include <eddy/web/http/internal/encoding.h>

namespace eddy::inline v0::web::internal {

namespace {

// What is kept of a request's memory for the next one.
constexpr std::size_t kKeptBodyBytes = 4096;

// The outermost frame of a handler's task: its parameter holds the exchange until the handler's own
// frames are gone, even where the connection and the server went before them.
Task<void> run_held(ExchangePin pin, Task<void> task) {
  std::exception_ptr error;
  try {
    co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  if (HttpService* service = (*pin).service()) service->task_ended(*pin, error);
}

}  // namespace

HttpService::~HttpService() = default;

ResponseState::ResponseState() noexcept = default;
ResponseState::ResponseState(ResponseState&&) noexcept = default;
ResponseState& ResponseState::operator=(ResponseState&&) noexcept = default;
ResponseState::~ResponseState() = default;

ContentPlan HttpService::plan(Exchange& /*exchange*/) noexcept { return {}; }

void HttpService::client_gone(Exchange& /*exchange*/) noexcept {}

Exchange::Exchange(const HttpLimits& limits) noexcept
    : parser_(limits),
      decoder_(limits),
      body_stream_(decoder_, body_buffer_),
      request_body_(body_stream_),
      response_stream_(*this) {}

Exchange::~Exchange() { end(); }

void Exchange::introduce(const Address& peer) {
  request_.head_ = &parser_.head();
  request_.peer_.set(peer);
}

void Exchange::begin(HttpService& service, ExchangeOwner& owner, const Address& peer,
                     std::string_view body, const TlsInfo* tls) {
  service_ = &service;
  owner_ = &owner;
  introduce(peer);
  request_.body_ = body;
  if (tls != nullptr) request_.tls_ = tls->shared_from_this();
}

void Exchange::forwarded_for(std::string_view ip, std::string_view scheme, std::string_view host) {
  request_.remote_ip_ = ip;
  request_.scheme_ = scheme;
  request_.forwarded_host_ = arena_.copy(host);
}

void Exchange::detach(std::shared_ptr<HttpService> service) noexcept {
  owner_ = nullptr;
  kept_service_ = std::move(service);
  body_stream_.detach();
  flushed();
}

void Exchange::flushed() noexcept {
  if (FlushAwaiter* waiter = std::exchange(flush_waiter_, nullptr)) waiter->resume_later();
}

void Exchange::tell_client_gone() noexcept {
  if (service_ != nullptr && !std::exchange(told_client_gone_, true)) service_->client_gone(*this);
}

bool Exchange::cancelled_on_disconnect() const noexcept {
  const Method method = request_.method();
  return cancel_on_disconnect_ || method == Method::get || method == Method::head;
}

bool Exchange::flush() {
  if (owner_ != nullptr && !finished_) return owner_->on_flush(*this);
  response_.body.clear();
  return true;
}

void Exchange::end() noexcept {
  task_.reset();
  if (HttpService* service = std::exchange(service_, nullptr)) service->over(*this);
  arena_.reset();
  kept_service_.reset();
}

void Exchange::reset() noexcept {
  end();
  body_stream_.reset();
  state_ = {};
  trailers_.clear();
  cancel_on_disconnect_ = told_client_gone_ = false;
  parser_.reset();
  request_.body_ = {};
  request_.tls_.reset();
  request_.scheme_ = request_.forwarded_host_ = {};
  request_.remote_ip_.clear();
  request_.query_arguments_.reset();
  response_.status = 200;
  response_.reason.clear();
  response_.headers.clear();
  response_.file.reset();
  // Assigning an empty one would keep the memory.
  if (response_.body.capacity() > kKeptBodyBytes) std::string().swap(response_.body);
  response_.body.clear();
  if (body_buffer_.capacity() > kKeptBodyBytes) {
    body_buffer_.release();
  } else {
    body_buffer_.clear();
  }
  owner_ = nullptr;
  old_text_ = {};
  new_text_ = nullptr;
  attachment = nullptr;
  finished_ = false;
}

std::optional<Task<void>> Exchange::take_task() {
  if (!task_) return std::nullopt;
  std::optional<Task<void>> held(run_held(ExchangePin(*this), std::move(*task_)));
  task_.reset();
  return held;
}

void Exchange::pin() {
  if (new_text_ != nullptr) return;
  RequestHead& head = parser_.head();
  const std::string_view text = head.text().substr(0, parser_.head_bytes());
  const std::string_view copy = arena_.copy(text);
  if (!request_.body_.empty() && body_buffer_.empty()) {
    body_buffer_.append(request_.body_);
    request_.body_ = body_buffer_.view();
  }
  old_text_ = text;
  new_text_ = copy.data();
  head.move_text(new_text_);
}

bool Exchange::in_old_text(std::string_view view) const noexcept {
  // std::less orders pointers into different objects, which < need not.
  const std::less<> less;
  return new_text_ != nullptr && !less(view.data(), old_text_.data()) &&
         !less(old_text_.data() + old_text_.size(), view.data() + view.size());
}

std::string_view Exchange::pinned(std::string_view view) const noexcept {
  if (!in_old_text(view)) return view;
  return {new_text_ + (view.data() - old_text_.data()), view.size()};
}

void Exchange::finish() noexcept {
  finished_ = true;
  if (owner_ != nullptr) owner_->on_finished(*this);
}

void Exchange::log(LogLevel level, std::string_view message) noexcept {
  if (owner_ != nullptr) owner_->log(level, message);
}

}  // namespace eddy::inline v0::web::internal
