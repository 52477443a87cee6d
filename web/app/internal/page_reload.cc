// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/page_reload.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/hex.h>
#include <eddy/core/base/secrets.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::string_view kPath = "/_eddy/reload";
/// A server that drains waits for these, too.
constexpr auto kPatience = std::chrono::seconds(5);

// Statuses of the answers that the script gets: 205 asks it to begin anew, as RFC 9110, 15.3.6 has
// it.
constexpr int kAnew = 205;
constexpr int kNoNews = 204;

// With the program's id before it. A program that has gone is asked for until there is one again.
constexpr std::string_view kScript = R"(";
let version = "0", box = null;
const show = problem => {
  if (box) box.remove();
  box = null;
  if (!problem) return;
  box = document.createElement("pre");
  box.id = "eddy-problem";
  box.textContent = problem;
  box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:60%;overflow:auto;margin:0;" +
    "padding:1em;background:#fff4f4;color:#600;border-top:3px solid #c00;z-index:2147483647";
  document.body.append(box);
};
// Browsers have six connections for a host, which pages that nobody sees would use up.
const seen = () => document.visibilityState === "visible" ? null :
  new Promise(done => document.addEventListener("visibilitychange", done, {once: true}));
let failures = 0;
const wait = async () => {
  while (document.visibilityState !== "visible") await seen();
  let pause = 0;
  try {
    const answer = await fetch(source + "?" + id + "-" + version, {cache: "no-store", redirect: "error"});
    const problem = answer.headers.get("Eddy-Problem");
    failures = 0;
    if (answer.status === 205) return location.reload();
    // Without the field it is another program's.
    if (problem === null) pause = 1000;
    else if (answer.status === 200) {
      version = problem;
      show(await answer.text());
    }
  } catch {
    pause = Math.min(200 * 2 ** Math.max(0, ++failures - 10), 10000);
  }
  setTimeout(wait, pause);
};
wait();
})();
)";

/// That of the program as it runs, with what it has forked.
const std::string& id_of_this_process() {
  static const std::string id = hex_encode(random_bytes(8));
  return id;
}

}  // namespace

bool PageReload::is_for(const Request& request) noexcept {
  if (request.method() != Method::get || request.path() != kPath) return false;
  const auto site = request.headers().get("Sec-Fetch-Site");
  return !site || *site == "same-origin" || *site == "none";
}

void PageReload::answer(Exchange& exchange) {
  const Request& request = exchange.request();
  Response& response = exchange.response();
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (request.query().empty()) {
    response.headers.set("Content-Type", "text/javascript; charset=UTF-8");
    response.body.append("(() => {\nconst source = document.currentScript.src;\nconst id = \"");
    response.body.append(id_of_this_process()).append(kScript);
    return exchange.finish();
  }
  if (!request.query().starts_with(id_of_this_process())) {
    response.status = kAnew;
    return exchange.finish();
  }
  exchange.pin();
  exchange.wait_for(tell(exchange));
}

Task<void> PageReload::tell(Exchange& exchange) {
  const std::string_view known = exchange.request().query().substr(id_of_this_process().size());
  // One that another Application of this program has told of is none of this one's.
  bool news = version_ > 0 && known != "-" + std::to_string(version_);
  if (!news) news = co_await changed_.wait(kPatience);
  exchange.response().headers.set("Eddy-Problem", std::to_string(version_));
  if (news) {
    exchange.response().headers.set("Content-Type", "text/plain; charset=UTF-8");
    exchange.response().body = problem_;
  } else {
    exchange.response().status = kNoNews;
  }
}

void PageReload::add_to(Exchange& exchange) const {
  Response& response = exchange.response();
  // One that a form was sent to would have the browser ask whether to send it again.
  const Method method = exchange.request().method();
  if (method != Method::get && method != Method::head) return;
  const auto type = response.headers.get("Content-Type");
  if (!type || !equals_ignoring_case(std::string_view(*type).substr(0, 9), "text/html")) return;
  // What is only a part, or is measured or coded already, must stay as it is.
  for (const char* const name : {"Content-Range", "Content-Encoding", "Content-Length"}) {
    if (response.headers.contains(name)) return;
  }
  const std::size_t end = response.body.rfind("</body>");
  if (end == std::string::npos) return;
  // Absolute, as the page may have a <base>. The host is one of this machine's.
  std::string script = "<script src=\"";
  script.append(exchange.request().protocol()).append("://");
  append_xhtml_escaped(script, exchange.request().host());
  script.append(kPath).append("\" nonce=\"").append(exchange.request().csp_nonce());
  response.body.insert(end, script.append("\" defer></script>"));
}

void PageReload::show(std::string problem) {
  if (problem == problem_) return;
  problem_ = std::move(problem);
  ++version_;
  changed_.notify_all();
}

}  // namespace eddy::inline v0::web::internal
