// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <eddy/testing/manual_loop.h>
#include <eddy/web/app/application.h>

namespace eddy_tests {

/// Applications that are made anew for each of several Settings, and what they answer at port 80.
class SettingsServerTest : public ::testing::Test {
 protected:
  SettingsServerTest() {
    loop_.set_log_sink([this](const eddy::LogRecord& record) {
      if (record.category != "eddy.access") logged_.emplace_back(record.message);
    });
  }

  /// A POST of "/" that gives its content back, and is counted.
  void count_posts() {
    app_->post("/", [this](const eddy::web::Request& request) {
      ++posts_;
      return std::string(request.body());
    });
  }

  std::string answer_of(eddy::testing::ManualPeer peer, std::string_view request) {
    peer.write(request);
    loop_.run_until_idle();
    const std::string answer = peer.read();
    peer.close();
    loop_.run_until_idle();
    return answer;
  }
  std::string answer_to(std::string_view request) {
    return answer_of(loop_.system().connect(80), request);
  }
  /// To a GET of "/".
  std::string answer_for(std::string_view host, std::string_view fields = {}) {
    return answer_to("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + std::string(fields) +
                     "\r\n");
  }

  eddy::testing::ManualLoop loop_;
  std::vector<std::string> logged_;
  int posts_ = 0;
  std::optional<eddy::web::Application> app_;
};

}  // namespace eddy_tests
