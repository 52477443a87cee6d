// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/content_decoder.h>

#include <zlib.h>

#include <tests/fuzz/fuzz.h>
#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

namespace {

using eddy::web::ContentCoding;
using eddy::web::ParseResult;
using eddy::web::internal::ByteBuffer;
using eddy::web::internal::ContentDecoder;

struct Decoded {
  std::string text;
  std::string error;
  std::size_t consumed = 0;
};

Decoded decode(ContentCoding coding, const std::vector<std::string_view>& pieces,
               ContentDecoder::Limits limits) {
  ContentDecoder decoder(coding, limits);
  ByteBuffer out;
  Decoded decoded;
  for (const std::string_view piece : pieces) {
    const std::string own(piece);
    std::string_view rest = own;
    bool more = false;
    while (!rest.empty() || more) {
      const ContentDecoder::Step step = decoder.decode(rest, out);
      require(step.consumed <= rest.size(), "no more is consumed than there is", rest);
      require(out.size() <= ContentDecoder::kStep, "a step is bounded", rest);
      if (step.result == ParseResult::failed) {
        require(out.empty(), "what failed gives nothing", rest);
        decoded.error = decoder.error().what;
        return decoded;
      }
      require(step.consumed > 0 || !out.empty() || rest.empty(), "each step gets on", rest);
      decoded.text += out.view();
      decoded.consumed += step.consumed;
      out.clear();
      rest.remove_prefix(step.consumed);
      more = step.more;
    }
  }
  if (!decoder.finish()) decoded.error = decoder.error().what;
  require(decoder.total() == decoded.text.size(), "the total is what was given", decoded.text);
  return decoded;
}

// Without a ratio, which is judged as the content arrives, the pieces make no difference.
constexpr ContentDecoder::Limits kLimits{.bytes = 3000, .ratio = 0};

}  // namespace

void fuzz_encoded_content(std::string_view input) {
  if (input.empty()) return;
  const bool deflate = input[0] == 'd';
  const auto coding = deflate ? ContentCoding::deflate : ContentCoding::gzip;
  input.remove_prefix(1);
  same_in_pieces(input, [coding](const std::vector<std::string_view>& pieces) {
    const Decoded decoded = decode(coding, pieces, kLimits);
    // How much is given before an error depends on the pieces.
    return decoded.error.empty() ? "text " + escaped(decoded.text) : "error " + decoded.error;
  });
  const Decoded bounded = decode(coding, {input}, kLimits);
  require(bounded.text.size() <= kLimits.bytes, "what comes out is bounded", input);
  require(!bounded.error.empty() || bounded.consumed == input.size(), "all of it was read", input);

  const Decoded thin = decode(coding, {input}, {.ratio = 10});
  require(thin.text.size() <= ContentDecoder::kFree || thin.text.size() / 10 <= thin.consumed,
          "so is its ratio to what went in", input);

  // Any bytes may be content.
  std::string encoded(compressBound(input.size()), '\0');
  uLongf size = encoded.size();
  require(compress(reinterpret_cast<Bytef*>(encoded.data()), &size,
                   reinterpret_cast<const Bytef*>(input.data()), input.size()) == Z_OK,
          "zlib encodes it", input);
  encoded.resize(size);
  require(decode(ContentCoding::deflate, {encoded}, {.ratio = 0}).text == input,
          "what was encoded comes back", input);

  require_linear(input, [coding](std::string_view text) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += 7) pieces.push_back(text.substr(at, 7));
    decode(coding, pieces, {.bytes = 1 << 24, .ratio = 0});
  });
}

}  // namespace eddy_tests
