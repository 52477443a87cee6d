// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/web/http/differential/generator.h>

#include <charconv>
#include <utility>

namespace eddy_tests {
namespace {

constexpr std::string_view kMethods[] = {"GET",     "GET",   "POST",     "POST",  "PUT",
                                         "HEAD",    "PATCH", "DELETE",   "PRI",   "OPTIONS",
                                         "CONNECT", "get",   "M-SEARCH", "SOURCE"};
constexpr std::string_view kTargets[] = {
    "/",      "/a?b=c&d",     "/%41/../x", "//two",    "/a|b\"c", "*",     "http://h/p?q",
    "http:h", "HTTPS://h:1?", "h:80",      "[::1]:80", "/?",      "/#part"};
constexpr std::string_view kFields[] = {
    "Accept: */*",
    "Connection: close",
    "Connection: keep-alive, Upgrade",
    "Connection: Close , x",
    "Content-Length: 0",
    "Content-Length: 5",
    "content-length:5",
    "Content-Length: 5, 5",
    "Content-Length: +5",
    "Content-Length: 0x5",
    "Content-Length: 18446744073709551621",
    "Content-Length : 5",
    "Content-Length:",
    "Cookie: a=b; c=\"d\"",
    "Empty:",
    "Expect: 100-continue",
    "Host: other",
    "Keep-Alive: timeout=5",
    "Proxy-Connection: close",
    "Trailer: a",
    "Transfer-Encoding: chunked",
    "transfer-encoding:\tCHUNKED ",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked;a=b",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding:",
    "Transfer-Encoding\t: chunked",
    "TE: trailers",
    "Upgrade: websocket",
    "X: y\r\n folded: z",
};
constexpr std::string_view kContents[] = {
    "",
    "x",
    "hello",
    "\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "GET /inner HTTP/1.1\r\nHost: h\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
};
constexpr std::string_view kExtensions[] = {"",     "",           "",    "",       ";a",
                                            ";a=b", ";a=\"b;c\"", " ;a", "; a = b"};
constexpr std::string_view kTrailers[] = {
    "", "", "", "A: b\r\n", "Content-Length: 5\r\n", "A:\r\nB:\tc\r\n"};
constexpr std::string_view kStatusLines[] = {
    "200 OK",         "200 OK",    "200 OK",           "200 ",         "200",
    "404 No\xc3\xb6", "204 Empty", "304 Not Modified", "100 Continue", "103 Early Hints",
    "205 Reset",      "999 ?",     "101 Switching",    "1000 OK",      "099 OK"};
// What lines, numbers and names are told apart by, and what is sometimes taken for it.
constexpr std::string_view kBytes[] = {"\r",       "\n",    std::string_view("\0", 1),
                                       " ",        "\t",    ":",
                                       ",",        ";",     "\"",
                                       "+",        "-",     "_",
                                       "0",        "1",     "9",
                                       "a",        "F",     "x",
                                       "/",        "?",     "#",
                                       "*",        "\x0b",  "\x0c",
                                       "\x7f",     "\x80",  "\xa0",
                                       "\xff",     "\r\n",  "\n\n",
                                       "\r\n\r\n", "\r\n ", "chunked"};

}  // namespace

std::string StreamGenerator::version() {
  constexpr std::string_view kVersions[] = {"HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9",
                                            "HTTP/1",   "http/1.1", "HTTP/1.0", "HTTP/1.10"};
  return std::string(one_in(8) ? pick(kVersions) : "HTTP/1.1");
}

std::string StreamGenerator::field() { return std::string(pick(kFields)) + "\r\n"; }

std::string StreamGenerator::some_content() { return std::string(pick(kContents)); }

std::string StreamGenerator::chunks() {
  std::string out;
  for (std::size_t i = below(3); i > 0; --i) {
    const std::string content = "c" + some_content();
    char size[16];
    const char* end = std::to_chars(size, size + sizeof size, content.size(), 16).ptr;
    out.append(one_in(8) ? "0" : "").append(size, static_cast<std::size_t>(end - size));
    out.append(pick(kExtensions)).append("\r\n").append(content).append("\r\n");
  }
  return out.append("0").append(pick(kExtensions)).append("\r\n").append(pick(kTrailers)) + "\r\n";
}

// The fields that frame it, the empty line, and the content.
std::string StreamGenerator::framed_content() {
  switch (below(4)) {
    case 0:
      return "\r\n";
    case 1:
      return "Transfer-Encoding: chunked\r\n\r\n" + chunks();
    case 2: {
      const std::string content = some_content();
      return "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
    }
    default:
      return field() + "\r\n" + (one_in(2) ? chunks() : some_content());
  }
}

MessageStream StreamGenerator::requests() {
  MessageStream stream;
  for (std::size_t i = 1 + below(3); i > 0; --i) {
    stream.bytes += std::string(pick(kMethods)) + " ";
    stream.bytes += std::string(one_in(3) ? pick(kTargets) : "/path") + " " + version() + "\r\n";
    if (!one_in(12)) stream.bytes += "Host: h\r\n";
    if (one_in(3)) stream.bytes += field();
    stream.bytes += framed_content();
  }
  for (std::size_t i = below(4); i > 0; --i) mutate(stream.bytes);
  return stream;
}

MessageStream StreamGenerator::responses() {
  MessageStream stream;
  for (std::size_t i = 1 + below(3); i > 0; --i) {
    stream.methods.emplace_back(one_in(4) ? "HEAD" : "GET");
    stream.bytes += version() + " " + std::string(pick(kStatusLines)) + "\r\n";
    if (one_in(3)) stream.bytes += field();
    stream.bytes += framed_content();
  }
  for (std::size_t i = below(4); i > 0; --i) mutate(stream.bytes);
  return stream;
}

MessageStream StreamGenerator::mutated(MessageStream stream) {
  for (std::size_t i = 1 + below(3); i > 0; --i) mutate(stream.bytes);
  return stream;
}

// The start of some line.
std::size_t StreamGenerator::line_start(const std::string& bytes) {
  const std::size_t end = bytes.rfind('\n', below(bytes.size() + 1));
  return end == std::string::npos ? 0 : end + 1;
}

void StreamGenerator::mutate(std::string& bytes) {
  const std::size_t at = below(bytes.size() + 1);
  switch (below(8)) {
    case 0:
      if (at < bytes.size()) bytes.replace(at, 1, pick(kBytes));
      break;
    case 1:
      bytes.insert(at, pick(kBytes));
      break;
    case 2:
      bytes.erase(at, 1 + below(3));
      break;
    case 3:
      bytes.insert(line_start(bytes), field());
      break;
    case 4: {  // a line once more, somewhere
      const std::size_t start = line_start(bytes);
      const std::string line = bytes.substr(start, bytes.find('\n', start) - start) + "\n";
      bytes.insert(line_start(bytes), line);
      break;
    }
    case 5: {  // a line end of another kind
      constexpr std::string_view kEnds[] = {"\n", "\r", "\r\r\n", "\n\r", " \r\n", "\t\r\n"};
      const std::size_t end = bytes.find("\r\n", at);
      if (end != std::string::npos) bytes.replace(end, 2, pick(kEnds));
      break;
    }
    case 6:  // another case of letter, and near misses of other characters
      if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
      break;
    default: {  // a number one off
      const std::size_t digit = bytes.find_first_of("0123456789", at);
      if (digit != std::string::npos) ++bytes[digit];
      break;
    }
  }
}

}  // namespace eddy_tests
