// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <examples/hosts/native.h>

namespace examples {

HostLoop::HostLoop(int& /*argc*/, char** /*argv*/)
    : on_signal_(loop_.watch(signals_fd_.fd(), eddy::Io::read, [this](eddy::Io) { stop(); })) {}

HostLoop::~HostLoop() = default;

}  // namespace examples
