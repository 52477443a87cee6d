// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/inherited_listeners.h>

#include <eddy/core/core.h>
#include <eddy/testing/test_client.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using eddy::Address;
using eddy::inherited_listeners;
using eddy::InheritedListener;
using eddy::NativeLoop;
using eddy::core_test::Keeper;
using eddy::core_test::run_turns_until;
using eddy::core_test::text_of_error;
using eddy::testing::TestClient;

/// The variables of the protocol, for as long as this lives.
class Environment {
 public:
  Environment(const std::string& pid, const std::string& count, const char* names = nullptr) {
    clear();
    ::setenv("LISTEN_PID", pid.c_str(), 1);                      // NOLINT(concurrency-mt-unsafe)
    ::setenv("LISTEN_FDS", count.c_str(), 1);                    // NOLINT(concurrency-mt-unsafe)
    if (names != nullptr) ::setenv("LISTEN_FDNAMES", names, 1);  // NOLINT(concurrency-mt-unsafe)
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { clear(); }

  static void clear() {
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
      ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
    }
  }
};

std::string own_pid() { return std::to_string(::getpid()); }

int listening_socket() {
  std::error_code error;
  const Address address = Address::parse("127.0.0.1", 0, error);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool listens = ::bind(fd, static_cast<const sockaddr*>(address.data()),
                              static_cast<socklen_t>(address.size())) == 0 &&
                       ::listen(fd, 8) == 0;
  return listens ? fd : -1;
}

/// Runs `check` in a child whose descriptors 3 and 4 are listening sockets, as under systemd; tells
/// how many of its expectations failed.
template <class Check>
int failures_in_a_service(Check check) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::array<int, 2> passed{::fcntl(listening_socket(), F_DUPFD, 100),
                                    ::fcntl(listening_socket(), F_DUPFD, 100)};
    ::dup2(passed[0], 3);
    ::dup2(passed[1], 4);
    check();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(InheritedListeners, NoneWithoutTheVariablesOrForAnotherProcess) {
  Environment::clear();
  EXPECT_TRUE(inherited_listeners().empty());
  const Environment parents(std::to_string(::getppid()), "2");
  EXPECT_TRUE(inherited_listeners().empty());
}

TEST(InheritedListeners, AreNamedAndServe) {
  EXPECT_EQ(failures_in_a_service([] {
              const Environment environment(own_pid(), "2", "http:admin");
              const std::vector<InheritedListener> found = inherited_listeners();
              ASSERT_EQ(found.size(), 2U);
              EXPECT_EQ(found[0].fd, 3);
              EXPECT_EQ(found[0].name, "http");
              EXPECT_EQ(found[1].fd, 4);
              EXPECT_EQ(found[1].name, "admin");
              EXPECT_NE(::fcntl(3, F_GETFD) & FD_CLOEXEC, 0);
              EXPECT_NE(::getenv("LISTEN_FDS"), nullptr) << "nothing is unset unless asked";
              NativeLoop loop;
              Keeper keeper(loop);
              for (const InheritedListener& listener : found) keeper.server.adopt(listener.fd);
              const TestClient first(keeper.server.addresses()[0].port());
              const TestClient second(keeper.server.addresses()[1].port());
              EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 2; }));
            }),
            0);
}

TEST(InheritedListeners, MayHaveNoNamesAndMayBeForgotten) {
  EXPECT_EQ(failures_in_a_service([] {
              const Environment environment(own_pid(), "2", "only");
              std::error_code error;
              const auto found = inherited_listeners(error, {.unset_environment = true});
              EXPECT_FALSE(error);
              ASSERT_EQ(found.size(), 2U);
              EXPECT_EQ(found[0].name, "only");
              EXPECT_EQ(found[1].name, "");
              EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
              EXPECT_EQ(::getenv("LISTEN_FDNAMES"), nullptr);
              EXPECT_TRUE(inherited_listeners().empty());
            }),
            0);
}

TEST(InheritedListeners, WhatCannotBeUnderstoodIsAnError) {
  for (const char* pid : {"x", "-1", "99999999999", " 1"}) {
    const Environment environment(pid, "1");
    std::error_code error;
    EXPECT_TRUE(inherited_listeners(error).empty());
    EXPECT_EQ(error, std::errc::invalid_argument) << pid;
  }
  for (const char* count : {"x", "-1", "1 ", "99999999", "99999999999"}) {
    const Environment environment(own_pid(), count);
    EXPECT_EQ(text_of_error([] { (void)inherited_listeners(); }),
              "inherited listeners: LISTEN_FDS=" + std::string(count) + ": Invalid argument");
  }
}

TEST(InheritedListeners, AnnouncedButNotThereIsAnError) {
  EXPECT_EQ(failures_in_a_service([] {
              ::close(5);
              const Environment environment(own_pid(), "3");
              EXPECT_EQ(text_of_error([] { (void)inherited_listeners(); }),
                        "inherited listeners: descriptor 5: Bad file descriptor");
            }),
            0);
}

}  // namespace
