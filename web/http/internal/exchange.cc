// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/exchange.h>

#include <algorithm>
#include <functional>

#include <eddy/web/http/internal/encoding.h>
#include <eddy/web/http/internal/request_content.h>
#include <eddy/web/http/internal/upgrade.h>

namespace eddy::inline v0::web::internal {

namespace {

// What is kept of a request's memory for the next one.
constexpr std::size_t kKeptBodyBytes = 4096;

Task<void> run_held(TaskHold hold, Task<void> task) {
  std::exception_ptr error;
  try {
    co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  (*hold).task_ended(error);
}

}  // namespace

HttpService::~HttpService() = default;

ResponseState::ResponseState() noexcept = default;
ResponseState::~ResponseState() = default;

void ResponseState::reset() noexcept {
  owed = 0;
  length_announced = false;
  encoding.reset();
  head_sent = send_content = chunked = responded = false;
  asked_for_content = coding_chosen = coded = false;
}

ContentPlan HttpService::plan(Exchange& /*exchange*/) noexcept { return {}; }

void HttpService::before_head(Exchange& /*exchange*/, bool /*whole*/) noexcept {}

bool HttpService::log_request(Exchange& /*exchange*/, Duration /*took*/) noexcept { return false; }

void HttpService::client_gone(Exchange& /*exchange*/) noexcept {}

void HttpService::complete_head(Exchange& /*exchange*/) {}

struct Exchange::RareParts {
  Headers trailers;
  std::unique_ptr<Upgrade> upgrade;
};

Exchange::Exchange(const HttpLimits& limits) noexcept : parser_(limits), response_stream_(*this) {}

Exchange::~Exchange() { end(); }

RequestContent& Exchange::make_content() {
  content_ = std::make_unique<RequestContent>();
  return *content_;
}

void Exchange::expect_trailers() { request_.decoder_ = &content().decoder; }

bool Exchange::content_streams() const noexcept { return content_->stream.active(); }

bool Exchange::within_content() const noexcept {
  return streams_content() && !content_->decoder.finished();
}

bool Exchange::wants_content() const noexcept {
  return content_ != nullptr && content_->stream.wanted();
}

std::size_t Exchange::request_bytes_held() const noexcept {
  const std::size_t held = arena_.bytes_held();
  if (content_ == nullptr) return held;
  const ContentDecoding* decoding = content_->decoding.get();
  const ByteBuffer& buffer = content_->buffer;
  // Room for the whole of a content has not been written to; the room of a streamed one has.
  return held + (content_streams() ? buffer.capacity() : buffer.size()) +
         (decoding != nullptr ? decoding->bytes_held() : 0);
}

RequestBody& Exchange::request_body() { return content().body; }

Headers& Exchange::trailers() {
  if (rare_ == nullptr) rare_ = std::make_unique<RareParts>();
  return rare_->trailers;
}

void Exchange::begin(HttpService& service, ExchangeOwner& owner, std::string_view body) {
  service_ = &service;
  owner_ = &owner;
  request_.body_ = body;
}

void Exchange::secured(const TlsInfo* tls) {
  request_.secure_ = true;
  if (tls != nullptr) request_.tls_ = tls->shared_from_this();
}

void Exchange::forwarded_for(std::string_view ip, std::string_view scheme, std::string_view host) {
  request_.forwarded_ = &arena_.make<Request::Forwarded>(
      Request::Forwarded{arena_.copy(ip), scheme, arena_.copy(host)});
}

void Exchange::detach(std::shared_ptr<ExchangeKeeper> keeper) noexcept {
  owner_ = nullptr;
  keeper_ = std::move(keeper);
  if (content_ != nullptr) content_->stream.detach();
  flushed();
}

void Exchange::upgrade(std::unique_ptr<Upgrade> to) {
  if (rare_ == nullptr) rare_ = std::make_unique<RareParts>();
  rare_->upgrade = std::move(to);
}

std::unique_ptr<Upgrade> Exchange::take_upgrade() noexcept { return std::move(rare_->upgrade); }

bool Exchange::rare_upgrades() const noexcept { return rare_->upgrade != nullptr; }

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
  if (owner_ != nullptr) {
    tell_before_head(false);
    return finished_ || owner_->on_flush(*this);
  }
  response_.body.clear();  // there is nobody to have it
  return true;
}

void Exchange::end() noexcept {
  task_.reset();
  // What is told now, and what is destroyed with the request's memory, may still ask for the
  // service. If it runs the loop and the client goes, that is no news any more.
  told_client_gone_ = true;
  if (service_ != nullptr) service_->over(*this);
  rare_.reset();
  arena_.reset();
  service_ = nullptr;
  keeper_.reset();
}

void Exchange::reset() noexcept {
  end();
  if (content_ != nullptr) {
    content_->stream.reset();
    content_->decoding.reset();
    ByteBuffer& buffer = content_->buffer;
    buffer.capacity() > kKeptBodyBytes ? buffer.release() : buffer.clear();
  }
  state_.reset();
  cancel_on_disconnect_ = cancelled_ = told_client_gone_ = from_this_machine_ = false;
  parser_.reset();
  request_.body_ = {};
  request_.decoder_ = nullptr;
  request_.secure_ = false;
  request_.tls_.reset();
  request_.forwarded_ = nullptr;
  request_.forget_decoded();
  response_.status = 200;
  response_.reason.clear();
  response_.headers.clear();
  response_.file.reset();
  response_.file_pieces.reset();
  // Assigning an empty one would keep the memory.
  if (response_.body.capacity() > kKeptBodyBytes) std::string().swap(response_.body);
  response_.body.clear();
  owner_ = nullptr;
  pinned_ = asks_before_head_ = asks_to_log_ = false;
  attachment = nullptr;
  subject = nullptr;
  finished_ = false;
}

std::optional<Task<void>> Exchange::take_task() {
  if (!task_) return std::nullopt;
  held_by_task_ = true;
  add_reference();
  return std::exchange(task_, std::nullopt);
}

void Exchange::wait_for(Task<void> task) {
  wait_for_holder(run_held(TaskHold(*this), std::move(task)));
}

MovedText Exchange::pin() {
  if (pinned_) return {};
  RequestHead& head = parser_.head();
  const std::string_view text = head.text().substr(0, parser_.head_bytes());
  const std::string_view copy = arena_.copy(text);
  if (!request_.body_.empty() && (content_ == nullptr || content_->buffer.empty())) {
    ByteBuffer& buffer = content().buffer;
    buffer.append(request_.body_);
    request_.body_ = buffer.view();
  }
  head.move_text(copy.data());
  pinned_ = true;
  return {text, copy.data()};
}

void Exchange::rename_fields(std::string_view name, std::string_view to) {
  RequestHead& head = parser_.head();
  const std::string_view text = head.text();
  auto* const longer = static_cast<char*>(arena_.allocate(text.size() + to.size(), 1));
  std::copy(text.begin(), text.end(), longer);
  std::copy(to.begin(), to.end(), longer + text.size());
  parser_.rename_fields(name, static_cast<std::uint32_t>(text.size()),
                        static_cast<std::uint32_t>(to.size()));
  head.move_text(longer);
}

std::string_view MovedText::operator()(std::string_view view) const noexcept {
  // std::less orders pointers into different objects, which < need not.
  const std::less<> less;
  if (to == nullptr || less(view.data(), from.data()) ||
      less(from.data() + from.size(), view.data() + view.size())) {
    return view;
  }
  return {to + (view.data() - from.data()), view.size()};
}

void Exchange::ask_service(bool whole) noexcept {
  if (owner_ == nullptr) return;
  asks_before_head_ = false;  // what it calls may finish
  service_->before_head(*this, whole);
  asks_before_head_ = true;
}

void Exchange::finish() noexcept {
  tell_before_head(true);
  if (finished_) return;
  finished_ = true;
  if (owner_ != nullptr) owner_->on_finished(*this);
}

void Exchange::log(LogLevel level, std::string_view message) noexcept {
  if (owner_ != nullptr) {
    owner_->log(level, message);
  } else if (keeper_ != nullptr) {
    keeper_->log(level, message);
  }
}

Duration Exchange::request_time() const noexcept {
  if (owner_ != nullptr) return owner_->present_time() - began_;
  return keeper_ != nullptr ? keeper_->present_time() - began_ : Duration::zero();
}

}  // namespace eddy::inline v0::web::internal
