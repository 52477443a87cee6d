// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

/// The requests that parsers are measured with, and what is wanted of each parser: method, target,
/// and a table of the fields.
namespace eddy_bench {

struct Field {
  std::string_view name;
  std::string_view value;
};

/// What the parsers that come without a table fill.
struct ParsedHead {
  std::string_view target;
  std::vector<Field> fields;
};

/// As small as they get: what curl sends.
inline constexpr std::string_view kCurlRequest =
    "GET / HTTP/1.1\r\n"
    "Host: 127.0.0.1:8888\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "\r\n";

/// What a browser sends to a site where one is logged in.
inline constexpr std::string_view kBrowserRequest =
    "GET /stories/2317/comments?page=2&sort=newest HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"116\", \"Not)A;Brand\";v=\"24\", \"Google Chrome\";v=\"116\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/116.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Referer: http://www.example.org/stories\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=\"2|1:0|10:1693217411|7:session|8:YWxpY2U=|9f3c58\"; _xsrf=2|5ca2dd71|"
    "8f0b6d\r\n"
    "\r\n";

/// The head of a small answer.
inline constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Server: example\r\n"
    "Content-Type: text/html; charset=UTF-8\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Etag: \"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"\r\n"
    "Content-Length: 5\r\n"
    "\r\n";

}  // namespace eddy_bench
