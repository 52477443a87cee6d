// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entity tag of a response, and the 304 for those who have it already.
#include <stdexcept>

#include <eddy/core/base/digest.h>
#include <eddy/core/base/hex.h>
#include <eddy/web/app/internal/handler_state.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/etag.h>

namespace eddy::inline v0::web {

std::optional<std::string> RequestHandler::compute_etag() {
  const Response& response = exchange().response();
  if (response.file || response.file_pieces) return std::nullopt;
  return '"' + hex_encode(sha1(response.body)) + '"';
}

void RequestHandler::set_etag_header() {
  const std::optional<std::string> tag = compute_etag();
  if (!tag) return;
  if (!parse_entity_tag(*tag)) {
    throw std::invalid_argument("compute_etag(): " + *tag +
                                " is no entity tag; it stands in double quotes");
  }
  set_header("ETag", *tag);
}

bool RequestHandler::check_etag_header() const {
  const auto tag = exchange().response().headers.find("ETag");
  if (!tag || tag->empty()) return false;
  const auto list = request().headers().get("If-None-Match");
  return list && tag_list_matches(*list, *tag, TagComparison::weak);
}

void RequestHandler::tag_response() {
  Response& response = exchange().response();
  const Method method = request().method();
  if (response.status != 200 || (method != Method::get && method != Method::head)) return;
  if (!response.headers.contains("ETag")) set_etag_header();
  if (!check_etag_header()) return;
  response.status = 304;
  response.reason.clear();
  response.body.clear();
  response.file.reset();
  response.file_pieces.reset();
  for (const char* const name :
       {"Content-Type", "Content-Encoding", "Content-Language", "Content-Length"}) {
    response.headers.erase(name);
  }
}

}  // namespace eddy::inline v0::web
