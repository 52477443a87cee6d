// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/held_connections.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <eddy/conformance/support/line_client.h>

namespace eddy::inline v0::conformance {

namespace {

constexpr char kArgument[] = "--hold-connections";

/// One byte, or false at the end.
bool read_byte(int fd) {
  char byte;
  for (;;) {
    const ssize_t received = ::read(fd, &byte, 1);
    if (received >= 0 || errno != EINTR) return received == 1;
  }
}

}  // namespace

HeldConnections::HeldConnections(std::uint16_t port, int count, std::string_view request) {
  int in[2] = {-1, -1};
  int out[2] = {-1, -1};
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> words = {"conformance", kArgument, std::to_string(port),
                                    std::to_string(count), std::string(request)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ) !=
      0) {
    process_ = -1;
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_process_ = in[1];
  from_process_ = out[0];
}

HeldConnections::~HeldConnections() {
  ::close(to_process_);
  ::close(from_process_);
  if (process_ < 0) return;
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool HeldConnections::wait_until_open() { return process_ >= 0 && read_byte(from_process_); }

std::optional<int> hold_connections(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[1], kArgument) != 0) return std::nullopt;
  ::alarm(120);  // it ends with the test, and in any case
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const int count = std::atoi(argv[3]);
  const std::string_view request = argv[4];
  std::vector<LineClient> clients;
  for (int i = 0; i < count; ++i) {
    LineClient& client = clients.emplace_back(port);
    if (client.broken()) return 1;
    if (request.empty()) continue;
    client.send(request);
    if (client.read_line().empty()) return 1;
  }
  if (::write(STDOUT_FILENO, "x", 1) != 1) return 1;
  while (read_byte(STDIN_FILENO)) {
  }
  return 0;
}

}  // namespace eddy::inline v0::conformance
