// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/basic_service.h>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/core/base/thrown_at.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/answer.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/status.h>

namespace eddy::inline v0::web::internal {

std::string summary(Exchange& exchange, int status) {
  const Request& request = exchange.request();
  std::string text = std::to_string(status) + " ";
  text.append(request.method_text()).append(" ").append(request.target());
  return text.append(" (").append(request.remote_ip()).append(")");
}

void BasicService::task_ended(Exchange& exchange, const std::exception_ptr& error) noexcept {
  if (error) {
    fail(exchange, error);
  } else if (!exchange.finished()) {
    exchange.finish();
  }
}

namespace {

/// What is made of something that was thrown.
struct Verdict {
  enum class Kind { error, finish, silent };
  Kind kind = Kind::error;
  int status = 500;
  /// The reason, or the last part of what is sent.
  std::string text = {};
};

// `cancelled`: the request itself, so that nobody is to be answered.
Verdict judge(const std::exception_ptr& error, bool cancelled) {
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& http) {
    if (http.status() < 300 || http.status() > 599) return {};
    return {.status = http.status(), .text = http.reason()};
  } catch (const Finish& finish) {
    return {.kind = Verdict::Kind::finish, .text = finish.last_part()};
  } catch (const Cancelled&) {
    if (cancelled) return {.kind = Verdict::Kind::silent};
    return {.status = 503};  // of something else that the handler awaited
  } catch (const ClientGoneError&) {
    return {.kind = Verdict::Kind::silent};
  } catch (...) {
    return {};
  }
}

}  // namespace

void BasicService::fail(Exchange& exchange, const std::exception_ptr& error) noexcept {
  int status = 500;
  try {
    const Verdict verdict = judge(error, exchange.cancelled());
    status = verdict.status;
    if (verdict.kind == Verdict::Kind::silent) return;
    if (verdict.kind == Verdict::Kind::finish) {
      if (exchange.finished()) return;
      exchange.response().body += verdict.text;
      return exchange.finish();
    }
    try {
      log_exception(exchange, status, error);
    } catch (...) {
      log_thrown(exchange, "log_exception()");
    }
    // Behind a head that was sent there is no room for an error page: the response stays
    // unfinished, and the connection is cut, so that the client knows.
    if (exchange.finished() || exchange.state().head_sent) return;
    send_error(exchange, status, verdict.text, error);
  } catch (...) {
    log_thrown(exchange, "the error page");
    // Not even the error page could be made: send what needs no memory.
    if (exchange.finished() || exchange.state().head_sent) return;
    exchange.response().headers.clear();
    exchange.response().body.clear();
    exchange.response().reason.clear();
    exchange.response().status = status;
    exchange.finish();
  }
}

void log_thrown(Exchange& exchange, std::string_view hook) noexcept try {
  exchange.log(LogLevel::error, std::string(hook) + ": " + describe(std::current_exception()));
} catch (...) {  // no memory for the message
}

void BasicService::over(Exchange& /*exchange*/) noexcept {}

void BasicService::log_exception(Exchange& exchange, int status, const std::exception_ptr& error) {
  log_error(exchange, status, error);
}

void BasicService::send_error(Exchange& exchange, int status, std::string_view reason,
                              const std::exception_ptr& /*error*/) {
  exchange.response().headers.clear();
  send_plain_error(exchange, status, reason);
}

void log_error(Exchange& exchange, int status, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& http) {
    if (http.what()[0] == '\0') return;
    exchange.log(LogLevel::warning, summary(exchange, status) + ": " + http.what());
  } catch (const Cancelled&) {
    // Not the handler's own task, of which describe() would speak.
    std::string text = summary(exchange, status) + ": what the handler awaited was cancelled";
    if (const std::string stack = thrown_at(error); !stack.empty()) text.append("\n").append(stack);
    exchange.log(LogLevel::error, text);
  } catch (...) {
    exchange.log(LogLevel::error,
                 summary(exchange, status) + ": " + describe_with_stack(std::current_exception()));
  }
}

std::string error_title(int status, std::string_view reason) {
  return xhtml_escape(reason.empty() ? reason_phrase(status) : reason);
}

void send_plain_error(Exchange& exchange, int status, std::string_view reason) {
  Response& response = exchange.response();
  if (!is_reason(reason)) reason = {};
  const std::string title = std::to_string(status) + ": " + error_title(status, reason);
  response.status = status;
  response.reason = reason;
  response.headers.set(kHtmlText);
  response.body = "<html><title>" + title + "</title><body>" + title + "</body></html>";
  exchange.finish();
}

void answer_text(Exchange& exchange, std::string&& text) {
  exchange.response().headers.set(kPlainText);
  exchange.response().body = std::move(text);
}

void answer_view(Exchange& exchange, std::string_view text) {
  exchange.response().headers.set(kPlainText);
  exchange.response().body.clear();
  exchange.response().body.append(text);
}

void answer_bytes(Exchange& exchange, std::string_view bytes) {
  answer_view(exchange, bytes);
  exchange.response().headers.set(kOctets);
}

void answer_json(Exchange& exchange, std::string&& text) {
  exchange.response().headers.set(kJson);
  exchange.response().body = std::move(text);
}

void answer_response(Exchange& exchange, Response&& response) {
  exchange.response() = std::move(response);
}

}  // namespace eddy::inline v0::web::internal
