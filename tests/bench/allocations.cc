// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library for LD_PRELOAD that counts a program's allocations until it listens, and then writes
// "COUNT BYTES" to the file that BENCH_ALLOCATIONS names. A realloc() counts as an allocation.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

// glibc's own, which it keeps for those who replace malloc().
extern "C" {
// NOLINTBEGIN(readability-identifier-naming)
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(readability-identifier-naming)
}

namespace {

std::atomic<unsigned long> allocations{0};
std::atomic<unsigned long> bytes{0};

void count(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
}

void write_result() {
  const char* path = std::getenv("BENCH_ALLOCATIONS");  // NOLINT(concurrency-mt-unsafe): read only
  const int file = path == nullptr ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return;  // not asked for, or not the first listen()
  dprintf(file, "%lu %lu\n", allocations.load(), bytes.load());
  close(file);
}

}  // namespace

#define BENCH_REPLACES extern "C" __attribute__((visibility("default")))

BENCH_REPLACES void* malloc(std::size_t size) {
  count(size);
  return __libc_malloc(size);
}

BENCH_REPLACES void* calloc(std::size_t number, std::size_t size) {
  count(number * size);
  return __libc_calloc(number, size);
}

BENCH_REPLACES void* realloc(void* old, std::size_t size) {
  count(size);
  return __libc_realloc(old, size);
}

BENCH_REPLACES void* memalign(std::size_t alignment, std::size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

BENCH_REPLACES void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}

BENCH_REPLACES int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  *result = memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}

BENCH_REPLACES int listen(int descriptor, int backlog) {
  using Listen = int(int, int);
  write_result();
  static auto* const real = reinterpret_cast<Listen*>(dlsym(RTLD_NEXT, "listen"));
  return real(descriptor, backlog);
}
