// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cookies, signed values, XSRF tokens and what handlers make of them as commands, for
// tornado_test.py.

#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/signed_value.h>
#include <eddy/web/app/user_handler.h>
#include <eddy/web/app/xsrf_token.h>
#include <eddy/web/http/cookies.h>
#include <eddy/web/http/set_cookie.h>

#include <tests/line_commands.h>
#include <tests/web/app/test_exchange.h>

namespace {

using eddy::web::Application;
using eddy::web::CookieOptions;
using eddy::web::SameSite;
using eddy::web::ValueSigner;
using eddy::web::XsrfToken;
using eddy_tests::CommandFields;
using eddy_tests::TestExchange;
using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds time_in(const std::string& field) { return sys_seconds(seconds(std::stoll(field))); }

// From that field on: the version of the key that signs, and version and secret of each; or a
// secret alone.
ValueSigner signer_in(const CommandFields& fields, std::size_t at) {
  if (fields.size() == at + 1) return ValueSigner(fields.at(at));
  std::vector<eddy::web::SigningKey> keys;
  for (std::size_t i = at + 1; i < fields.size(); i += 2) {
    keys.push_back({std::stoi(fields.at(i)), fields.at(i + 1)});
  }
  return {std::move(keys), std::stoi(fields.at(at))};
}

// NAME VALUE VERSION NOW KEYS
std::string create(const CommandFields& fields) {
  return signer_in(fields, 4).create(fields.at(0), fields.at(1), std::stoi(fields.at(2)),
                                     time_in(fields.at(3)));
}

// NAME TEXT MAX_AGE MIN_VERSION NOW KEYS
std::optional<std::string> decode(const CommandFields& fields) {
  return signer_in(fields, 5).decode(
      fields.at(0), fields.at(1),
      {.max_age = seconds(std::stoll(fields.at(2))), .min_version = std::stoi(fields.at(3))},
      time_in(fields.at(4)));
}

std::optional<std::string> key_version(const CommandFields& fields) {
  const auto version = ValueSigner::key_version(fields.at(0));
  if (!version) return std::nullopt;
  return std::to_string(*version);
}

std::string random_source;

void give_random(std::span<unsigned char> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<unsigned char>(random_source.at(i));
  }
}

// SECRET NOW MASK VERSION
std::string xsrf_text(const CommandFields& fields) {
  random_source = fields.at(0);
  const XsrfToken token = XsrfToken::generate(time_in(fields.at(1)), give_random);
  random_source = fields.at(2);
  return token.text(std::stoi(fields.at(3)), give_random);
}

// TEXT NOW
std::optional<std::string> xsrf_parse(const CommandFields& fields) {
  const auto token = XsrfToken::parse(fields.at(0), time_in(fields.at(1)));
  if (!token) return std::nullopt;
  return std::to_string(token->version()) + " " +
         std::to_string(token->created().time_since_epoch().count()) + " " +
         std::string(token->raw());
}

// NAME VALUE DOMAIN PATH EXPIRES EXPIRES_DAYS MAX_AGE FLAGS SAME_SITE NOW; empty is not given.
CookieOptions cookie_options(const CommandFields& fields) {
  CookieOptions options;
  options.domain = fields.at(2);
  options.path = fields.at(3);
  if (!fields.at(4).empty()) options.expires = time_in(fields.at(4));
  if (!fields.at(5).empty()) options.expires_days = std::stod(fields.at(5));
  if (!fields.at(6).empty()) options.max_age = seconds(std::stoll(fields.at(6)));
  options.http_only = fields.at(7).find('h') != std::string::npos;
  options.secure = fields.at(7).find('s') != std::string::npos;
  const std::string& same_site = fields.at(8);
  if (same_site == "Lax") options.same_site = SameSite::lax;
  if (same_site == "Strict") options.same_site = SameSite::strict;
  if (same_site == "None") options.same_site = SameSite::none;
  return options;
}

// CONTENT IF_NONE_MATCH; gives status and tag.
std::string etag(const CommandFields& fields) {
  struct Content : eddy::web::RequestHandler {
    void initialize(const std::string& content) { content_ = &content; }
    void get() { write(*content_); }
    const std::string* content_ = nullptr;
  };
  Application app({.etags = true}, {eddy::web::route<Content>("/", {}, std::string(fields.at(0)))});
  TestExchange exchange(app, "GET", "/", {}, "If-None-Match: " + fields.at(1) + "\r\n");
  return std::to_string(exchange.status()) + " " + exchange.header("ETag");
}

struct Members : eddy::web::UserHandler<int> {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool authenticated = true;
  void get() {}
  void post() {}
};

// LOGIN_URL METHOD TARGET; gives status and place.
std::string stranger(const CommandFields& fields) {
  Application app({.login_url = fields.at(0)}, {eddy::web::route<Members>("/.*")});
  TestExchange exchange(app, fields.at(1), fields.at(2));
  return std::to_string(exchange.status()) + " " + exchange.header("Location");
}

// TARGET FIELDS; gives what is logged of a POST, or nothing where it is let pass.
std::string xsrf_check(const CommandFields& fields) {
  Application app(eddy::web::Settings{.xsrf_cookies = true});
  app.post("/", [] { return ""; });
  TestExchange exchange(app, "POST", fields.at(0), {}, fields.at(1));
  return exchange.logged().empty() ? "" : exchange.logged().front();
}

// COOKIE
std::string xsrf_form_html(const CommandFields& fields) {
  struct Form : eddy::web::RequestHandler {
    void get() { write(xsrf_form_html()); }
  };
  Application app({.xsrf_cookie_version = 1}, {eddy::web::route<Form>("/")});
  return TestExchange(app, "GET", "/", {}, "Cookie: _xsrf=" + fields.at(0) + "\r\n").body();
}

std::optional<std::string> run(std::string_view name, const CommandFields& fields) {
  if (name == "create") return create(fields);
  if (name == "decode") return decode(fields);
  if (name == "key_version") return key_version(fields);
  if (name == "xsrf_text") return xsrf_text(fields);
  if (name == "xsrf_parse") return xsrf_parse(fields);
  if (name == "set_cookie") {
    return eddy::web::format_set_cookie(fields.at(0), fields.at(1), cookie_options(fields),
                                        time_in(fields.at(9)));
  }
  if (name == "remove_cookie") {
    return eddy::web::format_cookie_removal(fields.at(0), cookie_options(fields),
                                            time_in(fields.at(9)));
  }
  if (name == "read_cookie") {
    const auto cookies = eddy::web::parse_cookies(fields.at(0));
    const auto value = cookies.find(fields.at(1));
    if (!value) return std::nullopt;
    return std::string(*value);
  }
  if (name == "etag") return etag(fields);
  if (name == "stranger") return stranger(fields);
  if (name == "xsrf_check") return xsrf_check(fields);
  if (name == "xsrf_form_html") return xsrf_form_html(fields);
  throw std::runtime_error("there is no command " + std::string(name));
}

}  // namespace

int main() { return eddy_tests::answer_line_commands(run); }
