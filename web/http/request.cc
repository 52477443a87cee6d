// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request.h>

#include <cstdint>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/secrets.h>
#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/cookies.h>
#include <eddy/web/http/form.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

struct Request::RemoteIp {
  std::string text;
};

struct Request::Decoded {
  std::optional<Arguments> query_arguments;
  std::optional<Cookies> cookies;
  std::optional<Form> form;
  FormLimits form_limits;
  std::string csp_nonce;
};

Request::Request() = default;
Request::~Request() { delete remote_ip_; }

HeaderList Request::trailers() const noexcept {
  return decoder_ != nullptr ? decoder_->trailers() : HeaderList();
}

std::string_view Request::host() const noexcept {
  const bool told = forwarded_ != nullptr && !forwarded_->host.empty();
  const std::string_view host = told ? forwarded_->host : head_->host();
  return host.empty() ? std::string_view("127.0.0.1") : host;
}

std::string_view Request::remote_ip() const {
  if (forwarded_ != nullptr) return forwarded_->ip;
  if (remote_ip_ == nullptr) remote_ip_ = new RemoteIp;
  std::string& text = remote_ip_->text;
  if (text.empty()) {
    const Address peer = peer_.address();
    text = peer.family() == Address::Family::local ? "0.0.0.0" : peer.host();
  }
  return text;
}

std::string Request::host_name() const {
  const std::string_view with_port = host();
  // An IPv6 address has colons of its own, within brackets.
  const std::size_t colon = with_port.rfind(':');
  const std::size_t bracket = with_port.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::string name(has_port ? with_port.substr(0, colon) : with_port);
  for (char& c : name) c = internal::to_lower(c);
  return name;
}

std::string Request::full_url() const {
  if (target_form() == TargetForm::absolute) return std::string(target());
  std::string url(protocol());
  url.append("://").append(host());
  if (target_form() == TargetForm::origin) url.append(target());
  return url;
}

Request::Decoded& Request::decoded() const {
  if (!decoded_) decoded_ = std::make_unique<Decoded>();
  return *decoded_;
}

void Request::forget_decoded() noexcept {
  if (remote_ip_ != nullptr) remote_ip_->text.clear();
  decoded_.reset();
}

std::string_view Request::csp_nonce() const {
  std::string& nonce = decoded().csp_nonce;
  if (nonce.empty()) nonce = base64_encode(random_bytes(16), Base64::url_unpadded);
  return nonce;
}

const Arguments& Request::query_arguments() const {
  std::optional<Arguments>& arguments = decoded().query_arguments;
  // The request's head bounds them.
  if (!arguments) arguments = Arguments::parse(query(), SIZE_MAX);
  return *arguments;
}

const Cookies& Request::cookies() const {
  std::optional<Cookies>& cookies = decoded().cookies;
  if (!cookies) {
    // One field is all that a client may send (RFC 6265, 5.4), but proxies split it up.
    std::string joined;
    for (const std::string_view field : headers().get_list("Cookie")) {
      if (!joined.empty()) joined += ';';
      joined += field;
    }
    cookies = Cookies::parse(joined);
  }
  return *cookies;
}

void Request::set_form_limits(const FormLimits& limits) const { decoded().form_limits = limits; }

const Form& Request::form() const { return form(decoded().form_limits); }

const Form& Request::form(const FormLimits& limits) const {
  std::optional<Form>& form = decoded().form;
  if (!form) {
    Form read;
    if (const ParseError error = parse_form(headers(), body(), read, limits)) {
      throw HttpError(error.status, error.what);
    }
    form = std::move(read);
  }
  return *form;
}

}  // namespace eddy::inline v0::web
