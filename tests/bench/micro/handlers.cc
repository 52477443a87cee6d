// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an Application and its RequestHandler add to the bare server, in processor time: the same
// request and the same text, pipelined on one connection in memory, so that no system call is
// counted. Its bound is in driver/plan.py.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/testing/manual_loop.h>
#include <eddy/web/web.h>

#include <tests/bench/micro/cpu_time.h>

namespace {

using eddy::web::Application;
using eddy::web::HttpServer;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy_bench::cpu_ns;

constexpr int kPipelined = 64;
constexpr int kBatches = 200;
constexpr int kRounds = 25;
constexpr std::string_view kText = "Hello, world";

struct Hello : RequestHandler {
  void get() { write(kText); }
};

struct Named : RequestHandler {
  void get(std::string_view /*name*/, int /*number*/) { write(kText); }
};

/// One client of one kind of server.
class Variant {
 public:
  Variant(const char* name, std::string_view path) : name_(name) {
    for (int i = 0; i < kPipelined; ++i) {
      requests_.append("GET ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
      requests_.append("User-Agent: bench\r\nAccept: */*\r\n\r\n");
    }
  }
  Variant(const Variant&) = delete;
  Variant& operator=(const Variant&) = delete;

  void connect(std::uint16_t port) { peer_.emplace(loop_.system().connect(port)); }
  [[nodiscard]] eddy::Loop& loop() { return loop_; }
  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] double best() const { return best_; }

  void sample() {
    std::size_t texts = 0;
    const double began = cpu_ns();
    for (int i = 0; i < kBatches; ++i) {
      peer_->write(requests_);
      loop_.run_until_idle();
      for (std::string answers; !(answers = peer_->read()).empty(); loop_.run_until_idle()) {
        if (i == 0) texts += count(answers);
      }
    }
    if (texts != kPipelined) throw std::logic_error(std::string(name_) + " has not answered all");
    best_ = std::min(best_, (cpu_ns() - began) / (kBatches * kPipelined));
  }

 private:
  static std::size_t count(std::string_view answers) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = answers.find(kText, at)) != answers.npos; ++at) ++found;
    return found;
  }

  const char* name_;
  std::string requests_;
  eddy::testing::ManualLoop loop_;
  std::optional<eddy::testing::ManualPeer> peer_;
  double best_ = std::numeric_limits<double>::max();
};

}  // namespace

int main() {
  Variant bare("bare server", "/");
  HttpServer server(bare.loop(), [](const Request& /*request*/) { return kText; });
  server.listen("127.0.0.1", 0);
  bare.connect(server.port());

  Application app({eddy::web::route<Hello>("/"),
                   eddy::web::route<Named>(R"(/stories/([a-z-]+)/comments/(\d+))")});
  app.get("/function", [] { return kText; });
  Variant function("function", "/function");
  Variant handler("RequestHandler", "/");
  Variant typed("with typed groups", "/stories/once-upon-a-time/comments/17");
  const std::vector<Variant*> variants = {&bare, &function, &handler, &typed};
  for (Variant* const variant : {&function, &handler, &typed}) {
    variant->connect(app.listen(variant->loop(), "127.0.0.1", 0).port());
  }
  for (int round = 0; round < kRounds; ++round) {
    for (Variant* const variant : variants) variant->sample();
  }

  std::printf("%-20s %10s %10s\n", "ns a request", "all", "added");
  for (const Variant* const variant : variants) {
    std::printf("%-20s %10.0f %10.0f\n", variant->name(), variant->best(),
                variant->best() - bare.best());
  }
}
