// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/app_test.h>

#include <exception>
#include <optional>
#include <stdexcept>

#include <eddy/core/task/task_group.h>

namespace eddy::inline v0::testing {

// ---- PendingFetch -------------------------------------------------------------------------------

struct PendingFetch::State {
  explicit State(Loop& loop) : tasks(loop) {}

  std::optional<web::ClientResponse> response;
  std::exception_ptr error;
  /// Destroyed before what its task writes to.
  TaskGroup tasks;
};

PendingFetch::PendingFetch(Loop& loop, Task<web::ClientResponse> fetch)
    : state_(std::make_unique<State>(loop)) {
  state_->tasks.spawn([](State& state, Task<web::ClientResponse> task) -> Task<void> {
    try {
      state.response = co_await std::move(task);
    } catch (const std::exception&) {
      state.error = std::current_exception();
    }
  }(*state_, std::move(fetch)));
}

PendingFetch::PendingFetch(PendingFetch&& other) noexcept = default;
PendingFetch& PendingFetch::operator=(PendingFetch&& other) noexcept = default;
PendingFetch::~PendingFetch() = default;

bool PendingFetch::done() const noexcept { return state_->response || state_->error; }

const web::ClientResponse& PendingFetch::response() const {
  if (state_->error) std::rethrow_exception(state_->error);
  if (!state_->response) throw std::logic_error("PendingFetch: there is no response yet");
  return *state_->response;
}

// ---- AppTest ------------------------------------------------------------------------------------

std::unique_ptr<web::Application> AppTest::make_app() {
  return std::make_unique<web::Application>();
}

std::unique_ptr<Loop> AppTest::make_loop(LoopOptions options) {
  return std::make_unique<NativeLoop>(std::move(options));
}

void AppTest::SetUp() {
  LoopOptions options;
  options.log = [sink = log_.sink(), lines = accesses_](const LogRecord& record) mutable {
    if (record.category == "eddy.access") {
      lines->emplace_back(record.message);
    } else {
      sink(record);
    }
  };
  loop_ = make_loop(std::move(options));
  app_ = make_app();
  listen(server_options());
  client_ = std::make_unique<web::HttpClient>(*loop_);
}

void AppTest::TearDown() {
  client_.reset();
  server_ = nullptr;
  app_.reset();
  loop_.reset();
}

web::Server& AppTest::listen(const web::ServerOptions& options) {
  server_ = &app_->listen(*loop_, "127.0.0.1", 0, options);
  return *server_;
}

std::uint16_t AppTest::port() const noexcept { return server_->port(); }

std::string AppTest::get_url(std::string_view path) const {
  if (path.find("://") < path.find('/')) return std::string(path);
  return server_->url() + std::string(path);
}

web::ClientRequest AppTest::make_request(std::string_view path, std::string method,
                                         std::string body) const {
  web::ClientRequest request(get_url(path), std::move(method), std::move(body));
  request.connect_timeout = request.request_timeout = Duration::zero();
  return request;
}

web::ClientResponse AppTest::fetch(web::ClientRequest request) {
  return run(fetch_task(std::move(request)));
}

web::ClientResponse AppTest::fetch(std::string_view path, std::string method, std::string body) {
  return fetch(make_request(path, std::move(method), std::move(body)));
}

Task<web::ClientResponse> AppTest::fetch_task(web::ClientRequest request) const {
  return client_->fetch(std::move(request));
}

Task<web::ClientResponse> AppTest::fetch_task(std::string_view path, std::string method,
                                              std::string body) const {
  return fetch_task(make_request(path, std::move(method), std::move(body)));
}

PendingFetch AppTest::start_fetch(web::ClientRequest request) {
  return {loop(), fetch_task(std::move(request))};
}

PendingFetch AppTest::start_fetch(std::string_view path) { return start_fetch(make_request(path)); }

void AppTest::throw_too_late() {
  throw std::runtime_error(
      "AppTest: time_limit() is over, and what the test waits for has not happened");
}

// ---- ManualAppTest ------------------------------------------------------------------------------

std::unique_ptr<Loop> ManualAppTest::make_loop(LoopOptions options) {
  return std::make_unique<ManualLoop>(std::move(options));
}

PendingFetch ManualAppTest::start_fetch(web::ClientRequest request) {
  PendingFetch fetch = AppTest::start_fetch(std::move(request));
  loop().run_until_idle();
  return fetch;
}

PendingFetch ManualAppTest::start_fetch(std::string_view path) {
  return start_fetch(make_request(path));
}

}  // namespace eddy::inline v0::testing
