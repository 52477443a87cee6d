// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <eddy/testing/manual_loop.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>

namespace eddy_tests {

/// An Application on a loop whose clock the test moves, with clients in memory, who may call it
/// what they like: hosts are the business of host_policy_test.
class ManualServerTest : public ::testing::Test {
 protected:
  ManualServerTest() {
    app_.set_settings({.check_host = false});
    loop_.set_log_sink([this](const eddy::LogRecord& record) {
      auto& lines = record.category == "eddy.access" ? accesses_ : logged_;
      lines.emplace_back(record.message);
    });
  }

  eddy::web::Server& listen(const eddy::web::ServerOptions& options = {}) {
    server_ = &app_.listen(loop_, "127.0.0.1", 0, options);
    return *server_;
  }
  /// A client that has sent `text`, and the server has dealt with it as far as it can.
  eddy::testing::ManualPeer connect(std::string_view text = {}) {
    eddy::testing::ManualPeer peer = loop_.system().connect(server_->port());
    send(peer, text);
    return peer;
  }
  void send(eddy::testing::ManualPeer& peer, std::string_view text) {
    if (!text.empty()) peer.write(text);
    loop_.run_until_idle();
  }
  /// What the client gets, in as many reads as it takes.
  std::string read(eddy::testing::ManualPeer& peer) {
    std::string all;
    for (std::string piece; !(piece = peer.read()).empty(); all += piece) loop_.run_until_idle();
    return all;
  }

  eddy::testing::ManualLoop loop_;
  eddy::web::Application app_;
  eddy::web::Server* server_ = nullptr;
  std::vector<std::string> logged_;
  std::vector<std::string> accesses_;
};

}  // namespace eddy_tests
