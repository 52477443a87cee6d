// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/web/app/arguments.h>
#include <eddy/web/app/internal/page_scope.h>
#include <eddy/web/app/internal/url_argument.h>
#include <eddy/web/escape/internal/number.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/http/file.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/json.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response_stream.h>
#include <eddy/web/http/text.h>
#include <eddy/web/template/page.h>

namespace eddy::inline v0::web {

class Application;
struct CookieOptions;
struct Settings;
struct SignedValueOptions;

namespace internal {
class Exchange;
struct HandlerAccess;
struct HandlerState;
}  // namespace internal

/// Base of the classes that answer requests: one object for each. The HTTP methods that a handler
/// answers are members of these names, with one parameter for each group of the route's pattern or
/// none at all; they return nothing, or Task<void> where they have to wait:
///
///     struct Story : eddy::web::RequestHandler {
///       void get(int id) { write("story ", id); }
///       eddy::Task<void> post(int id);
///     };
///
/// The names are get, head, post, put, patch, options and del (DELETE). They are found when the
/// route is compiled, inherited ones too; one that can't be taken is a compile error. A method that
/// is not there is answered by 405 with Allow, but HEAD is answered by get() without the content.
///
/// `prepare` may be declared too, `void prepare()` or `Task<void> prepare()`: it runs before the
/// method, which is left out if it has finished the response.
///
/// A handler of large uploads takes the content while it arrives:
///
///     struct Upload : eddy::web::RequestHandler {
///       static constexpr bool stream_request_body = true;
///       void data_received(std::string_view piece) { ... }  // or Task<void>: the client waits
///       void post() { write("thanks"); }                    // after the last piece
///     };
///
/// `static constexpr std::size_t max_body_size` replaces the server's limit for bodies, and
/// `static constexpr bool cancel_on_disconnect = true` stops the tasks of all its methods when the
/// client has gone, not only those of GET and HEAD.
///
/// `static constexpr bool authenticated = true`, in a UserHandler, has the methods called only for
/// those who have logged in.
///
/// `initialize` takes what the route was given behind its options, in the order of its parameters;
/// it runs first, returns nothing and can't wait:
///
///     struct Story : eddy::web::RequestHandler {
///       void initialize(Database& database) { database_ = &database; }
///     };
///     Application app({route<Story>("/story", {}, std::ref(database))});
///
/// What has been written is sent when the method has returned, or its task has ended, or by
/// finish(). What a handler throws becomes an error page (HttpError: of its status; Cancelled of
/// something that it awaits: 503; anything else: 500) and one line in the log; but Finish ends the
/// request as it is. After the client has gone, writing does nothing, and what is thrown is logged
/// as ever.
///
/// Thread: the Loop's. Ownership: the server makes and destroys it; nothing can be written in its
/// constructor. Source: tornado.web.RequestHandler.
class EDDY_API RequestHandler {
 public:
  RequestHandler() = default;
  RequestHandler(const RequestHandler&) = delete;
  RequestHandler& operator=(const RequestHandler&) = delete;
  virtual ~RequestHandler();

  /// Called before the method; see above. Not virtual: a handler's own is found by its name.
  void prepare() {}
  /// Called once, when the response has been handed over and the handler runs no more; but not
  /// where the route's owner has died (RouteOptions::owner). Nothing can be sent any more, and what
  /// it throws is only logged.
  virtual void on_finish() {}
  /// Called at most once, when the client has gone while a method waits; see also
  /// ServerOptions::half_close. on_finish() comes as ever.
  virtual void on_connection_close() {}
  /// Called for each request before anything else, and again when a response is begun anew by
  /// clear() or for an error page: sets what all of this handler's responses have in common.
  virtual void set_default_headers() {}
  /// Sends the page for an error status; an overriding one writes its own, in the response that has
  /// status(), reason() and the default headers by then. `error` is what was thrown, or null where
  /// send_error() was called. What it throws is logged, and the page is empty.
  virtual void write_error(int status, const std::exception_ptr& error);
  /// Logs what the handler has thrown: by default a warning for an HttpError with a message,
  /// nothing for one without, and an error for anything else.
  virtual void log_exception(int status, const std::exception_ptr& error);

  [[nodiscard]] const Request& request() const;
  /// How long the request has taken so far, by the loop's clock: since it was handed to the
  /// handler, behind a content that is not streamed. What the access log tells in the end; also in
  /// on_finish(), and when the client has gone.
  /// Source: tornado.httputil.HTTPServerRequest.request_time.
  [[nodiscard]] Duration request_time() const;
  /// The request's content as a T, which must say that it is JSON: throws HttpError, 415 or 400.
  template <JsonReadable T>
  [[nodiscard]] T json_body() const {
    return internal::json_body<T>(request(), request().body());
  }
  /// What the groups of the route's pattern captured of the path, decoded, in their order; "" for
  /// one that took no part. They are the method's parameters too, where it has any.
  [[nodiscard]] std::vector<std::string> path_args() const;
  /// The group of that name, {name} or (?<name>...); nothing where it took no part. Throws
  /// std::out_of_range for a name that the pattern has not. Tornado's path_kwargs.
  [[nodiscard]] std::optional<std::string> path_arg(std::string_view name) const;
  /// For the scripts and styles of a page that the Content-Security-Policy lets run by their nonce;
  /// see SecurityHeaders. Made when it is first asked for.
  [[nodiscard]] std::string_view csp_nonce() const;
  /// The application that this handler is a route of. Throws std::logic_error once that has been
  /// destroyed.
  [[nodiscard]] Application& app() const;
  /// The application's, also when that has been destroyed.
  [[nodiscard]] const Settings& settings() const;

  /// Application::reverse_url().
  template <class... Values>
  [[nodiscard]] std::string reverse_url(std::string_view name, const Values&... values) const {
    return reverse(name, {internal::UrlArgument(values)...});
  }
  /// The URL of one of Settings::static_files, with its version (StaticFiles::url), and with
  /// scheme and host where it is to be `absolute`. Throws std::logic_error where the Settings have
  /// none. Source: tornado.web.RequestHandler.static_url.
  [[nodiscard]] std::string static_url(std::string_view path, bool absolute = false) const;

  /// 100 to 999. An empty reason is the status's own; one with control
  /// characters or a '<' is dropped.
  void set_status(int status, std::string_view reason = {});
  [[nodiscard]] int status() const;
  /// What was set, or the status's own.
  [[nodiscard]] std::string_view reason() const;
  /// Drops status, fields and what has been written, and begins again with the default headers.
  /// Cookies that have been set stay.
  /// Throws std::logic_error once anything has been sent.
  void clear();

  // ---- Arguments ----
  //
  // Of the query and of a urlencoded or multipart body. Control characters become blanks, and
  // blanks around a value are taken off (Strip::no leaves them). A T is std::string or what
  // PathValue knows. A text that does not convert, or is no UTF-8, is an ArgumentError: a 400 that
  // names the argument. get_argument() looks at both, and takes the last value, of the body where
  // it has one. request().query_arguments() and form() have everything as it was sent.
  // Source: tornado.web.RequestHandler.get_argument.

  /// Throws MissingArgumentError, a 400, where there is no such argument; but a std::optional is
  /// empty.
  template <class T = std::string>
  [[nodiscard]] T get_argument(std::string_view name, Strip strip = Strip::yes) const {
    return internal::required_argument<T>(*this, {name, ArgumentSource::any, strip});
  }
  template <class T>
  requires(!std::is_same_v<T, Strip>)
      [[nodiscard]] internal::ArgumentValue<T> get_argument(std::string_view name, T fallback,
                                                            Strip strip = Strip::yes) const {
    return internal::argument_or<internal::ArgumentValue<T>>(
        *this, {name, ArgumentSource::any, strip}, std::move(fallback));
  }
  template <class T = std::string>
  [[nodiscard]] T get_query_argument(std::string_view name, Strip strip = Strip::yes) const {
    return internal::required_argument<T>(*this, {name, ArgumentSource::query, strip});
  }
  template <class T>
  requires(!std::is_same_v<T, Strip>)
      [[nodiscard]] internal::ArgumentValue<T> get_query_argument(std::string_view name, T fallback,
                                                                  Strip strip = Strip::yes) const {
    return internal::argument_or<internal::ArgumentValue<T>>(
        *this, {name, ArgumentSource::query, strip}, std::move(fallback));
  }
  template <class T = std::string>
  [[nodiscard]] T get_body_argument(std::string_view name, Strip strip = Strip::yes) const {
    return internal::required_argument<T>(*this, {name, ArgumentSource::body, strip});
  }
  template <class T>
  requires(!std::is_same_v<T, Strip>)
      [[nodiscard]] internal::ArgumentValue<T> get_body_argument(std::string_view name, T fallback,
                                                                 Strip strip = Strip::yes) const {
    return internal::argument_or<internal::ArgumentValue<T>>(
        *this, {name, ArgumentSource::body, strip}, std::move(fallback));
  }
  /// All values of that name in order, those of the query first; none if there is no such argument.
  template <class T = std::string>
  [[nodiscard]] std::vector<T> get_arguments(std::string_view name,
                                             Strip strip = Strip::yes) const {
    return internal::all_arguments<T>(*this, {name, ArgumentSource::any, strip});
  }
  template <class T = std::string>
  [[nodiscard]] std::vector<T> get_query_arguments(std::string_view name,
                                                   Strip strip = Strip::yes) const {
    return internal::all_arguments<T>(*this, {name, ArgumentSource::query, strip});
  }
  template <class T = std::string>
  [[nodiscard]] std::vector<T> get_body_arguments(std::string_view name,
                                                  Strip strip = Strip::yes) const {
    return internal::all_arguments<T>(*this, {name, ArgumentSource::body, strip});
  }

  // ---- The response ----

  /// Replaces what was set by that name. Throws std::invalid_argument where a name or value could
  /// not be sent (control characters). Content-Type is text/html; charset=UTF-8 unless it is set.
  void set_header(std::string_view name, std::string_view value);
  /// As HTTP writes a time (format_http_date).
  void set_header(std::string_view name, std::chrono::sys_seconds time);
  /// In decimal.
  template <internal::Number T>
  requires std::integral<T>
  void set_header(std::string_view name, T number) {
    set_header(name, internal::number_text(number).text());
  }
  /// Adds a field beside those of the same name.
  void add_header(std::string_view name, std::string_view value);
  void add_header(std::string_view name, std::chrono::sys_seconds time);
  template <internal::Number T>
  requires std::integral<T>
  void add_header(std::string_view name, T number) {
    add_header(name, internal::number_text(number).text());
  }
  void clear_header(std::string_view name);

  // ---- Cookies ----
  //
  // CookieOptions are in <eddy/web/http/set_cookie.h>, Settings in <eddy/web/app/settings.h>.
  // Cookies are sent with the response, also where that becomes an error page; to set one of the
  // same name again replaces it. What sets them throws std::invalid_argument for what browsers
  // would drop or misread (format_set_cookie), and std::logic_error once the head has been sent.
  // Source: tornado.web.RequestHandler.set_cookie.

  /// The value that the request has, unquoted; for as long as the request.
  [[nodiscard]] std::optional<std::string_view> get_cookie(std::string_view name) const;
  void set_cookie(std::string_view name, std::string_view value);
  void set_cookie(std::string_view name, std::string_view value, const CookieOptions& options);
  /// Makes the browser forget a cookie, whose domain, path and `partitioned` must be those with
  /// which it was set.
  void clear_cookie(std::string_view name);
  void clear_cookie(std::string_view name, const CookieOptions& options);
  /// All that the request has.
  void clear_all_cookies();
  void clear_all_cookies(const CookieOptions& options);

  // Signed ones (signed_value.h) throw std::logic_error where the application's Settings have no
  // cookie_signer.

  /// The value that set_signed_cookie() was given: none where there is none, where it was changed,
  /// or is older than SignedValueOptions::max_age, which is 31 days where nothing is said.
  [[nodiscard]] std::optional<std::string> get_signed_cookie(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> get_signed_cookie(
      std::string_view name, const SignedValueOptions& options) const;
  /// Without `expires`, `expires_days` and `max_age` the browser keeps it for 30 days. One that
  /// ends with the browser is made by set_cookie() of create_signed_value().
  void set_signed_cookie(std::string_view name, std::string_view value);
  void set_signed_cookie(std::string_view name, std::string_view value,
                         const CookieOptions& options, int version = 2);
  [[nodiscard]] std::string create_signed_value(std::string_view name, std::string_view value,
                                                int version = 2) const;
  /// By which of the signer's keys the request's cookie claims to be signed; nothing is verified.
  [[nodiscard]] std::optional<int> get_signed_cookie_key_version(std::string_view name) const;

  // ---- Forged requests (XSRF), see Settings::xsrf_cookies ----

  /// What a form or a script sends back, as `_xsrf` or X-XSRFToken, to prove that its page is one
  /// of this site. Sets the cookie that it must fit, unless the request has one; so it is to be
  /// asked for before the head is sent, and throws std::logic_error then. Valid as long as the
  /// handler. Works whether Settings::xsrf_cookies is on or not.
  /// Source: tornado.web.RequestHandler.xsrf_token.
  [[nodiscard]] std::string_view xsrf_token();
  /// The hidden field of a form that has it, as HTML.
  [[nodiscard]] std::string xsrf_form_html();
  /// Called before prepare() for methods other than GET, HEAD and OPTIONS where
  /// Settings::xsrf_cookies is on. Throws HttpError, a 403, unless
  ///
  ///   1. Sec-Fetch-Site is `same-origin` or `none`: the browser vouches for it. Where it is
  ///      `cross-site` nothing else helps. (Not with Settings::xsrf_sec_fetch_site off.)
  ///   2. X-XSRFToken, X-CSRFToken, or `_xsrf` in the query or the form, the first that there is,
  ///      has the same token as the cookie. A streamed content is not looked into.
  ///
  /// An overriding one may let other requests pass, such as those with an API's key.
  /// Source: tornado.web.RequestHandler.check_xsrf_cookie.
  virtual void check_xsrf_cookie();
  /// Whether it is known who the request is from; see UserHandler. For cookies of such users.
  [[nodiscard]] virtual bool has_current_user() { return false; }

  // ---- Entity tags ----
  //
  // By its tag a client that asks again finds that it has the content already, and is answered by
  // 304 without it. A GET or HEAD of status 200 that is sent as a whole gets one where
  // Settings::etags is on, or where the handler has a compute_etag() of its own; but what has an
  // ETag keeps it. Source: tornado.web.RequestHandler.compute_etag.

  /// The response's tag, with its quotes, or nothing for none: by default the SHA-1 of what was
  /// written. Called when the response is complete; what it throws is logged, and there is no tag.
  [[nodiscard]] virtual std::optional<std::string> compute_etag();
  /// Sets ETag to what compute_etag() gives. Throws std::invalid_argument for what is no tag.
  void set_etag_header();
  /// Whether the request's If-None-Match names the response's ETag; weakly compared. For a handler
  /// that knows its tag before it has made the content.
  [[nodiscard]] bool check_etag_header() const;

  // ---- The content ----

  /// Appends to the content: text (see also TextAppendable), Bytes, numbers in decimal, and what
  /// becomes JSON (see JsonValue), which also sets the Content-Type, application/json. Throws
  /// std::logic_error after finish().
  template <class... Parts>
  void write(const Parts&... parts) {
    (write_part(parts), ...);
  }

  /// Appends a page to the content: a compiled template (docs/guide/templates.md), as in
  /// `render(templates::Story{.title = title})`, or another type with append_to(). The text of a
  /// page for nobody is `page.render()`. Throws std::logic_error after finish(), and what the page
  /// throws.
  template <Page T>
  void render(const T& page) {
    if (std::string* const content = appendable_content()) append_page(*content, page);
  }
  /// The text of a page as render() would append it: with the handler's translator and the names
  /// that need a handler. Source: tornado.web.RequestHandler.render_string.
  template <Page T>
  [[nodiscard]] std::string render_string(const T& page) {
    std::string text;
    append_page(text, page);
    return text;
  }
  /// The elements of what the modules of its pages bring (page_resources.h), called for what there
  /// is. To be overridden by who bundles files or writes other attributes. Relative URLs become
  /// static_url()s here, and all are escaped here: an override is given them as they are in the
  /// module. Source: tornado.web.RequestHandler.render_linked_css and its kin.
  [[nodiscard]] virtual std::string render_linked_css(const std::vector<std::string>& urls);
  [[nodiscard]] virtual std::string render_embed_css(const std::vector<std::string>& texts);
  [[nodiscard]] virtual std::string render_linked_js(const std::vector<std::string>& urls);
  [[nodiscard]] virtual std::string render_embed_js(const std::vector<std::string>& texts);
  /// What translates the pages that render() appends: by the user's language, say, or by the
  /// request's Accept-Language (parse_quality_list). Valid until the handler is destroyed. By
  /// default there is none, and texts are as they are written. Called for each page.
  /// Source: tornado.web.RequestHandler.locale.
  [[nodiscard]] virtual const Translator* translator() { return nullptr; }

  /// `co_await flush()`: sends what has been written so far, at first behind status and header
  /// fields, and waits while the client is slow in taking it. See ResponseStream, which it is like.
  [[nodiscard]] internal::FlushAwaiter flush();
  /// Whether a flush() has sent status and header fields, so that they can't change any more.
  [[nodiscard]] bool headers_sent() const;

  // The next three make a response of their own: they throw std::logic_error when one has been
  // finished, or begun by flush().

  /// Ends the request by sending a file, or a part of it, as it lies on the disk; what was written
  /// is dropped. Content-Type is the handler's to set (see mime.h).
  void send_file(File file);
  void send_file(File file, std::uint64_t offset, std::uint64_t length);
  /// Ends the request by sending the client elsewhere: 302, or 301 for good. Throws
  /// std::invalid_argument for a URL with a control character.
  void redirect(std::string_view url, bool permanent = false);
  /// With a status of its own: 300 to 399; throws std::invalid_argument for another.
  void redirect(std::string_view url, int status);
  /// Ends the request with the error page of `status`; what was written before is dropped.
  void send_error(int status, std::string_view reason = {});
  /// The response is complete: it is sent, and the handler may go on without it. Throws
  /// std::logic_error if it was called before.
  void finish();
  /// As after write() of these.
  template <class Part, class... Parts>
  void finish(const Part& part, const Parts&... parts) {
    write(part, parts...);
    finish();
  }
  [[nodiscard]] bool finished() const;

 private:
  friend struct internal::HandlerAccess;

  [[nodiscard]] internal::Exchange& exchange() const;
  /// For `call`, which makes a response of its own. Throws std::logic_error when one is on its way.
  [[nodiscard]] internal::Exchange& unsent(const char* call) const;
  [[nodiscard]] std::string reverse(std::string_view name,
                                    std::initializer_list<internal::UrlArgument> values) const;
  /// What is kept beside the response; made if there is none.
  [[nodiscard]] internal::HandlerState& state();
  void add_cookie(const char* call, std::string_view name, std::string field);
  /// Before the head is sent; see HttpService::before_head().
  void complete_head(bool whole);
  void tag_response();
  void append(std::string_view text);
  void append_json(const void* value, void (*write)(std::string& out, const void* value));
  void send_error(int status, std::string_view reason, const std::exception_ptr& error);
  void send_elsewhere(std::string_view url, int status);
  /// The content, for who appends to it; null after the client has gone.
  [[nodiscard]] std::string* appendable_content() const;

  template <class T>
  void append_page(std::string& out, const T& page) {
    const internal::PageScope scope(*this);
    page.append_to(out);
  }

  template <class Part>
  void write_part(const Part& part) {
    if constexpr (std::is_convertible_v<const Part&, std::string_view>) {
      append(part);
    } else if constexpr (Bytes<Part>) {
      append(internal::view_of(part));
    } else if constexpr (JsonWritable<Part>) {
      append_json(&part, [](std::string& out, const void* value) {
        JsonValue<Part>::append(out, *static_cast<const Part*>(value));
      });
    } else if constexpr (TextAppendable<Part>) {
      if (std::string* const content = appendable_content()) append_to(*content, part);
    } else if constexpr (internal::Number<Part>) {
      append(internal::number_text(part).text());
    } else {
      static_assert(internal::Number<Part>,
                    "eddy: write() takes text, bytes, numbers and what becomes JSON; give the type "
                    "an append_to() or specialise eddy::web::JsonValue");
    }
  }

  internal::Exchange* exchange_ = nullptr;
  internal::HandlerState* state_ = nullptr;
};

}  // namespace eddy::inline v0::web
