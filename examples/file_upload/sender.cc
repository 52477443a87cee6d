// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/base/hex.h>
#include <eddy/core/base/secrets.h>
#include <eddy/web/http/parameters.h>
#include <eddy/web/http/url.h>
#include <examples/file_upload/sender.h>

namespace upload {

namespace {

using eddy::Task;

constexpr std::size_t kPieceBytes = 64 * std::size_t{1024};

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using SharedFile = std::shared_ptr<std::FILE>;

[[noreturn]] void fail(const std::string& file) {
  throw std::system_error(errno, std::generic_category(), file);
}

/// On a thread of the loop's pool, as a disk may be slow.
std::string read_piece(const SharedFile& file, const std::string& name) {
  std::string piece(kPieceBytes, '\0');
  piece.resize(std::fread(piece.data(), 1, piece.size(), file.get()));
  if (piece.empty() && std::ferror(file.get()) != 0) fail(name);
  return piece;
}

}  // namespace

Task<eddy::web::ClientResponse> send_file(eddy::web::HttpClient client, std::string url,
                                          std::string file, bool form) {
  std::FILE* const handle = std::fopen(file.c_str(), "rb");
  if (handle == nullptr) fail(file);
  const SharedFile opened(handle, Close());
  const std::string name = eddy::web::safe_basename(file);
  const std::string boundary = eddy::hex_encode(eddy::random_bytes(16));
  // What comes before the file, and behind it.
  std::string before;
  std::string behind;
  if (form) {
    before = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
             eddy::web::percent_encode(name) + "\"\r\n\r\n";
    behind = "\r\n--" + boundary + "--\r\n";
  }

  eddy::web::ClientRequest request(
      form ? url + "/upload" : url + "/upload/" + eddy::web::percent_encode(name),
      form ? "POST" : "PUT");
  request.headers.set("Content-Type", form ? "multipart/form-data; boundary=" + boundary
                                           : std::string("application/octet-stream"));
  request.request_timeout = eddy::Duration::zero();
  request.body_producer = [opened, file, before, behind]() mutable -> Task<std::string> {
    if (!before.empty()) co_return std::exchange(before, {});
    std::string piece = co_await eddy::run_in_executor(read_piece, opened, file);
    if (piece.empty()) piece = std::exchange(behind, {});
    co_return piece;
  };
  co_return co_await client.fetch(std::move(request));
}

}  // namespace upload
