// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/proxy_protocol.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>

namespace eddy::inline v0 {

namespace {

constexpr std::string_view kV1 = "PROXY ";
constexpr std::string_view kV2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV2FixedBytes = 16;
constexpr std::size_t kUnixPathBytes = 108;

// Types of the values behind the addresses of version 2.
constexpr unsigned kTypeAlpn = 0x01;
constexpr unsigned kTypeAuthority = 0x02;
constexpr unsigned kTypeChecksum = 0x03;
constexpr unsigned kTypeTls = 0x20;
// In the first byte of kTypeTls: the client came by TLS.
constexpr unsigned kClientTls = 0x01;
constexpr std::size_t kTlsFixedBytes = 5;

ProxyResult failed(const char* why) {
  ProxyResult result;
  result.status = ProxyStatus::failed;
  result.error = why;
  return result;
}

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

std::uint16_t short_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(byte_at(text, at) << 8 | byte_at(text, at + 1));
}

// ---- Version 1 ----------------------------------------------------------------------------------

/// The text up to the next blank, which is taken too; without one `ok` is false.
std::string_view take_word(std::string_view& line, bool& ok) noexcept {
  const std::size_t blank = line.find(' ');
  ok = ok && blank != std::string_view::npos;
  if (!ok) return {};
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(blank + 1);
  return word;
}

std::uint16_t read_port(std::string_view text, bool& ok) noexcept {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  const bool padded = text.size() > 1 && text[0] == '0';
  ok = ok && read.ec == std::errc() && read.ptr == end && !padded;
  return port;
}

Address read_address(std::string_view host, std::uint16_t port, Address::Family family, bool& ok) {
  std::error_code error;
  const Address address = Address::parse(host, port, error);
  ok = ok && !error && address.family() == family;
  return address;
}

/// `line` is what follows "PROXY ", without the line's end.
ProxyResult read_v1(std::string_view line) {
  ProxyResult result;
  result.status = ProxyStatus::done;
  result.header.version = 1;
  // What follows UNKNOWN means nothing.
  constexpr std::string_view kUnknown = "UNKNOWN";
  if (line == kUnknown || (line.starts_with(kUnknown) && line[kUnknown.size()] == ' ')) {
    return result;
  }
  const bool v4 = line.starts_with("TCP4 ");
  if (!v4 && !line.starts_with("TCP6 ")) return failed("neither TCP4, TCP6 nor UNKNOWN");
  line.remove_prefix(5);
  bool ok = true;
  const std::string_view source = take_word(line, ok);
  const std::string_view destination = take_word(line, ok);
  const std::uint16_t source_port = read_port(take_word(line, ok), ok);
  const std::uint16_t destination_port = read_port(line, ok);
  const auto family = v4 ? Address::Family::ipv4 : Address::Family::ipv6;
  if (ok) result.header.source = read_address(source, source_port, family, ok);
  if (ok) result.header.destination = read_address(destination, destination_port, family, ok);
  if (!ok) return failed("malformed addresses");
  result.header.has_addresses = true;
  return result;
}

ProxyResult parse_v1(std::string_view input) {
  const std::string_view head = input.substr(0, kProxyV1Bytes);
  const std::size_t end = head.find_first_of("\r\n");
  if (end == std::string_view::npos || (head[end] == '\r' && end + 1 == head.size())) {
    if (head.size() == kProxyV1Bytes) return failed("a line that is too long");
    return {};
  }
  if (head[end] != '\r' || head[end + 1] != '\n')
    return failed("a line that does not end by CR LF");
  ProxyResult result = read_v1(head.substr(kV1.size(), end - kV1.size()));
  if (result.status == ProxyStatus::done) result.consumed = end + 2;
  return result;
}

// ---- Version 2 ----------------------------------------------------------------------------------

/// A Unix socket's name in its field of fixed size; a client may have none.
Address read_unix(std::string_view field) {
  const bool abstract = field[0] == '\0';
  // A path ends at its first NUL, an abstract name at the NULs that fill the field up.
  const std::size_t end = abstract ? field.find_last_not_of('\0') + 1 : field.find('\0');
  std::error_code error;
  return Address::local(field.substr(0, end), error);
}

std::span<const unsigned char> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// Reads the addresses, which `rest` begins with and loses. Null, or what is wrong.
const char* read_addresses(unsigned family, std::string_view& rest, ProxyHeader& header) {
  std::size_t size;
  switch (family) {
    case 0x11:
      size = 4;
      break;
    case 0x21:
      size = 16;
      break;
    case 0x31:
      size = kUnixPathBytes;
      break;
    default:
      return "a family of addresses that no stream has";
  }
  const bool local = size == kUnixPathBytes;
  const std::size_t all = 2 * size + (local ? 0 : 4);
  if (rest.size() < all) return "too short for its addresses";
  const std::string_view source = rest.substr(0, size);
  const std::string_view destination = rest.substr(size, size);
  if (local) {
    header.source = read_unix(source);
    header.destination = read_unix(destination);
  } else {
    header.source = Address::from_ip(bytes_of(source), short_at(rest, 2 * size));
    header.destination = Address::from_ip(bytes_of(destination), short_at(rest, 2 * size + 2));
  }
  header.has_addresses = true;
  rest.remove_prefix(all);
  return nullptr;
}

/// CRC-32C (RFC 9260, appendix A) of the header, with the four bytes of the checksum itself as 0.
std::uint32_t checksum_of(std::string_view header, std::size_t checksum_at) noexcept {
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool own = i >= checksum_at && i < checksum_at + 4;
    crc ^= own ? 0 : byte_at(header, i);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
  }
  return ~crc;
}

/// Reads one of the values that follow the addresses; those of no use here are skipped.
const char* read_value(unsigned type, std::string_view value, std::string_view whole,
                       ProxyHeader& header) {
  switch (type) {
    case kTypeAlpn:
      header.alpn = value;
      return nullptr;
    case kTypeAuthority:
      header.authority = value;
      return nullptr;
    case kTypeTls:
      if (value.size() < kTlsFixedBytes) return "a malformed value";
      header.tls = (byte_at(value, 0) & kClientTls) != 0;
      return nullptr;
    case kTypeChecksum: {
      if (value.size() != 4) return "a malformed value";
      const std::uint32_t told =
          std::uint32_t{short_at(value, 0)} << 16 | std::uint32_t{short_at(value, 2)};
      const auto at = static_cast<std::size_t>(value.data() - whole.data());
      return checksum_of(whole, at) == told ? nullptr : "a wrong checksum";
    }
    default:
      return nullptr;
  }
}

ProxyResult parse_v2(std::string_view input, std::size_t most_bytes) {
  if (input.size() > kV2.size() && byte_at(input, 12) >> 4 != 2) return failed("another version");
  if (input.size() < kV2FixedBytes) return {};
  const unsigned command = byte_at(input, 12) & 0x0F;
  if (command > 1) return failed("another command than LOCAL and PROXY");
  const std::size_t size = kV2FixedBytes + short_at(input, 14);
  if (size > most_bytes) return failed("a header that is too long");
  if (input.size() < size) return {};
  ProxyResult result;
  result.status = ProxyStatus::done;
  result.consumed = size;
  result.header.version = 2;
  // By LOCAL the proxy speaks for itself, and without a family it does not know the addresses:
  // whatever else the header says is to be ignored.
  const unsigned family = byte_at(input, 13);
  if (command == 0 || family == 0) return result;
  const std::string_view whole = input.substr(0, size);
  std::string_view rest = whole.substr(kV2FixedBytes);
  if (const char* wrong = read_addresses(family, rest, result.header)) return failed(wrong);
  while (!rest.empty()) {
    if (rest.size() < 3) return failed("a malformed value");
    const std::size_t length = short_at(rest, 1);
    if (rest.size() - 3 < length) return failed("a malformed value");
    const char* wrong = read_value(byte_at(rest, 0), rest.substr(3, length), whole, result.header);
    if (wrong != nullptr) return failed(wrong);
    rest.remove_prefix(3 + length);
  }
  return result;
}

bool may_begin_with(std::string_view input, std::string_view signature) noexcept {
  const std::size_t common = std::min(input.size(), signature.size());
  return input.substr(0, common) == signature.substr(0, common);
}

}  // namespace

ProxyResult parse_proxy_header(std::string_view input, std::size_t most_bytes) {
  if (input.empty()) return {};
  if (may_begin_with(input, kV1)) return parse_v1(input);
  if (may_begin_with(input, kV2)) return parse_v2(input, std::max(most_bytes, kProxyV1Bytes));
  return failed("no header");
}

}  // namespace eddy::inline v0
