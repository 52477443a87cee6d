// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/multipart_files.h>

#include <sys/stat.h>

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <eddy/core/task/executor.h>
#include <eddy/web/web.h>
#include <tests/core/temporary_folder.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::Task;
using eddy::core_test::TemporaryFolder;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::web::Headers;
using eddy::web::HttpError;
using eddy::web::MultipartFiles;
using eddy::web::RequestHandler;
using eddy::web::UploadedFile;
using eddy::web::UploadLimits;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kType = "multipart/form-data; boundary=xyz";

/// A part of a form; `more` is the rest of its header.
std::string part(std::string_view name, std::string_view content, std::string_view more = "") {
  return "--xyz\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"" +
         std::string(more) + "\r\n\r\n" + std::string(content) + "\r\n";
}
std::string file_part(std::string_view name, std::string_view filename, std::string_view content) {
  return part(name, content, "; filename=\"" + std::string(filename) + "\"");
}
const std::string kEnd = "--xyz--\r\n";  // NOLINT(cert-err58-cpp)

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class MultipartFilesTest : public ::testing::Test {
 protected:
  MultipartFiles& begin(const UploadLimits& limits = {}) {
    return begin_in(folder_.path(), limits);
  }
  MultipartFiles& begin_in(const std::string& folder, const UploadLimits& limits = {}) {
    return form_.emplace(folder, fields(kType), limits);
  }
  eddy::web::HeaderList fields(std::string_view type, std::string_view coding = "") {
    headers_ = {};
    headers_.set("Content-Type", type);
    if (!coding.empty()) headers_.set("Content-Encoding", coding);
    return headers_.list();
  }
  void write(std::string_view body, std::size_t piece_size = std::string_view::npos) {
    while (!body.empty()) {
      // In memory of its own, which has gone when the task begins.
      auto piece = std::make_unique<std::string>(body.substr(0, piece_size));
      body.remove_prefix(piece->size());
      Task<void> task = form_->write(*piece);
      piece.reset();
      loop_.run_until(std::move(task));
    }
  }
  /// The status and the message of what is thrown; 0 of nothing.
  static std::pair<int, std::string> error_of(const std::function<void()>& call) try {
    call();
    return {};
  } catch (const HttpError& error) {
    return {error.status(), error.what()};
  }
  /// Of a body with these limits, after which nothing may be left.
  std::pair<int, std::string> refusal(const std::string& body, const UploadLimits& limits = {}) {
    std::set<std::pair<int, std::string>> all;
    for (const std::size_t size : {std::string::npos, std::size_t{1}}) {
      begin(limits);
      all.insert(error_of([&] {
        write(body, size);
        form_->finish();
      }));
      EXPECT_THAT(left(), IsEmpty()) << "at once";
      EXPECT_THAT(form_->files(), IsEmpty());
      EXPECT_TRUE(form_->arguments().empty());
      EXPECT_THROW(form_->finish(), std::logic_error);
      EXPECT_THROW((void)form_->write("x"), std::logic_error);
    }
    EXPECT_THAT(all, SizeIs(1)) << "however it is cut";
    return *all.begin();
  }
  int status(const std::string& body, const UploadLimits& limits = {}) {
    return refusal(body, limits).first;
  }
  /// Whether all is well with that body.
  bool passes(const std::string& body, const UploadLimits& limits) {
    begin(limits);
    const auto error = error_of([&] {
      write(body);
      form_->finish();
    });
    form_.reset();
    return error.first == 0;
  }
  /// The names in the folder.
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  ManualLoop loop_;
  TemporaryFolder folder_;
  Headers headers_;
  std::optional<MultipartFiles> form_;
};

TEST_F(MultipartFilesTest, FieldsAreKeptAndFilesWrittenHoweverTheyAreCut) {
  std::string binary(100'000, '\0');
  for (std::size_t i = 0; i < binary.size(); ++i) binary[i] = static_cast<char>(i * i >> 3);
  const std::string small = "a\r\n--xy\r\n";
  const std::string body =
      part("author", "Ada") +
      part("photo", small, "; filename=\"a b.png\"\r\nContent-Type: image/png") +
      part("author", "Grace\r\n") + file_part("none", "", "") + file_part("empty", "e", "");
  for (const std::size_t size : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
    begin();
    write(body + (size == 1 ? "" : file_part("large", "l", binary)) + kEnd, size);
    EXPECT_TRUE(form_->arguments().empty()) << "not yet";
    EXPECT_THAT(form_->files(), IsEmpty());
    form_->finish();
    EXPECT_EQ(form_->arguments().encode(), "author=Ada&author=Grace%0D%0A&none=");
    ASSERT_THAT(form_->files(), SizeIs(size == 1 ? 2 : 3));
    const UploadedFile& photo = form_->files()[0];
    EXPECT_EQ(photo.name(), "photo");
    EXPECT_EQ(photo.filename(), "a b.png");
    EXPECT_EQ(photo.content_type(), "image/png");
    EXPECT_EQ(photo.size(), small.size());
    EXPECT_EQ(content_of(photo.path()), small);
    const UploadedFile& empty = form_->files()[1];
    EXPECT_EQ(empty.content_type(), "application/unknown");
    EXPECT_EQ(empty.size(), 0U);
    EXPECT_TRUE(std::filesystem::exists(empty.path()));
    if (size != 1) {
      const UploadedFile* large = form_->find_file("large");
      ASSERT_NE(large, nullptr);
      EXPECT_EQ(large->size(), binary.size());
      EXPECT_TRUE(content_of(large->path()) == binary);
    }
    EXPECT_EQ(form_->find_file("author"), nullptr);
    EXPECT_THROW(form_->finish(), std::logic_error);
    form_.reset();
    EXPECT_THAT(left(), IsEmpty());
  }
}

TEST_F(MultipartFilesTest, NothingOfTheClientIsInThePath) {
  begin();
  for (const char* name : {"../../x", "/etc/passwd", "..", "a", "a", "%2e%2e%2fx", "C:\\\\x"})
    write(file_part("f", name, "x"));
  write(kEnd);
  form_->finish();
  ASSERT_THAT(form_->files(), SizeIs(7));
  EXPECT_EQ(form_->files()[0].filename(), "../../x") << "as it was sent";
  std::set<std::string> paths;
  for (const UploadedFile& file : form_->files()) {
    paths.insert(file.path());
    const std::string start = folder_ / "eddy-upload-";
    ASSERT_THAT(file.path(), StartsWith(start));
    const std::string rest = file.path().substr(start.size());
    EXPECT_THAT(rest, SizeIs(32));
    EXPECT_EQ(rest.find_first_not_of("0123456789abcdef"), std::string::npos);
    struct stat status {};
    ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
  }
  EXPECT_THAT(paths, SizeIs(7));
  EXPECT_THAT(left(), SizeIs(7));
}

TEST_F(MultipartFilesTest, WhatIsKeptOrMovedStays) {
  begin();
  for (const char* name : {"kept", "renamed", "taken", "left", "replaced"})
    write(file_part(name, name, name));
  write(kEnd);
  form_->finish();
  const std::string kept = form_->find_file("kept")->path();
  form_->find_file("kept")->keep();
  std::filesystem::rename(form_->find_file("renamed")->path(), folder_ / "mine");
  std::optional<UploadedFile> taken = std::move(*form_->find_file("taken"));
  *form_->find_file("replaced") = std::move(*form_->find_file("left"));
  EXPECT_THAT(left(), SizeIs(4));
  form_.reset();
  EXPECT_THAT(left(), SizeIs(3));
  EXPECT_EQ(content_of(kept), "kept");
  EXPECT_EQ(content_of(folder_ / "mine"), "renamed");
  EXPECT_EQ(content_of(taken->path()), "taken");
  taken.reset();
  EXPECT_THAT(left(), SizeIs(2));
}

TEST_F(MultipartFilesTest, WhatIsHalfThereIsDeleted) {
  begin();
  write(file_part("a", "a", "all of it") +
        "--xyz\r\nContent-Disposition: form-data; name=b; "
        "filename=b\r\n\r\nhalf of");
  EXPECT_THAT(left(), SizeIs(2));
  form_.reset();
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(MultipartFilesTest, Limits) {
  const std::string body = part("ab", "cde") + file_part("f", "f", "0123456789") +
                           file_part("g", "g", "012345678") + part("h", "i") + kEnd;
  EXPECT_TRUE(passes(body, {.field_bytes = 7, .file_bytes = 10}));
  EXPECT_EQ(refusal(body, {.field_bytes = 6}),
            std::pair(413, std::string("the fields of a form beyond the limit")));
  EXPECT_EQ(status(body, {.field_bytes = 1}), 413) << "names count";
  EXPECT_EQ(refusal(body, {.file_bytes = 9}),
            std::pair(413, std::string("a file of a form beyond the limit")));
  // What the parser bounds.
  const auto with = [](const eddy::web::MultipartLimits& limits) {
    return UploadLimits{.multipart = limits};
  };
  EXPECT_EQ(status(body, with({.parts = 3})), 413);
  EXPECT_TRUE(passes(body, with({.parts = 4, .total_bytes = body.size()})));
  EXPECT_EQ(status(body, with({.total_bytes = body.size() - 10})), 413);
  EXPECT_EQ(status(body, with({.part_header_bytes = 30})), 431);
  EXPECT_EQ(status(body, with({.part_header_count = 0})), 431);
  EXPECT_EQ(status(body, with({.name_bytes = 1})), 431);
}

TEST_F(MultipartFilesTest, MalformedBodiesLeaveNothing) {
  const std::string good = part("a", "b") + file_part("f", "f", "0123456789");
  EXPECT_EQ(refusal(good),
            std::pair(400, std::string("a multipart body without its closing boundary")));
  EXPECT_EQ(status(good + "--xyz junk\r\n"), 400);
  EXPECT_EQ(status(good + "--xyz\r\n\r\nx\r\n" + kEnd), 400);
  EXPECT_EQ(status(""), 400);
}

TEST_F(MultipartFilesTest, OtherContentIsRefusedBeforeItComes) {
  const auto status = [this](std::string_view type, std::string_view coding = "") {
    return error_of([&] { MultipartFiles form(folder_.path(), fields(type, coding)); }).first;
  };
  EXPECT_EQ(status(kType), 0);
  EXPECT_EQ(status("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status("multipart/mixed; boundary=xyz"), 415);
  EXPECT_EQ(status(""), 415);
  EXPECT_EQ(status("multipart/form-data"), 400);
  EXPECT_EQ(status(kType, "gzip"), 400);
}

TEST_F(MultipartFilesTest, AnErrorOfTheDiskNamesFileAndReason) {
  begin_in(folder_ / "missing");
  write(part("a", "b"));
  const auto error = error_of([&] { write(file_part("f", "f", "x")); });
  EXPECT_EQ(error.first, 500);
  EXPECT_THAT(error.second, AllOf(StartsWith("create " + (folder_ / "missing/eddy-upload-")),
                                  EndsWith(": No such file or directory")));
  EXPECT_THROW((void)form_->write(kEnd), std::logic_error);
  begin_in(folder_.write("file"));
  EXPECT_EQ(error_of([&] { write(file_part("f", "f", "x")); }).first, 500);
}

TEST_F(MultipartFilesTest, OnePieceAtATime) {
  begin();
  Task<void> first = form_->write(file_part("f", "f", "x"));
  EXPECT_THROW((void)form_->write(kEnd), std::logic_error);
  EXPECT_THROW(form_->finish(), std::logic_error);
  loop_.run_until(std::move(first));
  write(kEnd);
  form_->finish();
}

TEST_F(MultipartFilesTest, MayGoBeforeItsTask) {
  begin();
  write(file_part("f", "f", "x"));
  Task<void> rest = form_->write(file_part("g", "g", "y"));
  form_.reset();
  loop_.run_until(std::move(rest));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(MultipartFilesTest, AFullPoolIsA503) {
  eddy::LoopOptions options;
  options.executor = {.threads = 1, .queue_limit = 0};
  ManualLoop loop(std::move(options));
  std::promise<void> release;
  loop.spawn([](std::shared_future<void> released) -> Task<void> {
    auto work = [released] { released.wait(); };
    co_await eddy::run_in_executor(std::move(work));
  }(release.get_future().share()));
  loop.run_until_idle();
  begin();
  EXPECT_EQ(error_of([&] { loop.run_until(form_->write("x")); }).first, 503);
  EXPECT_THROW((void)form_->write("y"), std::logic_error);
  release.set_value();
}

// ---- In a server

struct Upload : RequestHandler {
  // NOLINTBEGIN(readability-identifier-naming): the framework looks for these names
  static constexpr bool stream_request_body = true;
  static constexpr std::size_t max_body_size = std::size_t{1} << 24;
  // NOLINTEND(readability-identifier-naming)

  void initialize(const std::string& folder) { folder_ = folder; }
  void prepare() {
    form_.emplace(folder_, request().headers(), UploadLimits{.file_bytes = 1 << 20});
  }
  Task<void> data_received(std::string_view piece) { return form_->write(piece); }
  void post() {
    form_->finish();
    write("by ", form_->arguments().find("author").value_or("nobody"), ":");
    for (UploadedFile& file : form_->files()) {
      write(" ", file.filename(), " ", file.size());
      if (file.name() == "keep") file.keep();
    }
  }

 private:
  std::string folder_;
  std::optional<MultipartFiles> form_;
};

class MultipartFilesServerTest : public eddy_tests::ManualServerTest {
 protected:
  MultipartFilesServerTest() {
    app_.add(eddy::web::route<Upload>("/upload", {}, folder_.path()));
    app_.add(eddy::web::route<Upload>("/missing", {}, folder_ / "missing"));
    listen();
  }
  static std::string head(std::string_view path, std::size_t length) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Type: " + kType +
           "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
  }
  /// Until threads have made it so; the loop's clock stands still.
  template <class Done>
  bool wait_for(const Done& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    do {
      loop_.run_until_idle();
      if (done()) return true;
      std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }
  std::string answer(ManualPeer& peer) {
    std::string all;
    EXPECT_TRUE(wait_for([&] {
      all += read(peer);
      return all.find("\r\n\r\n") != std::string::npos;
    }));
    return all + read(peer);
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  TemporaryFolder folder_;
};

TEST_F(MultipartFilesServerTest, AHandlerWritesWhatComes) {
  const std::string large(500'000, 'x');
  const std::string body = part("author", "Ada") + file_part("keep", "a.txt", large) +
                           file_part("drop", "b", "y") + kEnd;
  ManualPeer peer = connect(head("/upload", body.size()));
  for (std::size_t at = 0; at < body.size(); at += 50'000) send(peer, body.substr(at, 50'000));
  EXPECT_THAT(answer(peer),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("by Ada: a.txt 500000 b 1")));
  ASSERT_EQ(files(), 1U);
  const auto kept = std::filesystem::directory_iterator(folder_.path())->path().string();
  EXPECT_TRUE(content_of(kept) == large);
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(MultipartFilesServerTest, ErrorsReachTheClientAndTheLog) {
  const auto post = [this](std::string_view path, const std::string& body) {
    ManualPeer peer = connect(head(path, body.size()) + body);
    return answer(peer);
  };
  EXPECT_THAT(post("/upload", file_part("keep", "a", "x")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(post("/upload", file_part("keep", "a", std::string((1 << 20) + 1, 'x')) + kEnd),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("without its closing boundary"),
                                   HasSubstr("a file of a form beyond the limit")));
  logged_.clear();
  EXPECT_THAT(post("/missing", file_part("keep", "a", "x") + kEnd),
              AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("eddy-upload"))));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("No such file or directory")));
  EXPECT_EQ(files(), 0U);
}

TEST_F(MultipartFilesServerTest, AClientThatLeavesLeavesNothing) {
  ManualPeer peer = connect(head("/upload", 1000) + file_part("keep", "a", "x") +
                            file_part("keep", "b", "y").substr(0, 70));
  EXPECT_TRUE(wait_for([&] { return files() > 0; }));
  peer.reset();
  EXPECT_TRUE(wait_for([&] { return files() == 0; }));
  EXPECT_EQ(server_->stats().connections, 0U);
}

}  // namespace
