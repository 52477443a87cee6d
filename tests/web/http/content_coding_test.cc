// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/content_coding.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using eddy::web::apply_content_coding;
using eddy::web::can_encode;
using eddy::web::choose_content_coding;
using eddy::web::CompressionOptions;
using eddy::web::ContentCoding;
using eddy::web::HeaderField;
using eddy::web::Headers;

constexpr auto kIdentity = ContentCoding::identity;
constexpr auto kGzip = ContentCoding::gzip;

// ---- The choice ---------------------------------------------------------------------------------

/// What is chosen where the server likes x better than gzip, x being whatever else is there.
ContentCoding choose(std::string_view accept, std::vector<ContentCoding> codings = {kGzip}) {
  return choose_content_coding(accept, codings).coding;
}

TEST(ContentCoding, NamesAreRead) {
  for (const auto coding :
       {kIdentity, kGzip, ContentCoding::br, ContentCoding::zstd, ContentCoding::deflate}) {
    EXPECT_EQ(eddy::web::coding_of(name_of(coding)), coding);
  }
  EXPECT_EQ(eddy::web::coding_of("GZip"), kGzip);
  EXPECT_EQ(eddy::web::coding_of("x-gzip"), kGzip);
  EXPECT_EQ(eddy::web::coding_of("compress"), std::nullopt);
  EXPECT_TRUE(can_encode(kGzip));
  EXPECT_FALSE(can_encode(ContentCoding::deflate));
}

TEST(ContentCoding, QualityValuesDecide) {
  EXPECT_EQ(choose("gzip"), kGzip);
  EXPECT_EQ(choose("deflate, gzip;q=0.001"), kGzip);
  EXPECT_EQ(choose("X-GZIP"), kGzip);
  EXPECT_EQ(choose("gzip;q=0"), kIdentity);
  EXPECT_EQ(choose("gzip;q=0.000, br"), kIdentity);
  EXPECT_EQ(choose("notgzip, gzipped"), kIdentity) << "no substring";
  EXPECT_EQ(choose(""), kIdentity);
  EXPECT_EQ(choose("*"), kGzip);
  EXPECT_EQ(choose("*;q=0"), kIdentity);
  EXPECT_EQ(choose("gzip;q=0, *"), kIdentity);
  EXPECT_EQ(choose("*;q=0, gzip"), kGzip);
  EXPECT_EQ(choose("gzip;q=junk"), kIdentity);
  EXPECT_EQ(choose("gzip;q=0, gzip"), kIdentity) << "a refusal counts";
}

TEST(ContentCoding, IdentityMayBeLikedBetterOrRefused) {
  EXPECT_EQ(choose("identity, gzip;q=0.5"), kIdentity);
  EXPECT_EQ(choose("identity;q=0.5, gzip;q=0.5"), kGzip);
  EXPECT_EQ(choose("gzip;q=0.1, *;q=0.5"), kIdentity) << "the star is identity too";
  const std::vector<ContentCoding> codings{kGzip};
  EXPECT_FALSE(choose_content_coding("gzip", codings).identity_refused);
  EXPECT_TRUE(choose_content_coding("gzip, identity;q=0", codings).identity_refused);
  EXPECT_TRUE(choose_content_coding("gzip, *;q=0", codings).identity_refused);
  EXPECT_FALSE(choose_content_coding("identity, *;q=0", codings).identity_refused);
  EXPECT_EQ(choose("br, identity;q=0"), kIdentity) << "nothing is left, and it is sent as it is";
}

#if EDDY_HAVE_BROTLI || EDDY_HAVE_ZSTD
TEST(ContentCoding, TheServersOrderDecidesBetweenEquals) {
  const auto other = can_encode(ContentCoding::br) ? ContentCoding::br : ContentCoding::zstd;
  const std::string name(name_of(other));
  EXPECT_EQ(choose("gzip, " + name, {other, kGzip}), other);
  EXPECT_EQ(choose("gzip, " + name, {kGzip, other}), kGzip);
  EXPECT_EQ(choose("gzip, " + name + ";q=0.9", {other, kGzip}), kGzip);
  EXPECT_EQ(choose("gzip;q=0.8, *;q=0.9, identity;q=0.1", {kGzip, other}), other);
  EXPECT_EQ(choose("gzip", {other, kGzip}), kGzip);
  EXPECT_EQ(choose(name, {kGzip}), kIdentity);
}
#endif

TEST(ContentCoding, WhatCannotBeEncodedIsPassedOver) {
  EXPECT_EQ(choose("deflate, identity, gzip", {ContentCoding::deflate, kIdentity, kGzip}), kGzip);
  EXPECT_EQ(choose("deflate", {ContentCoding::deflate}), kIdentity);
}

// ---- Header fields ------------------------------------------------------------------------------

struct Case {
  CompressionOptions options = {.enabled = true, .codings = {kGzip}};
  Headers request;
  Headers response;
  int status = 200;
  std::optional<std::uint64_t> size = 2000;

  explicit Case(std::string_view type = "text/html; charset=UTF-8") {
    request.set("Accept-Encoding", "gzip, deflate");
    response.set("Content-Type", type);
  }
  ContentCoding apply() {
    return apply_content_coding(options, request.list(), status, size, response);
  }
};

std::string text_of(const Headers& headers) {
  std::string text;
  for (const HeaderField field : headers) {
    text += std::string(field.name) + "=" + std::string(field.value) + ";";
  }
  return text;
}

TEST(ApplyContentCoding, GivesTheFieldsTheirForm) {
  Case c("text/plain");
  c.response.set("ETag", "\"abc\"");
  c.response.set("Content-Length", "2000");
  c.response.set("Accept-Ranges", "bytes");
  EXPECT_EQ(c.apply(), kGzip);
  EXPECT_EQ(text_of(c.response),
            "Content-Type=text/plain;ETag=W/\"abc\";Vary=Accept-Encoding;Content-Encoding=gzip;");
}

TEST(ApplyContentCoding, IsOffUnlessAskedFor) {
  Case c;
  c.options = {};
  EXPECT_EQ(c.apply(), kIdentity);
  EXPECT_EQ(c.response.size(), 1U);
}

TEST(ApplyContentCoding, TypesAreThoseOfTornadoAndThoseThatAreAdded) {
  for (const char* type :
       {"text/html", "text/anything", "TEXT/HTML;charset=x", "application/javascript",
        "application/x-javascript", "application/xml", "application/atom+xml", "application/json",
        "application/xhtml+xml", "image/svg+xml", "application/json ; x"}) {
    EXPECT_EQ(Case(type).apply(), kGzip) << type;
  }
  for (const char* type : {"image/png", "application/octet-stream", "textual/html", "text",
                           "application/jsonx", "application/wasm", ""}) {
    Case c(type);
    EXPECT_EQ(c.apply(), kIdentity) << type;
    EXPECT_FALSE(c.response.contains("Vary")) << type;
  }
  Case without;
  without.response.clear();
  EXPECT_EQ(without.apply(), kIdentity);

  Case added("application/wasm");
  added.options.extra_types = {"font/*", "Application/Wasm"};
  EXPECT_EQ(added.apply(), kGzip);
  Case kind("font/ttf");
  kind.options.extra_types = {"font/*", "application/wasm"};
  EXPECT_EQ(kind.apply(), kGzip);
}

TEST(ApplyContentCoding, SmallContentIsLeftAloneUnlessItIsStreamed) {
  Case at;
  at.size = 1024;
  EXPECT_EQ(at.apply(), kGzip);
  Case below;
  below.size = 1023;
  EXPECT_EQ(below.apply(), kIdentity);
  EXPECT_EQ(below.response.find("Vary"), "Accept-Encoding") << "a longer one would vary";
  EXPECT_FALSE(below.response.contains("Content-Encoding"));
  Case streamed;
  streamed.size.reset();
  EXPECT_EQ(streamed.apply(), kGzip);
  Case refused;
  refused.size = 10;
  refused.request.set("Accept-Encoding", "gzip, identity;q=0");
  EXPECT_EQ(refused.apply(), kGzip);
  Case empty;
  empty.size = 0;
  empty.request.set("Accept-Encoding", "gzip, identity;q=0");
  EXPECT_EQ(empty.apply(), kIdentity);
}

TEST(ApplyContentCoding, VariesForClientsThatDoNotWantItToo) {
  for (const char* accept : {"", "gzip;q=0", "br"}) {
    Case c;
    c.request.set("Accept-Encoding", accept);
    c.response.set("ETag", "\"abc\"");
    EXPECT_EQ(c.apply(), kIdentity);
    EXPECT_EQ(c.response.find("Vary"), "Accept-Encoding");
    EXPECT_EQ(c.response.find("ETag"), "\"abc\"");
  }
  Case none;
  none.request.clear();
  EXPECT_EQ(none.apply(), kIdentity);
  EXPECT_EQ(none.response.find("Vary"), "Accept-Encoding");
  Case two_fields;
  two_fields.request.set("Accept-Encoding", "br");
  two_fields.request.add("Accept-Encoding", "gzip");
  EXPECT_EQ(two_fields.apply(), kGzip);
}

TEST(ApplyContentCoding, WithoutAnEncoderContentStaysAsItIs) {
  Case c;
  EXPECT_EQ(apply_content_coding(c.options, c.request.list(), 200, 5000, c.response, false),
            kIdentity);
  EXPECT_EQ(c.response.find("Vary"), "Accept-Encoding");
  EXPECT_FALSE(c.response.contains("Content-Encoding"));
}

TEST(ApplyContentCoding, VaryIsAppendedTo) {
  const auto vary = [](std::initializer_list<const char*> before) {
    Case c;
    for (const char* value : before) c.response.add("Vary", value);
    (void)c.apply();
    return *c.response.get("Vary");
  };
  EXPECT_EQ(vary({"Cookie"}), "Cookie, Accept-Encoding");
  EXPECT_EQ(vary({"Cookie", "Origin"}), "Cookie,Origin, Accept-Encoding");
  EXPECT_EQ(vary({"Cookie, accept-encoding"}), "Cookie, accept-encoding");
  EXPECT_EQ(vary({"*"}), "*");
  EXPECT_EQ(vary({""}), "Accept-Encoding");
  EXPECT_EQ(vary({"Accept-Encodings"}), "Accept-Encodings, Accept-Encoding");
}

TEST(ApplyContentCoding, WhatMustNotBeChangedIsNot) {
  const auto left_alone = [](std::string_view name, std::string_view value, int status = 200) {
    Case c;
    if (!name.empty()) c.response.set(name, value);
    c.status = status;
    const std::string before = text_of(c.response);
    return c.apply() == kIdentity && text_of(c.response) == before;
  };
  EXPECT_TRUE(left_alone("Content-Encoding", "br"));
  EXPECT_TRUE(left_alone("Content-Encoding", "identity"));
  EXPECT_TRUE(left_alone("Cache-Control", "no-transform"));
  EXPECT_TRUE(left_alone("Cache-Control", "public, No-Transform, max-age=1"));
  EXPECT_TRUE(left_alone("Content-Range", "bytes 0-1/2"));
  EXPECT_TRUE(left_alone("Content-Digest", "sha-256=:x:"));
  EXPECT_TRUE(left_alone("Content-MD5", "x"));
  for (const int status : {100, 101, 204, 205, 206}) EXPECT_TRUE(left_alone("", "", status));
  EXPECT_FALSE(left_alone("Cache-Control", "public, max-age=1"));
  EXPECT_FALSE(left_alone("", "", 404));
}

TEST(ApplyContentCoding, AWeakETagStays) {
  Case c;
  c.response.set("ETag", "W/\"abc\"");
  EXPECT_EQ(c.apply(), kGzip);
  EXPECT_EQ(c.response.find("ETag"), "W/\"abc\"");
}

TEST(ApplyContentCoding, A304NamesTheETagThatTheClientHas) {
  const auto etag = [](std::string_view if_none_match) {
    Case c;
    c.status = 304;
    c.response.clear();
    c.response.set("ETag", "\"abc\"");
    c.request.set("If-None-Match", if_none_match);
    EXPECT_EQ(c.apply(), kIdentity);
    EXPECT_EQ(c.response.find("Vary"), "Accept-Encoding");
    EXPECT_FALSE(c.response.contains("Content-Encoding"));
    return *c.response.get("ETag");
  };
  EXPECT_EQ(etag("W/\"abc\""), "W/\"abc\"");
  EXPECT_EQ(etag("\"x\", W/\"abc\""), "W/\"abc\"");
  EXPECT_EQ(etag("\"abc\""), "\"abc\"");
  EXPECT_EQ(etag("*"), "\"abc\"");
}

}  // namespace
