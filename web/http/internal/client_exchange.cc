// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/client_exchange.h>

#include <algorithm>
#include <array>
#include <utility>

#include <eddy/core/base/version.h>
#include <eddy/core/net/connect.h>
#include <eddy/core/task/with_timeout.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/response_writer.h>

namespace eddy::inline v0::web::internal {

namespace {

/// Whether who gets a request with that method waits for content (RFC 9110, 8.6).
bool expects_content(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string make_head(const ClientRequest& request, const ClientUrl& url) {
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\n";
  const Headers& own = request.headers;
  if (!own.contains("Host")) append_field(head, "Host", url.host);
  if (!own.contains("User-Agent")) append_field(head, "User-Agent", "Eddy/" EDDY_VERSION_STRING);
  for (const HeaderField field : own) {
    const bool ours = equals_ignoring_case(field.name, "Connection") ||
                      equals_ignoring_case(field.name, "Content-Length");
    if (!ours) append_field(head, field.name, field.value);
  }
  const bool produces = request.body_producer != nullptr;
  if (produces || !request.body.empty() || expects_content(request.method)) {
    if (request.method == "POST" && !own.contains("Content-Type")) {
      append_field(head, "Content-Type", "application/x-www-form-urlencoded");
    }
    if (produces && !request.body_length) {
      append_field(head, "Transfer-Encoding", "chunked");
    } else {
      const std::uint64_t bytes = produces ? *request.body_length : request.body.size();
      append_field(head, "Content-Length", std::to_string(bytes));
    }
  }
  head += "Connection: close\r\n\r\n";
  return head;
}

/// Why `request` can't be sent; empty: it can.
std::string_view why_not(const ClientRequest& request) noexcept {
  if (!is_token(request.method)) return "its method is no token (RFC 9110, 5.6.2)";
  if (request.headers.contains("Transfer-Encoding")) return "it has a Transfer-Encoding";
  if (request.body_producer && !request.body.empty()) return "it has both body and body_producer";
  if (!request.body_producer && request.body_length) return "it has no body_producer";
  return {};
}

/// A server that has answered and closed does not take the rest; its answer is there to be read.
bool leaves_answer(const std::error_code& error) noexcept {
  return error == std::errc::broken_pipe || error == std::errc::connection_reset;
}

HttpLimits with_body(HttpLimits limits, std::size_t bytes) noexcept {
  limits.body_bytes = bytes;
  return limits;
}

/// Closes a connection where the reading of it ends: at the end of the content, by an error, a
/// stop, or the destruction of the task.
class Closing {
 public:
  explicit Closing(Stream& stream) noexcept : stream_(&stream) {}
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  ~Closing() {
    if (stream_ != nullptr) stream_->close();
  }
  void keep_open() noexcept { stream_ = nullptr; }

 private:
  Stream* stream_;
};

TimePoint deadline_of(TimePoint now, Duration limit) noexcept {
  return limit == Duration::zero() ? kNever : eddy::internal::deadline_after(now, limit);
}

}  // namespace

ClientExchange::ClientExchange(Loop& loop, const HttpLimits& limits, ClientRequest request)
    : loop_(loop),
      request_(std::move(request)),
      url_(parse_client_url(request_.url)),
      deadline_(deadline_of(loop.now(), request_.request_timeout)),
      parser_(limits),
      decoder_(with_body(limits, request_.max_body)),
      sender_(loop) {
  if (const std::string_view why = why_not(request_); !why.empty()) {
    fail(ClientErrc::invalid_request, why);
  }
  if (request_.method == "CONNECT" || request_.headers.contains("Upgrade")) {
    fail(ClientErrc::unsupported, "no other protocol is spoken behind a response");
  }
}

template <class T>
Task<T> ClientExchange::in_time(Task<T> task) {
  if (deadline_ == kNever) co_return co_await std::move(task);
  try {
    co_return co_await with_timeout(deadline_ - loop_.now(), std::move(task));
  } catch (const TimeoutError&) {
    fail(ClientErrc::timeout, "request_timeout is over, and the response is not whole");
  }
}

Task<void> ClientExchange::begin() {
  co_await in_time(connect());
  send();
  co_await in_time(read_head());
}

Task<std::string_view> ClientExchange::read() { return in_time(read_piece()); }

Task<ClientResponse> ClientExchange::read_all() { return in_time(collect()); }

Task<void> ClientExchange::connect() {
  // A Task, so that it can be bounded.
  auto attempt = [](const Address& address) -> Task<std::unique_ptr<Stream>> {
    co_return co_await eddy::connect(address);
  }(url_.address);
  if (request_.connect_timeout == Duration::zero()) {
    stream_ = co_await std::move(attempt);
    co_return;
  }
  try {
    stream_ = co_await with_timeout(request_.connect_timeout, std::move(attempt));
  } catch (const TimeoutError&) {
    fail(ClientErrc::timeout, "connect_timeout is over, and nobody has answered");
  }
}

void ClientExchange::send() {
  std::string head = make_head(request_, url_);
  if (request_.body_producer) return sender_.spawn(send_produced(std::move(head)));
  // Of no use to the response, which may last.
  std::string body = std::move(request_.body);
  const std::array<std::string_view, 2> pieces = {head, body};
  // Of an error the next call tells again.
  const std::size_t sent = stream_->try_write(pieces).bytes;
  if (sent == head.size() + body.size()) return;
  sender_.spawn(send_rest(std::move(head), std::move(body), sent));
}

Task<void> ClientExchange::send_rest(std::string head, std::string body, std::size_t sent) {
  const std::size_t of_head = std::min(sent, head.size());
  const std::size_t of_body = sent - of_head;
  bool takes = true;
  if (of_head < head.size()) takes = co_await try_send(std::move(head), of_head);
  if (takes && of_body < body.size()) co_await try_send(std::move(body), of_body);
}

Task<bool> ClientExchange::try_send(std::string piece, std::size_t begin) {
  try {
    co_await stream_->write(std::move(piece), begin);
    co_return true;
  } catch (const std::system_error& error) {
    if (!leaves_answer(error.code()) && !stream_->closed()) {
      send_error_ = error.code();
      stream_->close();
    }
  }
  co_return false;
}

Task<void> ClientExchange::send_produced(std::string head) {
  const std::optional<std::uint64_t> length = request_.body_length;
  std::uint64_t made = 0;
  ByteBuffer framing;
  bool takes = co_await try_send(std::move(head));
  try {
    while (takes) {
      std::string piece = co_await request_.body_producer();
      if (piece.empty()) break;
      made += piece.size();
      if (length && made > *length) {
        fail(ClientErrc::invalid_request, "body_producer makes more than body_length");
      }
      if (!length) {
        framing.clear();
        write_chunk_size(framing, piece.size());
        piece.insert(0, framing.view()).append("\r\n");
      }
      takes = co_await try_send(std::move(piece));
    }
    if (takes && length && made < *length) {
      fail(ClientErrc::invalid_request, "body_producer makes less than body_length");
    }
  } catch (const Cancelled&) {
    throw;
  } catch (...) {
    producer_error_ = std::current_exception();
    stream_->close();
    co_return;
  }
  if (!takes || length) co_return;
  framing.clear();
  write_last_chunk(framing);
  co_await try_send(std::string(framing.view()));
}

Task<std::size_t> ClientExchange::receive() {
  try {
    co_return co_await stream_->read_some(piece_);
  } catch (const std::system_error&) {
    if (producer_error_) std::rethrow_exception(producer_error_);
    if (send_error_) throw std::system_error(send_error_, "write");
    throw;
  }
}

Task<void> ClientExchange::read_head() {
  parser_.begin(request_.method);
  for (;;) {
    const ParseResult result = head_.empty() ? ParseResult::need_more : parser_.parse(head_);
    if (result == ParseResult::failed) fail(parser_.error());
    if (result == ParseResult::done) {
      if (!parser_.head().interim()) break;
      head_.erase(0, parser_.head_bytes());
      parser_.begin(request_.method);
      continue;
    }
    const std::size_t bytes = co_await receive();
    if (bytes == 0) {
      fail(ClientErrc::closed, head_.empty() ? "no response" : "the head of the response is cut");
    }
    head_.append(piece_.data(), bytes);
  }
  take_head();
}

void ClientExchange::take_head() {
  const ReceivedResponseHead& head = parser_.head();
  if (head.framing() == ContentFraming::tunnel) {
    fail(ClientErrc::malformed, "the response changes the protocol, unasked");
  }
  if (head.framing() == ContentFraming::length && *head.content_length() > request_.max_body) {
    fail(ClientErrc::too_large, "the content is larger than max_body");
  }
  status_ = head.status();
  reason_ = head.reason();
  for (const HeaderField field : head.headers()) {
    if (!headers_.try_add(field.name, field.value)) {
      fail(ClientErrc::malformed, "a header field that is none");
    }
  }
  decoder_.begin(head);
  rest_ = std::string_view(head_).substr(parser_.head_bytes());
}

Task<std::string_view> ClientExchange::read_piece() {
  Closing closing(*stream_);
  while (!decoder_.finished()) {
    if (rest_.empty()) {
      const std::size_t bytes = co_await receive();
      if (bytes == 0) {
        if (decoder_.end_of_input() == ParseResult::done) break;
        fail(ClientErrc::closed, "the content of the response is cut");
      }
      rest_ = std::string_view(piece_.data(), bytes);
    }
    const BodyDecoder::Step step = decoder_.decode(rest_);
    rest_.remove_prefix(step.consumed);
    if (step.result == ParseResult::failed) fail(decoder_.error());
    if (!step.data.empty()) {
      closing.keep_open();
      co_return step.data;
    }
  }
  co_return std::string_view();
}

Task<ClientResponse> ClientExchange::collect() {
  ClientResponse whole{status_, std::move(reason_), std::move(headers_), {}};
  for (std::string_view piece; !(piece = co_await read_piece()).empty();) whole.body += piece;
  co_return whole;
}

void ClientExchange::fail(ClientErrc code, std::string_view why) {
  throw HttpClientError(code, request_.method + " " + request_.url + " (" + std::string(why) + ")");
}

void ClientExchange::fail(const ParseError& error) {
  const bool large = error.status == 413 || error.status == 431;
  fail(large ? ClientErrc::too_large : ClientErrc::malformed, error.what);
}

}  // namespace eddy::inline v0::web::internal
