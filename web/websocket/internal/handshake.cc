// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/handshake.h>

#include <algorithm>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/digest.h>
#include <eddy/core/base/secrets.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyBytes = 16;

bool lists(const HeaderList& headers, std::string_view name, std::string_view token) {
  bool found = false;
  for (const std::string_view value : headers.get_list(name)) {
    for_each_list_item(value, [&found, token](std::string_view item) {
      found |= equals_ignoring_case(item, token);
    });
  }
  return found;
}

// Not decoded: of what no byte is made out of there may be bits, as in the RFC's own example.
bool is_key(std::string_view text) {
  constexpr std::size_t kDigits = 22;
  const auto is_digit = [](char c) {
    return is_class(c, kDigitChar) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '+' || c == '/';
  };
  return text.size() == kDigits + 2 && text.ends_with("==") &&
         std::all_of(text.begin(), text.begin() + kDigits, is_digit);
}

std::string accept_of(std::string_view key) {
  return base64_encode(Sha1().update(key).update(kGuid).finish());
}

}  // namespace

HandshakeAnswer answer_handshake(const HeaderList& request, int version_minor, bool has_content) {
  if (version_minor == 0 || !lists(request, "Upgrade", "websocket")) {
    return {400, "this is a WebSocket: it wants Upgrade: websocket"};
  }
  if (!lists(request, "Connection", "upgrade")) {
    return {400, "this is a WebSocket: it wants Connection: Upgrade"};
  }
  const auto versions = request.get_list("Sec-WebSocket-Version");
  if (versions.size() != 1 || versions.front() != "13") {
    return {426, "this is a WebSocket: it wants Sec-WebSocket-Version: 13"};
  }
  const auto keys = request.get_list("Sec-WebSocket-Key");
  if (keys.size() != 1 || !is_key(keys.front())) {
    return {400, "this is a WebSocket: it wants a Sec-WebSocket-Key of 16 bytes in base64"};
  }
  if (has_content) return {400, "this is a WebSocket: its request has no content"};
  return {101, {}, accept_of(keys.front())};
}

std::vector<std::string_view> offered_subprotocols(const HeaderList& request) {
  std::vector<std::string_view> offered;
  for (const std::string_view value : request.get_list("Sec-WebSocket-Protocol")) {
    for_each_list_item(value, [&offered](std::string_view item) {
      if (is_token(item)) offered.push_back(item);
    });
  }
  return offered;
}

std::string new_handshake_key() { return base64_encode(random_bytes(kKeyBytes)); }

AgreedHandshake agreed_handshake(int status, const HeaderList& response,
                                 const HandshakeOffer& offer) {
  if (status != 101) return {"the server has not switched to a WebSocket"};
  const auto upgrade = response.find("Upgrade");
  if (!upgrade || !equals_ignoring_case(*upgrade, "websocket") ||
      !lists(response, "Connection", "upgrade")) {
    return {"the server has switched to something else than a WebSocket"};
  }
  const auto accepted = response.get_list("Sec-WebSocket-Accept");
  if (accepted.size() != 1 || accepted.front() != accept_of(offer.key)) {
    return {"the server's Sec-WebSocket-Accept is not of this request"};
  }
  AgreedHandshake agreed;
  if (const auto extensions = response.get("Sec-WebSocket-Extensions")) {
    if (offer.deflate != nullptr) agreed.deflate = agreed_deflate(*extensions, *offer.deflate);
    if (!agreed.deflate) return {"the server has answered an extension that was not offered so"};
  }
  const auto protocols = response.get_list("Sec-WebSocket-Protocol");
  if (!protocols.empty()) {
    const auto& offered = offer.subprotocols;
    agreed.subprotocol = protocols.front();
    if (protocols.size() > 1 ||
        std::find(offered.begin(), offered.end(), agreed.subprotocol) == offered.end()) {
      return {"the server has chosen a subprotocol that was not offered"};
    }
  }
  return agreed;
}

}  // namespace eddy::inline v0::web::internal
