// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/line_server.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace eddy::inline v0::conformance {

LineServer::LineServer(Loop& loop, Answer answer)
    : state_(std::make_shared<State>()),
      // Connections that break are what clients do; the tests look at what they see of it.
      tasks_(loop, [](const std::exception_ptr&) {}),
      server_(loop, [this](std::unique_ptr<Stream> stream) {
        tasks_.spawn(serve(state_, std::move(stream)));
      }) {
  state_->answer = std::move(answer);
  server_.listen("127.0.0.1", 0);
}

Task<void> LineServer::serve(std::shared_ptr<State> state, std::unique_ptr<Stream> stream) {
  struct Count {
    State& state;
    explicit Count(State& counted) : state(counted) { ++state.connections; }
    ~Count() { --state.connections; }
  } const count(*state);
  int entered = 0;
  std::string input;
  std::array<char, 4096> buffer;
  for (;;) {
    const std::size_t received = co_await stream->read_some(buffer);
    if (received == 0) co_return;
    input.append(buffer.data(), received);
    for (auto end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
      const std::string line = input.substr(0, end);
      input.erase(0, end + 1);
      state->most_reentered = std::max(state->most_reentered, ++entered);
      const std::string reply = state->answer(line);
      --entered;
      ++state->served;
      if (!reply.empty()) co_await stream->write(reply + "\n");
    }
  }
}

}  // namespace eddy::inline v0::conformance
