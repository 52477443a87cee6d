// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response.h>

namespace eddy::inline v0::web {

Response Response::text(std::string body, int status) {
  Response response(status);
  response.headers.set(internal::kPlainText);
  response.body = std::move(body);
  return response;
}

Response Response::html(std::string body, int status) {
  Response response(status);
  response.headers.set(internal::kHtmlText);
  response.body = std::move(body);
  return response;
}

Response Response::from_file(File file) {
  const std::uint64_t size = file.size();
  return from_file(std::move(file), 0, size);
}

Response Response::from_file(File file, std::uint64_t offset, std::uint64_t length) {
  Response response;
  response.file = FilePart{std::move(file), offset, length};
  return response;
}

Response Response::redirect(std::string_view url, bool permanent) {
  Response response(permanent ? 301 : 302);
  response.headers.set("Location", url);
  return response;
}

}  // namespace eddy::inline v0::web
