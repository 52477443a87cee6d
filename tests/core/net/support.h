// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What the tests of servers use.

#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/core.h>
#include <tests/core/descriptor_limit.h>
#include <tests/core/temporary_folder.h>

namespace eddy::core_test {

/// A server that keeps what connects.
struct Keeper {
  explicit Keeper(Loop& loop)
      : server(loop,
               [this](std::unique_ptr<Stream> stream) { streams.push_back(std::move(stream)); }) {}
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server;
};

/// The text of what `call` throws; empty when it throws nothing.
template <class Call>
std::string text_of_error(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace eddy::core_test
