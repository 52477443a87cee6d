// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart.h>
#include <eddy/web/http/parameters.h>
#include <eddy/web/web.h>

#include <optional>
#include <string>

#include <examples/file_upload/received.h>
#include <examples/file_upload/receiver.h>

namespace upload {

namespace {

using eddy::web::HttpError;
using eddy::web::MultipartParser;

constexpr std::uint64_t kLargest = std::uint64_t{16} << 30;

/// The files of a form.
struct Form : eddy::web::RequestHandler {
  // NOLINTBEGIN(readability-identifier-naming): the framework looks for these names
  static constexpr bool stream_request_body = true;
  static constexpr std::size_t max_body_size = kLargest;
  // NOLINTEND(readability-identifier-naming)

  void prepare() {  // before the content: what can't be taken need not be sent
    const auto boundary = eddy::web::multipart_boundary(request().header("Content-Type"));
    if (!boundary) throw HttpError(415, "a form of multipart/form-data is expected");
    parser_.emplace(*boundary, eddy::web::MultipartLimits{.total_bytes = kLargest});
  }

  void data_received(std::string_view piece) {
    while (!piece.empty()) {
      const MultipartParser::Step step = parser_->parse(piece);
      piece.remove_prefix(step.consumed);
      take(step);
    }
  }

  void post() {
    take(parser_->finish());
    set_header("Content-Type", "application/json");
    write("[", files_, "]\n");
  }

 private:
  void take(const MultipartParser::Step& step) {
    using Event = MultipartParser::Event;
    if (step.event == Event::failed)
      throw HttpError(parser_->error().status, parser_->error().what);
    if (step.event == Event::part_begin && parser_->part().is_file()) {
      const eddy::web::PartHead& part = parser_->part();
      file_.emplace(eddy::web::safe_basename(part.filename), std::string(part.content_type));
    }
    if (step.event == Event::data && file_) file_->add(step.data);
    if (step.event == Event::part_end && file_) {
      files_.append(files_.empty() ? "" : ",\n ").append(file_->json());
      file_.reset();
    }
  }

  std::optional<MultipartParser> parser_;
  std::optional<Received> file_;
  std::string files_;
};

/// One file, without anything around it.
eddy::Task<std::string> receive(std::string name, const eddy::web::Request& request,
                                eddy::web::RequestBody& body) {
  Received file(std::move(name), std::string(request.header("Content-Type")));
  for (std::string_view piece; !(piece = co_await body.read()).empty();) file.add(piece);
  co_return file.json() + "\n";
}

}  // namespace

void add_receiver(eddy::web::Application& app) {
  app.add(eddy::web::route<Form>("/upload"));
  app.put("/upload/{name}", receive, {.body_bytes = kLargest});
}

}  // namespace upload
