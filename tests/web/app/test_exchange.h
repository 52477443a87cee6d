// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/app/application.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy_tests {

/// Takes a request through an Application without loop or socket.
class TestExchange final : private eddy::web::internal::ExchangeOwner {
 public:
  TestExchange(eddy::web::Application& app, std::string_view method, std::string_view target,
               std::string_view body = {}, std::string_view fields = {})
      : service_(app.service()),
        text_(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" +
              std::string(fields) + "\r\n"),
        exchange_(*new eddy::web::internal::Exchange({})) {
    if (exchange_.parser().parse(text_) != eddy::web::ParseResult::done) {
      throw std::invalid_argument(exchange_.parser().error().what);
    }
    std::error_code error;
    exchange_.introduce().set(eddy::Address::parse("192.0.2.1", 1, error));
    exchange_.begin(*service_, *this, body);
    service_->handle(exchange_);
  }
  TestExchange(const TestExchange&) = delete;
  TestExchange& operator=(const TestExchange&) = delete;
  ~TestExchange() { exchange_.drop_reference(); }

  [[nodiscard]] eddy::web::internal::Exchange& exchange() { return exchange_; }
  [[nodiscard]] const eddy::web::Request& request() { return exchange_.request(); }
  [[nodiscard]] int status() { return exchange_.response().status; }
  [[nodiscard]] const std::string& body() { return exchange_.response().body; }
  [[nodiscard]] std::string header(std::string_view name) {
    return exchange_.response().headers.get(name).value_or("");
  }
  [[nodiscard]] const std::vector<std::string>& logged() const { return logged_; }
  [[nodiscard]] int times_finished() const { return times_finished_; }

 private:
  bool on_flush(eddy::web::internal::Exchange& /*exchange*/) override { return true; }
  void on_body_wanted() noexcept override {}
  void on_finished(eddy::web::internal::Exchange& /*exchange*/) noexcept override {
    ++times_finished_;
  }
  void log(eddy::LogLevel /*level*/, std::string_view message) noexcept override {
    logged_.emplace_back(message);
  }
  [[nodiscard]] eddy::TimePoint present_time() const noexcept override { return {}; }

  std::shared_ptr<eddy::web::internal::HttpService> service_;
  std::string text_;
  std::vector<std::string> logged_;
  int times_finished_ = 0;
  eddy::web::internal::Exchange& exchange_;
};

}  // namespace eddy_tests
