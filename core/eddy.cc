// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/eddy.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <system_error>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

struct eddy_loop {
  eddy::EmbeddedLoop loop;
};

struct eddy_remote {
  eddy::Remote remote;
};

namespace {

struct Call {
  eddy_callback callback;
  void* data;
  void operator()() const { callback(data); }
};

int post(const eddy::Remote& remote, eddy_callback callback, void* data) noexcept try {
  return remote.post(Call{callback, data}) ? 0 : ECANCELED;
} catch (const std::bad_alloc&) {
  return ENOMEM;
}

}  // namespace

// No exception may leave these.

eddy_loop* eddy_loop_create() try {
  return new eddy_loop();
} catch (const std::system_error& error) {
  errno = error.code().category() == std::system_category() ? error.code().value() : EINVAL;
  return nullptr;
} catch (const std::bad_alloc&) {
  errno = ENOMEM;
  return nullptr;
}

void eddy_loop_destroy(eddy_loop* loop) { delete loop; }

int eddy_loop_fd(const eddy_loop* loop) { return loop->loop.fd(); }

int64_t eddy_loop_next_deadline(const eddy_loop* loop) {
  const eddy::TimePoint deadline = loop->loop.next_deadline();
  if (deadline == eddy::kNever) return -1;
  const eddy::TimePoint now = loop->loop.now();
  if (deadline <= now) return 0;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - now).count();
}

void eddy_loop_dispatch(eddy_loop* loop) { loop->loop.dispatch(); }

int eddy_loop_post(eddy_loop* loop, eddy_callback callback, void* data) {
  return post(loop->loop.remote(), callback, data);
}

int eddy_loop_call_later(eddy_loop* loop, int64_t nanoseconds, eddy_callback callback,
                         void* data) try {
  loop->loop.call_later(std::chrono::nanoseconds(nanoseconds), Call{callback, data});
  return 0;
} catch (const std::bad_alloc&) {
  return ENOMEM;
} catch (const eddy::WrongThread&) {
  return EPERM;
}

eddy_remote* eddy_loop_remote(const eddy_loop* loop) {
  return new (std::nothrow) eddy_remote{loop->loop.remote()};
}

eddy_remote* eddy_remote_copy(const eddy_remote* remote) {
  return new (std::nothrow) eddy_remote{remote->remote};
}

void eddy_remote_free(eddy_remote* remote) { delete remote; }

int eddy_remote_post(const eddy_remote* remote, eddy_callback callback, void* data) {
  return post(remote->remote, callback, data);
}
