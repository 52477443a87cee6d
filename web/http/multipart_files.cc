// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart_files.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/secrets.h>
#include <eddy/core/task/executor.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/parameters.h>

namespace eddy::inline v0::web {

namespace {

using Event = MultipartParser::Event;

[[noreturn]] void disk_error(const char* call, const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  throw HttpError(full ? 507 : 500, std::string(call) + " " + path + ": " +
                                        std::error_code(error, std::system_category()).message());
}

std::string boundary_of(HeaderList headers) {
  const std::string_view type = headers.find("content-type").value_or(std::string_view());
  if (!parse_parameters(type).is("multipart/form-data")) {
    throw HttpError(415, "an upload that is no multipart/form-data");
  }
  if (headers.contains("content-encoding")) throw HttpError(400, "a form with a Content-Encoding");
  auto boundary = multipart_boundary(type);
  if (!boundary) throw HttpError(400, "a multipart body without a boundary");
  return *std::move(boundary);
}

/// A file that is being written, without a buffer: a piece of a body is one already.
class OutputFile {
 public:
  /// Creates it in the folder, and leaves its path in `path`, of which nobody else knows.
  OutputFile(const std::string& folder, std::string& path) {
    std::array<unsigned char, 16> random{};
    random_bytes(random);
    std::string name = folder + "/eddy-upload-" + hex_encode(random);
    int fd;
    do {
      fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) disk_error("create", name, errno);
    path = std::move(name);
    file_ = ::fdopen(fd, "wb");
    if (file_ == nullptr) {
      const int error = errno;
      ::close(fd);
      disk_error("open", path, error);
    }
    std::setvbuf(file_, nullptr, _IONBF, 0);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (file_ != nullptr) std::fclose(file_);
  }

  void add(std::string_view data, const std::string& path) {
    while (!data.empty()) {
      errno = 0;
      data.remove_prefix(std::fwrite(data.data(), 1, data.size(), file_));
      if (data.empty()) return;
      if (errno != EINTR) disk_error("write", path, errno);
      std::clearerr(file_);
    }
  }
  /// Some file systems tell of a full disk here.
  void close(const std::string& path) {
    std::FILE* const file = std::exchange(file_, nullptr);
    if (std::fclose(file) != 0 && errno != EINTR) disk_error("close", path, errno);
  }

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace

UploadedFile::OwnedFile::OwnedFile(OwnedFile&& other) noexcept
    : path(std::move(other.path)), owned(std::exchange(other.owned, false)) {}

UploadedFile::OwnedFile& UploadedFile::OwnedFile::operator=(OwnedFile&& other) noexcept {
  OwnedFile taken(std::move(other));
  std::swap(path, taken.path);
  std::swap(owned, taken.owned);
  return *this;
}

UploadedFile::OwnedFile::~OwnedFile() {
  if (owned) ::unlink(path.c_str());
}

/// Used by one thread at a time: that of the pool while a piece is written, else the Loop's.
class MultipartFiles::Sink {
 public:
  Sink(std::string folder, std::string_view boundary, const UploadLimits& limits)
      : folder_(std::move(folder)), limits_(limits), parser_(boundary, limits.multipart) {}

  void add(std::string_view piece) {
    while (!piece.empty()) {
      const MultipartParser::Step step = parser_.parse(piece);
      piece.remove_prefix(step.consumed);
      take(step);
    }
  }
  void finish() { take(parser_.finish()); }
  void clear() noexcept {
    output_.reset();
    files.clear();
    arguments = {};
  }

  Arguments arguments;
  std::vector<UploadedFile> files;
  /// Of the Loop's thread alone: false while a piece is written, and for ever where that failed.
  bool ready = true;

 private:
  void take(const MultipartParser::Step& step) {
    switch (step.event) {
      case Event::failed:
        throw HttpError(parser_.error().status, parser_.error().what);
      case Event::part_begin:
        begin(parser_.part());
        return;
      case Event::data:
        if (output_) return add_to_file(step.data);
        return add_to_field(step.data);
      case Event::part_end:
        end();
        return;
      case Event::need_more:
      case Event::done:
        return;
    }
  }

  void begin(const PartHead& part) {
    if (!part.is_file()) {
      value_.clear();
      count_field_bytes(part.name.size());
      return;
    }
    UploadedFile file;
    file.name_ = part.name;
    file.filename_ = part.filename;
    file.content_type_ = part.file_type();
    try {
      output_ = std::make_unique<OutputFile>(folder_, file.file_.path);
    } catch (...) {
      file.file_.owned = !file.file_.path.empty();
      throw;
    }
    file.file_.owned = true;
    files.push_back(std::move(file));
  }

  void add_to_file(std::string_view data) {
    UploadedFile& file = files.back();
    if (data.size() > limits_.file_bytes - file.size_) {
      throw HttpError(413, "a file of a form beyond the limit");
    }
    output_->add(data, file.path());
    file.size_ += data.size();
  }
  void add_to_field(std::string_view data) {
    count_field_bytes(data.size());
    value_ += data;
  }
  void count_field_bytes(std::size_t bytes) {
    if (bytes > limits_.field_bytes - field_bytes_) {
      throw HttpError(413, "the fields of a form beyond the limit");
    }
    field_bytes_ += bytes;
  }

  void end() {
    if (!output_) {
      arguments.add(std::string(parser_.part().name), std::move(value_));
      return;
    }
    const std::unique_ptr<OutputFile> output = std::move(output_);
    output->close(files.back().path());
  }

  const std::string folder_;
  const UploadLimits limits_;
  MultipartParser parser_;
  std::unique_ptr<OutputFile> output_;  // of a part that is a file: the last of `files`
  std::string value_;                   // of any other part
  std::size_t field_bytes_ = 0;
};

MultipartFiles::MultipartFiles(std::string folder, HeaderList headers, const UploadLimits& limits)
    : sink_(std::make_shared<Sink>(folder.empty() ? "." : std::move(folder), boundary_of(headers),
                                   limits)) {}

MultipartFiles::~MultipartFiles() = default;

MultipartFiles::Sink& MultipartFiles::begin_use() {
  if (!std::exchange(sink_->ready, false)) {
    throw std::logic_error(
        "MultipartFiles: used after finish(), after an error, or while a piece is written");
  }
  return *sink_;
}

Task<void> MultipartFiles::write(std::string_view piece) {
  std::string copy(piece);
  begin_use();
  return write_piece(sink_, std::move(copy));
}

// On a thread of the pool. Its reference ends here, before the Loop hears of it: the last one is
// the pool's, and files are deleted there, only where nobody waits any more.
MultipartFiles::Failure MultipartFiles::add(std::shared_ptr<Sink> sink, const std::string& piece) {
  const std::shared_ptr<Sink> own = std::move(sink);
  try {
    own->add(piece);
    return {};
  } catch (const HttpError& error) {
    own->clear();
    return {error.status(), error.what()};
  } catch (...) {
    own->clear();
    throw;
  }
}

// Knows nothing of the MultipartFiles, which may have gone when the piece is written.
Task<void> MultipartFiles::write_piece(std::shared_ptr<Sink> sink, std::string piece) {
  Failure failure;
  try {
    failure = co_await run_in_executor(&MultipartFiles::add, sink, std::move(piece));
  } catch (const std::system_error& error) {
    if (error.code() != Errc::queue_full) throw;
    failure = {503, "an upload while the queue of the loop's executor is full"};
  }
  if (failure.status != 0) throw HttpError(failure.status, failure.message);
  sink->ready = true;
}

void MultipartFiles::finish() {
  Sink& sink = begin_use();
  try {
    sink.finish();
  } catch (...) {
    sink.clear();
    throw;
  }
  arguments_ = std::move(sink.arguments);
  files_ = std::move(sink.files);
}

UploadedFile* MultipartFiles::find_file(std::string_view name) noexcept {
  for (UploadedFile& file : files_) {
    if (file.name() == name) return &file;
  }
  return nullptr;
}

}  // namespace eddy::inline v0::web
