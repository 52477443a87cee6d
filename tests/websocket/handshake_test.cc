// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/handshake.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/base64.h>

namespace {

using eddy::web::Headers;
using eddy::web::internal::agreed_handshake;
using eddy::web::internal::AgreedHandshake;
using eddy::web::internal::answer_handshake;
using eddy::web::internal::HandshakeOffer;
using eddy::web::internal::new_handshake_key;
using eddy::web::internal::offered_subprotocols;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The example of RFC 6455, 1.3, in which `changed` replace, or where their values are "-" remove.
Headers request_with(Fields changed) {
  Headers headers;
  headers.set("Upgrade", "websocket");
  headers.set("Connection", "Upgrade");
  headers.set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  headers.set("Sec-WebSocket-Version", "13");
  for (const auto& [name, value] : changed) {
    value == "-" ? void(headers.erase(name)) : headers.set(name, value);
  }
  return headers;
}

int status_of(const Headers& headers, int version_minor = 1) {
  const auto answer = answer_handshake(headers.list(), version_minor, false);
  EXPECT_EQ(answer.status == 101, answer.text.empty());
  EXPECT_EQ(answer.status == 101, !answer.accept.empty());
  return answer.status;
}

TEST(Handshake, IsAnsweredAsInTheRfc) {
  const auto answer = answer_handshake(request_with({}).list(), 1, false);
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, FieldsAreListsWithoutRegardToCase) {
  EXPECT_EQ(
      status_of(request_with({{"Upgrade", "WebSocket"}, {"Connection", "keep-alive, UPGRADE"}})),
      101);
  EXPECT_EQ(status_of(request_with({{"Upgrade", "h2c, websocket"}})), 101);
  Headers headers = request_with({{"Connection", "keep-alive"}});
  headers.add("Connection", "upgrade");
  EXPECT_EQ(status_of(headers), 101);
}

TEST(Handshake, WhatIsNoneIsRefused) {
  EXPECT_EQ(status_of(request_with({}), 0), 400);
  for (const auto& [name, value] : Fields{{"Upgrade", "-"},
                                          {"Upgrade", "h2c"},
                                          {"Upgrade", "websockets"},
                                          {"Connection", "-"},
                                          {"Connection", "close"},
                                          {"Sec-WebSocket-Key", "-"},
                                          {"Sec-WebSocket-Key", "text"},
                                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"},
                                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTE="},
                                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZ==="},
                                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub-5jZQ=="},
                                          {"Sec-WebSocket-Key", "c2hvcnQ="}}) {
    EXPECT_EQ(status_of(request_with({{name, value}})), 400) << name << ": " << value;
  }
  for (const std::string_view version : {"-", "0", "7", "8", "12", "14", "13, 8", "013", "x"}) {
    EXPECT_EQ(status_of(request_with({{"Sec-WebSocket-Version", version}})), 426) << version;
  }
  Headers two_keys = request_with({});
  two_keys.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(status_of(two_keys), 400);
  Headers two_versions = request_with({});
  two_versions.add("Sec-WebSocket-Version", "13");
  EXPECT_EQ(status_of(two_versions), 426);
}

TEST(Handshake, AKeyMayHaveBitsOfNoByte) {  // as in RFC 6455, 4.1
  EXPECT_EQ(status_of(request_with({{"Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC=="}})), 101);
}

TEST(Handshake, HasNoContent) {
  EXPECT_EQ(answer_handshake(request_with({}).list(), 1, true).status, 400);
}

TEST(Handshake, SubprotocolsComeInTheClientsOrder) {
  Headers headers = request_with({{"Sec-WebSocket-Protocol", "chat.v2, chat.v1"}});
  headers.add("Sec-WebSocket-Protocol", "superchat,,not a token");
  EXPECT_THAT(offered_subprotocols(headers.list()), ElementsAre("chat.v2", "chat.v1", "superchat"));
  EXPECT_THAT(offered_subprotocols(request_with({}).list()), IsEmpty());
}

TEST(Handshake, EachKeyIsANewOneOf16Bytes) {
  const std::string key = new_handshake_key();
  EXPECT_EQ(eddy::base64_decode(key)->size(), 16U);
  EXPECT_NE(new_handshake_key(), key);
}

Headers answer_with(Fields changed) {
  Headers headers;
  headers.set("Upgrade", "WebSocket");
  headers.set("Connection", "Upgrade");
  headers.set("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  for (const auto& [name, value] : changed) {
    value == "-" ? void(headers.erase(name)) : headers.set(name, value);
  }
  return headers;
}

TEST(Handshake, AClientKnowsItsAnswer) {
  const std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(agreed_handshake(101, answer_with({}).list(), {.key = key}).error, "");
  EXPECT_THAT(agreed_handshake(200, answer_with({}).list(), {.key = key}).error,
              HasSubstr("has not switched"));
  for (const auto& [name, value] :
       Fields{{"Upgrade", "-"}, {"Upgrade", "h2c"}, {"Connection", "close"}}) {
    EXPECT_THAT(agreed_handshake(101, answer_with({{name, value}}).list(), {.key = key}).error,
                HasSubstr("something else"));
  }
  for (const std::string_view accept :
       {"-", "", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="}) {
    EXPECT_THAT(
        agreed_handshake(101, answer_with({{"Sec-WebSocket-Accept", accept}}).list(), {.key = key})
            .error,
        HasSubstr("Sec-WebSocket-Accept"));
  }
  const std::string other = new_handshake_key();
  EXPECT_THAT(agreed_handshake(101, answer_with({}).list(), {.key = other}).error,
              HasSubstr("Sec-WebSocket-Accept"));
}

TEST(Handshake, BothSidesAgree) {
  const std::string key = new_handshake_key();
  const auto answer = answer_handshake(request_with({{"Sec-WebSocket-Key", key}}).list(), 1, false);
  EXPECT_EQ(agreed_handshake(101, answer_with({{"Sec-WebSocket-Accept", answer.accept}}).list(),
                             {.key = key})
                .error,
            "");
}

AgreedHandshake agreed(Fields changed, const HandshakeOffer& offer) {
  static Headers headers;
  headers = answer_with(changed);
  return agreed_handshake(101, headers.list(), offer);
}

TEST(Handshake, AClientTakesWhatItHasOffered) {
  const eddy::web::DeflateOptions deflate;
  const HandshakeOffer offer{.key = "dGhlIHNhbXBsZSBub25jZQ==",
                             .subprotocols = {"chat.v2", "chat.v1"},
                             .deflate = &deflate};
  const AgreedHandshake plain = agreed({}, offer);
  EXPECT_EQ(plain.error, "");
  EXPECT_EQ(plain.subprotocol, "");
  EXPECT_FALSE(plain.deflate);
  EXPECT_EQ(agreed({{"Sec-WebSocket-Protocol", "chat.v1"}}, offer).subprotocol, "chat.v1");
  EXPECT_TRUE(
      agreed({{"Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover"}},
             offer)
          .deflate);

  for (const std::string_view protocol : {"other", "Chat.v1", "chat.v1, chat.v2", ""}) {
    EXPECT_THAT(agreed({{"Sec-WebSocket-Protocol", protocol}}, offer).error,
                HasSubstr("subprotocol"));
  }
  for (const std::string_view extension : {"permessage-bzip2", "", "permessage-deflate; x"}) {
    EXPECT_THAT(agreed({{"Sec-WebSocket-Extensions", extension}}, offer).error,
                HasSubstr("extension"));
  }
  const HandshakeOffer none{.key = offer.key};
  EXPECT_THAT(agreed({{"Sec-WebSocket-Extensions", "permessage-deflate"}}, none).error,
              HasSubstr("extension"));
  EXPECT_THAT(agreed({{"Sec-WebSocket-Protocol", "chat.v1"}}, none).error,
              HasSubstr("subprotocol"));
}

}  // namespace
