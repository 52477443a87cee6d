// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Eddy accepts, every other parser divides into the same messages, or refuses: so no message
// that passes Eddy is understood differently behind it or in front of it. The others are llhttp
// (Node.js), http-parser and Boost.Beast, as their packages bring them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/http/differential/framing.h>
#include <tests/web/http/differential/generator.h>
#include <tests/web/http/protocol_case.h>

namespace {

using eddy_tests::Difference;
using eddy_tests::escaped;
using eddy_tests::FramedMessage;
using eddy_tests::Framing;
using eddy_tests::MessageStream;
using eddy_tests::ProtocolCase;
using eddy_tests::StreamGenerator;

struct Oracle {
  const char* name;
  Framing (*frame)(const MessageStream& stream);
};

constexpr Oracle kOracles[] = {{"llhttp", eddy_tests::frame_by_llhttp},
                               {"http-parser", eddy_tests::frame_by_http_parser},
                               {"Beast", eddy_tests::frame_by_beast}};

// Whether some field has a name that only begins like Transfer-Encoding.
bool has_longer_transfer_encoding(const MessageStream& stream) {
  constexpr std::string_view kName = "transfer-encoding";
  std::string text = stream.bytes;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    const std::size_t end = at + kName.size();
    if (end < text.size() && std::string_view(":\r\n").find(text[end]) == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// The differences that have a reason, which is in each case that Eddy is right.
bool argued(const Oracle& oracle, const Difference& difference, const MessageStream& stream) {
  const std::string_view name = oracle.name;
  const int status = difference.eddy == nullptr ? 0 : difference.eddy->status;
  // A 304 has no content, whatever its fields say (RFC 9112, 6.3). These two leave it to their
  // callers to say so, as for the answer to a HEAD.
  if (status == 304 && (name == "llhttp" || name == "http-parser")) return true;
  // A 2xx to CONNECT opens a tunnel. Beast is told of it by nobody.
  if (name == "Beast" && status / 100 == 2 && stream.methods.front() == "CONNECT") return true;
  // http-parser takes Transfer-Encoding-X for a Transfer-Encoding that it does not know, and reads
  // such a response to the end of the connection. Such a request it refuses.
  return name == "http-parser" && status != 0 && has_longer_transfer_encoding(stream);
}

std::string shown(const FramedMessage* message) {
  if (message == nullptr) return "no end yet";
  return message->method + " " + escaped(message->target) + " " + std::to_string(message->status) +
         " '" + escaped(message->body) + "' up to byte " + std::to_string(message->end);
}

class Differential : public testing::Test {
 protected:
  void compare(const MessageStream& stream) {
    ++streams_;
    const Framing eddy = eddy_tests::frame_by_eddy(stream);
    messages_ += eddy.messages.size();
    for (std::size_t i = 0; i < std::size(kOracles); ++i) {
      const Oracle& oracle = kOracles[i];
      const Framing other = oracle.frame(stream);
      const Difference found = eddy_tests::difference(eddy, other);
      if (!found) agreed_[i] += std::min(eddy.messages.size(), other.messages.size());
      if (!found || argued(oracle, found, stream)) continue;
      ASSERT_LT(++differences_, 20U) << "and so on";
      ADD_FAILURE() << "stream " << streams_ << ": Eddy reads " << shown(found.eddy) << ", "
                    << oracle.name << " reads " << shown(found.other) << ":\n"
                    << escaped(stream.bytes);
    }
  }

  /// A parser that refuses differs in nothing: so each is to have read what Eddy accepted, most of
  /// the time.
  void expect_compared(std::size_t least) {
    EXPECT_GT(messages_, least);
    for (std::size_t i = 0; i < std::size(kOracles); ++i) {
      EXPECT_GT(agreed_[i], messages_ / 100 * 80) << kOracles[i].name << " of " << messages_;
    }
  }

  std::size_t streams_ = 0;
  std::size_t messages_ = 0;                      // that Eddy accepted
  std::size_t agreed_[std::size(kOracles)] = {};  // of those, that each of the others read alike
  std::size_t differences_ = 0;
};

TEST_F(Differential, Requests) {
  StreamGenerator generator(1);
  for (int i = 0; i < 100000; ++i) compare(generator.requests());
  expect_compared(25000);
}

TEST_F(Differential, Responses) {
  StreamGenerator generator(2);
  for (int i = 0; i < 50000; ++i) compare(generator.responses());
  expect_compared(10000);
}

TEST_F(Differential, ProtocolCasesAndMutationsOfThem) {
  StreamGenerator generator(3);
  for (const char* file :
       {"request_line.md", "target.md", "header_fields.md", "host.md", "content.md", "chunks.md",
        "trailers.md", "status_line.md", "response_content.md"}) {
    for (const ProtocolCase& c :
         eddy_tests::read_protocol_cases(std::string(EDDY_PROTOCOL_CASES) + "/" + file)) {
      const MessageStream stream{.bytes = c.input, .methods = c.methods};
      compare(stream);
      for (int i = 0; i < 300; ++i) compare(generator.mutated(stream));
    }
  }
  expect_compared(5000);
}

// A reason that no parser gives any more is to be struck off.
TEST(ArguedDifferences, AreStillThere) {
  struct Case {
    const char* oracle;
    MessageStream stream;
  };
  const Case cases[] = {
      {"llhttp", {"HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\nx", {"GET"}}},
      {"http-parser", {"HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\nx", {"GET"}}},
      {"Beast", {"HTTP/1.1 200 OK\r\n\r\nx", {"CONNECT"}}},
      {"http-parser", {"HTTP/1.1 204 No\r\nTransfer-Encoding-X: a\r\n\r\nx", {"GET"}}},
  };
  for (const Case& c : cases) {
    for (const Oracle& oracle : kOracles) {
      if (std::string_view(oracle.name) != c.oracle) continue;
      const Framing eddy = eddy_tests::frame_by_eddy(c.stream);
      const Framing other = oracle.frame(c.stream);
      const Difference found = eddy_tests::difference(eddy, other);
      EXPECT_TRUE(found && argued(oracle, found, c.stream))
          << oracle.name << ": " << escaped(c.stream.bytes);
    }
  }
}

}  // namespace
