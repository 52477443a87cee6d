// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/http_client.h>

#include <stdexcept>
#include <utility>

#include <eddy/core/task/sleep.h>
#include <eddy/web/http/internal/client_exchange.h>

namespace eddy::inline v0::web {

namespace {

class ClientCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "eddy.http_client"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<ClientErrc>(code)) {
      case ClientErrc::invalid_request:
        return "the request can't be sent";
      case ClientErrc::unsupported:
        return "not supported";
      case ClientErrc::timeout:
        return "timed out";
      case ClientErrc::closed:
        return "closed by the server before the response was whole";
      case ClientErrc::malformed:
        return "malformed response";
      case ClientErrc::too_large:
        return "response too large";
    }
    return "unknown error";
  }

  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<ClientErrc>(code)) {
      case ClientErrc::invalid_request:
        return std::errc::invalid_argument;
      case ClientErrc::unsupported:
        return std::errc::not_supported;
      case ClientErrc::timeout:
        return std::errc::timed_out;
      case ClientErrc::closed:
        return std::errc::connection_aborted;
      case ClientErrc::malformed:
        return std::errc::bad_message;
      case ClientErrc::too_large:
        return std::errc::message_size;
    }
    return {code, *this};
  }
};

// What these coroutines need is in their parameters, so that the client may go.

Task<std::unique_ptr<internal::ClientExchange>> begin(Loop& loop, HttpLimits limits,
                                                      ClientRequest request) {
  const auto* here = co_await eddy::internal::EnvironmentAwaiter<eddy::internal::ReadEnvironment>();
  if (here->core != eddy::internal::core_of(loop).get()) {
    throw std::logic_error("HttpClient: fetch is awaited in a Task of another Loop");
  }
  auto exchange = std::make_unique<internal::ClientExchange>(loop, limits, std::move(request));
  co_await exchange->begin();
  co_return exchange;
}

Task<ClientResponse> fetch_whole(Task<std::unique_ptr<internal::ClientExchange>> beginning) {
  const auto exchange = co_await std::move(beginning);
  co_return co_await exchange->read_all();
}

Task<StreamedResponse> stream(Task<std::unique_ptr<internal::ClientExchange>> beginning) {
  co_return StreamedResponse(co_await std::move(beginning));
}

}  // namespace

const std::error_category& http_client_category() noexcept {
  static const ClientCategory category;
  return category;
}

StreamedResponse::StreamedResponse(std::unique_ptr<internal::ClientExchange> exchange) noexcept
    : exchange_(std::move(exchange)) {}
StreamedResponse::StreamedResponse(StreamedResponse&& other) noexcept = default;
StreamedResponse& StreamedResponse::operator=(StreamedResponse&& other) noexcept = default;
StreamedResponse::~StreamedResponse() = default;

int StreamedResponse::status() const noexcept { return exchange_->status(); }
const std::string& StreamedResponse::reason() const noexcept { return exchange_->reason(); }
const Headers& StreamedResponse::headers() const noexcept { return exchange_->headers(); }
Task<std::string_view> StreamedResponse::read() { return exchange_->read(); }
HeaderList StreamedResponse::trailers() const noexcept { return exchange_->trailers(); }

Task<ClientResponse> HttpClient::fetch(ClientRequest request) const {
  return fetch_whole(begin(*loop_, limits_, std::move(request)));
}

Task<ClientResponse> HttpClient::fetch(std::string url) const {
  return fetch(ClientRequest(std::move(url)));
}

Task<StreamedResponse> HttpClient::fetch_streamed(ClientRequest request) const {
  return stream(begin(*loop_, limits_, std::move(request)));
}

}  // namespace eddy::inline v0::web
