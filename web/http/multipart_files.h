// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/multipart.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web {

/// Bounds on a form whose files are written to files. What is within a bound by exactly that bound
/// passes.
struct UploadLimits {
  /// Of the body: its total_bytes bound all files together. The limit for the request's content
  /// (max_body_size, RouteOptions::body_bytes) holds besides.
  MultipartLimits multipart = {};
  /// Bytes of the names and values of all parts that are no files: they are kept in memory. More is
  /// a 413.
  std::size_t field_bytes = std::size_t{1024} * 1024;
  /// Bytes of one file. More is a 413.
  std::uint64_t file_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// A file of a form, in a file of its own, which is deleted with this object unless the program has
/// called keep() or has moved the file elsewhere, as by rename(). Deleting may wait for the disk.
///
/// Thread: any, one at a time.
class EDDY_API UploadedFile {
 public:
  UploadedFile(UploadedFile&& other) noexcept = default;
  UploadedFile& operator=(UploadedFile&& other) noexcept = default;
  ~UploadedFile() = default;

  /// The form field's name.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// As the client sent it, never empty: not fit to name a file here, see safe_basename().
  [[nodiscard]] const std::string& filename() const noexcept { return filename_; }
  /// What the client said; "application/unknown" if it said nothing.
  [[nodiscard]] const std::string& content_type() const noexcept { return content_type_; }
  /// Where the content is: in the folder that the program gave, under a name that nobody can
  /// foretell and that has nothing of the client's. Only this user may read it (mode 0600).
  [[nodiscard]] const std::string& path() const noexcept { return file_.path; }
  /// Bytes of the content.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// From now on the file at path() is the program's, and is not deleted.
  void keep() noexcept { file_.owned = false; }

 private:
  friend class MultipartFiles;

  /// Deletes what is at `path`, while that is `owned`.
  struct EDDY_API OwnedFile {
    OwnedFile() = default;
    OwnedFile(OwnedFile&& other) noexcept;
    OwnedFile& operator=(OwnedFile&& other) noexcept;
    ~OwnedFile();

    std::string path;
    bool owned = false;
  };

  UploadedFile() = default;

  std::string name_;
  std::string filename_;
  std::string content_type_;
  OwnedFile file_;
  std::uint64_t size_ = 0;
};

/// Writes the files of a multipart/form-data body into a folder while the body arrives. In memory
/// are the other fields, what is known of each file, and one piece of the body: bounded by the
/// limits, however large the files are.
///
///     struct Upload : RequestHandler {
///       static constexpr bool stream_request_body = true;
///       static constexpr std::size_t max_body_size = std::size_t{1} << 30;
///       void prepare() { form_.emplace("uploads", request().headers()); }
///       Task<void> data_received(std::string_view piece) { return form_->write(piece); }
///       void post() {
///         form_->finish();
///         for (UploadedFile& file : form_->files()) ...  // file.keep(), or it is deleted
///       }
///       std::optional<MultipartFiles> form_;
///     };
///
/// What is read is what MultipartParser reads; a part with a file name is a file, any other an
/// argument. Each file is created anew (O_EXCL), as `eddy-upload-` and 32 random digits, so that a
/// program which was killed finds what it left behind. Files are not synced to the disk.
///
/// Files that the program has not kept are deleted, whatever ends the upload: with this object,
/// where a thread still writes behind that write, and by an error of the content or the disk at
/// once.
///
/// Thread: the Loop's. The disk is waited for on the Loop's pool, but in the destructor, which
/// deletes.
class EDDY_API MultipartFiles {
 public:
  /// For a request with these header fields; nothing is created yet. Throws HttpError: 415 if the
  /// content is no multipart/form-data, 400 if that has no boundary or a Content-Encoding that has
  /// not been undone. The folder has to exist; a relative one, "" too, begins at the process's
  /// working directory.
  MultipartFiles(std::string folder, HeaderList headers, const UploadLimits& limits = {});
  MultipartFiles(const MultipartFiles&) = delete;
  MultipartFiles& operator=(const MultipartFiles&) = delete;
  ~MultipartFiles();

  /// Takes the next piece of the body, which is copied before the call returns. The task ends when
  /// all of it is written, and is to be awaited before the next call.
  ///
  /// It throws HttpError: 400 for what is malformed, 413 or 431 beyond a limit, 507 when the disk
  /// is full, 503 when the pool's queue is, and 500 for any other error of the disk; the message,
  /// for the log, names the file and says what the system said. After an error, or a Cancelled, the
  /// upload can't go on: a further call throws std::logic_error.
  [[nodiscard]] Task<void> write(std::string_view piece);
  /// The body has ended. Throws HttpError 400 if it was cut off, and std::logic_error as write().
  void finish();

  /// The fields that are no files, as they were sent; none before finish().
  [[nodiscard]] const Arguments& arguments() const noexcept { return arguments_; }
  /// The files in their order; none before finish(). They may be moved away.
  [[nodiscard]] std::vector<UploadedFile>& files() noexcept { return files_; }
  /// The first file of that form field, or null.
  [[nodiscard]] UploadedFile* find_file(std::string_view name) noexcept;

 private:
  class Sink;
  /// How a thread of the pool tells of an HttpError.
  struct Failure {
    int status = 0;
    std::string message;
  };
  Sink& begin_use();
  static Failure add(std::shared_ptr<Sink> sink, const std::string& piece);
  static Task<void> write_piece(std::shared_ptr<Sink> sink, std::string piece);

  std::shared_ptr<Sink> sink_;  // shared with the thread that writes
  Arguments arguments_;
  std::vector<UploadedFile> files_;
};

}  // namespace eddy::inline v0::web
