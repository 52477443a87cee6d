// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/static_files.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <eddy/core/task/executor.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/internal/static_folder.h>
#include <eddy/web/app/internal/static_path.h>
#include <eddy/web/app/internal/static_versions.h>
#include <eddy/web/http/content_coding.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/representation.h>

namespace eddy::inline v0::web {

using internal::StaticFolder;
using internal::StaticVersions;

namespace {

/// Of equals what packs best.
constexpr std::array<ContentCoding, 3> kCodings{ContentCoding::br, ContentCoding::zstd,
                                                ContentCoding::gzip};
/// A year, which is for ever (RFC 9111, 1.2.2), and not even to be asked for by a reload (RFC
/// 8246).
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

std::string_view suffix_of(ContentCoding coding) noexcept {
  switch (coding) {
    case ContentCoding::br:
      return ".br";
    case ContentCoding::zstd:
      return ".zst";
    default:
      return ".gz";
  }
}

/// The file's packed form that the client likes best of those that are there.
std::optional<Representation> packed_form(const StaticFolder::Opened& folder,
                                          const Request& request, const File& file,
                                          const std::string& path) {
  const auto accepted = request.headers().get("Accept-Encoding");
  if (!accepted) return std::nullopt;
  for (const ContentCoding coding : accepted_codings(*accepted, kCodings)) {
    std::error_code error;
    File packed = folder.open(path + std::string(suffix_of(coding)), error);
    // An older one is of what the file was before.
    if (error || packed.modified() < file.modified()) continue;
    Representation form = Representation::of(std::move(packed), path);
    form.coding = name_of(coding);
    // Also where both are one file by a link, they are not the same bytes to a client.
    form.tag.insert(form.tag.size() - 1, "-" + form.coding);
    return form;
  }
  return std::nullopt;
}

}  // namespace

class StaticFiles::State {
 public:
  State(std::string path, StaticFileOptions given)
      : folder(std::move(path), given.links), options(std::move(given)) {}

  Response respond(const Request& request, std::string_view path);
  Response respond_for_folder(const Request& request, const StaticFolder::Opened& opened,
                              const std::string& path);
  Response respond_by_file(const Request& request, const StaticFolder::Opened& opened, File file,
                           const std::string& path);
  /// Owns what it needs: it begins when it is awaited.
  static Task<std::string> versioned_url(std::shared_ptr<State> state, std::string path);

  StaticFolder folder;
  StaticFileOptions options;
  // One thread: what is hashed has been read from one disk, and nobody waits for it.
  Executor hashing{{.threads = 1, .queue_limit = 64}};
  StaticVersions versions{hashing};
};

StaticFiles::StaticFiles(std::string folder, StaticFileOptions options)
    : state_(std::make_shared<State>(std::move(folder), std::move(options))) {
  const std::string& prefix = state_->options.url_prefix;
  if (!prefix.starts_with('/') || !prefix.ends_with('/')) {
    throw std::invalid_argument("StaticFiles: the url_prefix '" + prefix +
                                "' does not begin and end with a slash");
  }
  if (!state_->options.cache_control.empty()) {
    Headers().set("Cache-Control", state_->options.cache_control);
  }
}

Response StaticFiles::operator()(const Request& request, std::string_view path) const {
  return state_->respond(request, path);
}

Response StaticFiles::State::respond(const Request& request, std::string_view path) {
  const auto normal = internal::normal_path(path);
  if (!normal) throw HttpError(path.find('\0') == std::string_view::npos ? 403 : 404);
  const StaticFolder::Opened opened(folder);
  std::error_code error;
  File file = opened.open(*normal, error);
  if (!error && path.ends_with('/')) throw HttpError(404);  // a file is no folder
  if (!error) return respond_by_file(request, opened, std::move(file), *normal);
  if (error == std::errc::is_a_directory) return respond_for_folder(request, opened, *normal);
  internal::refuse_file(error, folder.describe(*normal));
}

Response StaticFiles::State::respond_for_folder(const Request& request,
                                                const StaticFolder::Opened& opened,
                                                const std::string& path) {
  const std::string& default_filename = options.default_filename;
  if (default_filename.empty()) throw HttpError(403);
  if (!request.path().ends_with('/')) {
    const auto target = internal::folder_redirect(request.path(), request.query());
    if (!target) throw HttpError(403);
    return Response::redirect(*target, true);
  }
  const std::string name = path.empty() ? default_filename : path + "/" + default_filename;
  std::error_code error;
  File file = opened.open(name, error);
  if (error) internal::refuse_file(error, folder.describe(name));
  return respond_by_file(request, opened, std::move(file), name);
}

Response StaticFiles::State::respond_by_file(const Request& request,
                                             const StaticFolder::Opened& opened, File file,
                                             const std::string& path) {
  std::string_view cache_control = options.cache_control;
  if (!request.query().empty()) {
    if (const auto version = request.query_arguments().find("v"); version && !version->empty()) {
      cache_control = versions.find(file) == *version ? kForEver : "no-cache";
    }
  }
  std::optional<Representation> form;
  if (options.precompressed) form = packed_form(opened, request, file, path);
  if (!form) form = Representation::of(std::move(file), path);
  Response response = serve(request, std::move(*form));
  if (options.precompressed) response.headers.set("Vary", "Accept-Encoding");
  const bool good = response.status < 400;
  if (good && !cache_control.empty()) response.headers.set("Cache-Control", cache_control);
  return response;
}

std::string StaticFiles::url(std::string_view path) const {
  std::string url = state_->options.url_prefix + internal::url_path(path);
  const auto normal = internal::normal_path(path);
  if (!normal) return url;
  std::error_code error;
  const File file = StaticFolder::Opened(state_->folder).open(*normal, error);
  if (error) return url;
  const std::string version = state_->versions.find(file);
  if (!version.empty()) url.append("?v=").append(version);
  return url;
}

Task<std::string> StaticFiles::versioned_url(std::string path) const {
  return State::versioned_url(state_, std::move(path));
}

Task<std::string> StaticFiles::State::versioned_url(std::shared_ptr<State> state,
                                                    std::string path) {
  std::string url = state->options.url_prefix + internal::url_path(path);
  const auto normal = internal::normal_path(path);
  if (!normal) co_return url;
  std::error_code error;
  File file = StaticFolder::Opened(state->folder).open(*normal, error);
  if (error) co_return url;
  const std::string version = co_await state->versions.wait(std::move(file));
  if (!version.empty()) url.append("?v=").append(version);
  co_return url;
}

Application& StaticFiles::add_to(Application& app) const {
  app.get(state_->options.url_prefix + "{path...}", *this);
  for (const char* name : {"favicon.ico", "robots.txt"}) {
    app.get(std::string("/") + name,
            [files = *this, name](const Request& request) { return files(request, name); });
  }
  return app;
}

}  // namespace eddy::inline v0::web
