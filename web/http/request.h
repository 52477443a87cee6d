// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/net/compact_address.h>
#include <eddy/core/net/tls_info.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/method.h>
#include <eddy/web/http/request_parser.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

class BodyDecoder;
class Cookies;
struct Form;
struct FormLimits;

namespace internal {
class Exchange;
}

/// A received request. Made by the server, one for each handler call.
///
/// Thread: the Loop's. Lifetime: it and every view it gives are valid until the handler has
/// returned or, if that gave a Task, until the task has ended; also when the client has gone
/// meanwhile. Source: tornado.httputil.HTTPServerRequest.
class EDDY_API Request {
 public:
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] Method method() const noexcept { return head_->method(); }
  /// The method as it was sent, for those that Method does not name.
  [[nodiscard]] std::string_view method_text() const noexcept { return head_->method_text(); }
  /// The request target as it was sent. Tornado's `uri`.
  [[nodiscard]] std::string_view target() const noexcept { return head_->target(); }
  [[nodiscard]] TargetForm target_form() const noexcept { return head_->form(); }
  /// The target's path, not decoded.
  [[nodiscard]] std::string_view path() const noexcept { return head_->path(); }
  /// What follows the '?', not decoded; query_arguments() has it decoded.
  [[nodiscard]] std::string_view query() const noexcept { return head_->query(); }
  /// "HTTP/1.1" or "HTTP/1.0".
  [[nodiscard]] std::string_view version() const noexcept {
    return head_->version_minor() > 0 ? "HTTP/1.1" : "HTTP/1.0";
  }

  [[nodiscard]] HeaderList headers() const noexcept { return head_->headers(); }
  /// The first field of that name, or "" if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    return headers().find(name).value_or(std::string_view());
  }

  /// Host and port as the client named them. "127.0.0.1" for HTTP/1.0 without a Host field.
  [[nodiscard]] std::string_view host() const noexcept;
  /// As host(), in lower case and without the port.
  [[nodiscard]] std::string host_name() const;
  /// The peer's numeric address without its port, such as "127.0.0.1" or "::1", or what a trusted
  /// proxy says (ServerOptions::trusted_proxies); "0.0.0.0" for a Unix socket.
  [[nodiscard]] std::string_view remote_ip() const;
  /// "https" where the connection is TLS, else "http"; or what a trusted proxy says, by a header
  /// field or by the PROXY protocol.
  [[nodiscard]] std::string_view protocol() const noexcept {
    if (forwarded_ != nullptr && !forwarded_->scheme.empty()) return forwarded_->scheme;
    return secure_ ? "https" : "http";
  }
  /// What TLS knows of the connection, such as the client's certificate; null without TLS.
  [[nodiscard]] const TlsInfo* tls() const noexcept { return tls_.get(); }

  /// The whole content.
  [[nodiscard]] std::string_view body() const noexcept { return body_; }

  /// The trailer fields of a chunked body, once all of it has been read; kept apart from headers(),
  /// since they come from behind what was decided by those (RFC 9110, 6.5).
  [[nodiscard]] HeaderList trailers() const noexcept;

  /// What a browser would show: protocol(), host() and the target.
  [[nodiscard]] std::string full_url() const;

  /// 128 bits that nobody can foretell, as 22 letters, digits, '-' and '_': made when it is first
  /// asked for, and the same from then on. For the scripts and styles of a page, where the response
  /// says so in its Content-Security-Policy; see SecurityHeaders.
  [[nodiscard]] std::string_view csp_nonce() const;

  // The next three are decoded when they are first asked for.

  /// The arguments of the query.
  [[nodiscard]] const Arguments& query_arguments() const;
  /// The cookies of all Cookie fields; malformed ones are left out.
  [[nodiscard]] const Cookies& cookies() const;
  /// The arguments and files of a urlencoded or multipart body, as parse_form() reads it; empty for
  /// content of another type. The files' bodies are views into body(). Throws HttpError (400, 413,
  /// 415) where it can't be read. Without `limits`, those of Settings::form_limits hold. Later
  /// calls give the same, whatever their limits. Tornado's `body_arguments` and `files`.
  [[nodiscard]] const Form& form() const;
  [[nodiscard]] const Form& form(const FormLimits& limits) const;

 private:
  friend class internal::Exchange;
  struct Decoded;
  struct RemoteIp;

  Request();
  ~Request();
  [[nodiscard]] Decoded& decoded() const;
  void forget_decoded() noexcept;
  /// For form().
  void set_form_limits(const FormLimits& limits) const;

  /// A trusted proxy's word, in the request's own memory. Scheme and host are empty where it has
  /// told none.
  struct Forwarded {
    std::string_view ip;
    std::string_view scheme;
    std::string_view host;
  };

  const RequestHead* head_ = nullptr;
  std::string_view body_;
  /// Of a chunked body.
  const BodyDecoder* decoder_ = nullptr;
  eddy::internal::CompactAddress peer_;
  bool secure_ = false;
  /// Of the peer, and owned (a unique_ptr here costs the compiler of a hello 1.7 MiB); made when it
  /// is asked for, and kept for the requests to come. Few connections need it, and there are
  /// thousands.
  mutable RemoteIp* remote_ip_ = nullptr;
  const Forwarded* forwarded_ = nullptr;
  std::shared_ptr<const TlsInfo> tls_;
  mutable std::unique_ptr<Decoded> decoded_;
};

}  // namespace eddy::inline v0::web
