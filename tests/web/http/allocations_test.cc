// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts what a request allocates; a program of its own, since it replaces operator new.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include <eddy/web/web.h>
#include <tests/web/http/web_client.h>

namespace {
std::size_t allocations = 0;
/// How many more there is memory for.
std::size_t allocations_left = SIZE_MAX;
}  // namespace

// Not inlined, or GCC takes the pairs for mismatched ones.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (allocations_left == 0) throw std::bad_alloc();
  --allocations_left;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace {

struct Hello : eddy::web::RequestHandler {
  void get(std::string_view name) { write("Hello, ", name); }
};

// Requests of one kind on one connection: after the first few they allocate nothing.
std::size_t allocations_of(const std::string& target, const std::string& answer) {
  eddy::NativeLoop loop;
  eddy::web::Application app({eddy::web::route<Hello>("/class/(.*)")});
  app.get("/", [] { return "Hello, world"; });
  app.get("/function/{name}", [](std::string_view name) { return name; });
  eddy_tests::RawClient client(app.listen(loop, 0).port());
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n";
  std::size_t before = 0;
  for (int i = 0; i < 50; ++i) {
    if (i == 10) before = allocations;
    client.send(request);
    EXPECT_TRUE(client.read_until(loop, answer));
    client.forget();
  }
  return allocations - before;
}

TEST(Allocations, NoneOnThePlainPath) {
  EXPECT_EQ(allocations_of("/", "\r\n\r\nHello, world"), 0U);
  EXPECT_EQ(allocations_of("/function/a", "\r\n\r\na"), 0U);
  EXPECT_EQ(allocations_of("/class/a", "\r\n\r\nHello, a"), 0U);
}

TEST(Allocations, AFieldThatThereWasNoMemoryForIsNotSent) {
  const std::string value(1000, 'x');
  bool added = false;
  for (std::size_t left = 0; !added; ++left) {
    ASSERT_LT(left, 10U);
    eddy::web::Headers headers;
    headers.set("A", "1");
    eddy::web::internal::ByteBuffer out;
    allocations_left = left;
    try {
      headers.add("X-Debug", value);
      added = true;
    } catch (const std::bad_alloc&) {
    }
    allocations_left = SIZE_MAX;
    (void)eddy::web::write_response_head(out, 304, {}, headers, {});
    EXPECT_EQ(out.view(), "HTTP/1.1 304 Not Modified\r\nA: 1\r\n" +
                              (added ? "X-Debug: " + value + "\r\n" : "") + "\r\n");
  }
}

}  // namespace
