// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/deflate_agreement.h>

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using eddy::web::DeflateOptions;
using eddy::web::internal::accept_deflate;
using eddy::web::internal::agreed_deflate;
using eddy::web::internal::DeflateAgreement;
using eddy::web::internal::offer_deflate;

std::string answer(std::string_view offers,
                   const DeflateOptions& options = {.context_takeover = true}) {
  const auto accepted = accept_deflate(offers, options);
  return accepted ? accepted->field : "nothing";
}

TEST(DeflateAgreement, AServerTakesTheFirstOfferThatItCanKeepTo) {
  EXPECT_EQ(answer("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(answer("x-webkit-deflate-frame, Permessage-Deflate; server_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; client_no_context_takeover; server_max_window_bits=10; "
                   "client_max_window_bits=11"),
            "permessage-deflate; client_no_context_takeover; server_max_window_bits=10; "
            "client_max_window_bits=11");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=\"12\""),
            "permessage-deflate; server_max_window_bits=12");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=15; client_max_window_bits=15"),
            "permessage-deflate; server_max_window_bits=15");
  EXPECT_EQ(answer(""), "nothing");
  EXPECT_EQ(answer("permessage-bzip2"), "nothing");
}

TEST(DeflateAgreement, OffersThatAreWrongAreDeclined) {
  for (const char* parameter : {"unknown",
                                "server_no_context_takeover=1",
                                "client_no_context_takeover=true",
                                "server_max_window_bits",
                                "server_max_window_bits=7",
                                "server_max_window_bits=16",
                                "server_max_window_bits=08",
                                "server_max_window_bits=x",
                                "server_max_window_bits=1",
                                "server_max_window_bits=99",
                                "client_max_window_bits=7",
                                "client_max_window_bits=",
                                "client_max_window_bits=010",
                                "server_max_window_bits=8",
                                "server_no_context_takeover; server_no_context_takeover",
                                "server_max_window_bits=10; server_max_window_bits=10",
                                "client_max_window_bits; client_max_window_bits=10",
                                "x*",
                                "server_max_window_bits*=8",
                                "client_max_window_bits*0=10"}) {
    const std::string offer = "permessage-deflate; " + std::string(parameter);
    EXPECT_EQ(answer(offer), "nothing") << parameter;
    if (offer.find('*') != std::string::npos) continue;  // where all is declined
    EXPECT_EQ(answer(offer + ", permessage-deflate"), "permessage-deflate") << parameter;
  }
}

TEST(DeflateAgreement, AServersOptionsBoundIt) {
  EXPECT_EQ(answer("permessage-deflate", {}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits",
                   {.max_window_bits = 10, .context_takeover = true}),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9; server_max_window_bits=9",
                   {.max_window_bits = 10, .context_takeover = true}),
            "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9");
  // A client that does not say that it can bound its window is taken as it is.
  const auto accepted = accept_deflate("permessage-deflate", {.max_window_bits = 10});
  EXPECT_EQ(accepted->agreement.client_window_bits, 15);
  EXPECT_EQ(accepted->agreement.server_window_bits, 10);
}

TEST(DeflateAgreement, AClientOffersAndReadsTheAnswer) {
  EXPECT_EQ(offer_deflate({}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "client_max_window_bits");
  EXPECT_EQ(offer_deflate({.max_window_bits = 10, .context_takeover = true}),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=10");
  const DeflateOptions taking{.context_takeover = true};
  const std::optional<DeflateAgreement> agreed = agreed_deflate(
      "permessage-deflate; server_no_context_takeover; client_max_window_bits=11", taking);
  ASSERT_TRUE(agreed);
  EXPECT_FALSE(agreed->server_takes_over);
  EXPECT_TRUE(agreed->client_takes_over);
  EXPECT_EQ(agreed->server_window_bits, 15);
  EXPECT_EQ(agreed->client_window_bits, 11);
  for (const char* wrong : {"", "permessage-bzip2", "permessage-deflate, permessage-deflate",
                            "permessage-deflate; x", "permessage-deflate; client_max_window_bits",
                            "permessage-deflate; server_max_window_bits*=8",
                            "permessage-deflate; server_max_window_bits=16"}) {
    EXPECT_FALSE(agreed_deflate(wrong, taking)) << wrong;
  }
  EXPECT_FALSE(agreed_deflate("permessage-deflate", {})) << "the server takes over unasked";
  EXPECT_TRUE(agreed_deflate("permessage-deflate; server_no_context_takeover", {}));
  EXPECT_FALSE(
      agreed_deflate("permessage-deflate", {.max_window_bits = 10, .context_takeover = true}));
}

// Each side's offer is one that the other accepts.
TEST(DeflateAgreement, BothSidesAgree) {
  for (const bool takes_over : {false, true}) {
    for (const int bits : {9, 10, 15}) {
      const DeflateOptions options{.max_window_bits = bits, .context_takeover = takes_over};
      for (const bool server_takes_over : {false, true}) {
        const auto accepted =
            accept_deflate(offer_deflate(options), {.context_takeover = server_takes_over});
        ASSERT_TRUE(accepted);
        const auto agreed = agreed_deflate(accepted->field, options);
        ASSERT_TRUE(agreed) << accepted->field;
        EXPECT_EQ(agreed->server_takes_over, accepted->agreement.server_takes_over);
        EXPECT_EQ(agreed->client_takes_over, accepted->agreement.client_takes_over);
        EXPECT_EQ(agreed->server_window_bits, accepted->agreement.server_window_bits);
        EXPECT_LE(agreed->client_window_bits, accepted->agreement.client_window_bits);
      }
    }
  }
}

TEST(DeflateAgreement, AWindowThatZlibHasNoCompressorForIsNotCompressedFor) {
  const DeflateOptions taking{.context_takeover = true};
  const auto agreed = agreed_deflate("permessage-deflate; client_max_window_bits=8", taking);
  ASSERT_TRUE(agreed);
  EXPECT_FALSE(agreed->client_may_compress);
  EXPECT_TRUE(
      agreed_deflate("permessage-deflate; client_max_window_bits=9", taking)->client_may_compress);
}

TEST(DeflateAgreement, OptionsThatZlibDoesNotKnowAreNamed) {
  const auto error = [](const DeflateOptions& options) -> std::string {
    try {
      eddy::web::internal::check(options);
    } catch (const std::invalid_argument& thrown) {
      return thrown.what();
    }
    return "none";
  };
  EXPECT_EQ(error({}), "none");
  EXPECT_EQ(error({.level = 1, .mem_level = 1, .max_window_bits = 9}), "none");
  EXPECT_EQ(error({.level = 9, .mem_level = 9, .max_window_bits = 15}), "none");
  EXPECT_EQ(error({.level = 0}), "DeflateOptions::level is 0, and not of 1 to 9");
  EXPECT_EQ(error({.level = 10}), "DeflateOptions::level is 10, and not of 1 to 9");
  EXPECT_EQ(error({.mem_level = 0}), "DeflateOptions::mem_level is 0, and not of 1 to 9");
  EXPECT_EQ(error({.max_window_bits = 8}),
            "DeflateOptions::max_window_bits is 8, and not of 9 to 15");
  EXPECT_EQ(error({.max_window_bits = 16}),
            "DeflateOptions::max_window_bits is 16, and not of 9 to 15");
}

}  // namespace
