// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

/// What the two programs of the limit share: their socket, and the bytes that they answer.
namespace bench {

/// Pipelined responses that one send takes.
inline constexpr std::size_t kMostAtOnce = 64;

/// The response bytes of Eddy's hello, kMostAtOnce times in a row.
class Responses {
 public:
  Responses() : Responses(12, "Hello, world") {}
  /// The head of a response with a body of `length` bytes, and as much of that as `body` is.
  Responses(std::size_t length, const std::string& body);

  /// Sets the date to now; once in each turn.
  void set_date();
  [[nodiscard]] const char* data() const { return bytes_.data(); }
  /// Of the first `count`.
  [[nodiscard]] std::size_t size(std::size_t count) const { return count * size_; }

 private:
  std::string bytes_;
  std::size_t size_;
};

/// A listening socket on 127.0.0.1, whose URL it prints; -1 with errno set.
int listen_on(int port);
/// The next connection, or -1.
int accept_from(int listener);
/// Prints what has been counted, and starts anew.
void print_counts(unsigned long& requests, unsigned long& turns);

}  // namespace bench
