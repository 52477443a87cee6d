// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/body_decoder.h>

#include <tests/fuzz/fuzz.h>
#include <tests/web/http/protocol_case.h>

namespace eddy_tests {

namespace {

using eddy::web::BodyDecoder;
using eddy::web::HttpLimits;
using eddy::web::ParseResult;

// Near enough to be reached.
constexpr HttpLimits kLimits{
    .header_count = 5, .body_bytes = 500, .trailer_bytes = 200, .chunk_extension_bytes = 50};

struct Decoded {
  ParseResult result = ParseResult::need_more;
  std::string data;
  std::string trailers;
  std::string error;
  std::size_t consumed = 0;
  std::size_t calls = 0;
};

Decoded decode(const std::vector<std::string_view>& pieces, const HttpLimits& limits) {
  BodyDecoder decoder(limits);
  decoder.begin_chunked();
  Decoded decoded;
  for (const std::string_view piece : pieces) {
    const std::string own(piece);
    std::string_view rest = own;
    while (decoded.result == ParseResult::need_more && !rest.empty()) {
      const BodyDecoder::Step step = decoder.decode(rest);
      ++decoded.calls;
      require(lies_within(step.data, rest), "content is a view of the input", rest);
      require(step.consumed <= rest.size(), "no more is consumed than there is", rest);
      require(step.result != ParseResult::need_more || step.consumed > 0, "each step gets on",
              rest);
      decoded.result = step.result;
      decoded.data += step.data;
      decoded.consumed += step.consumed;
      rest.remove_prefix(step.consumed);
    }
  }
  require(decoder.total() == decoded.data.size(), "the total is what was given", decoded.data);
  if (decoded.result == ParseResult::done) {
    for (const eddy::web::HeaderField field : decoder.trailers()) {
      decoded.trailers.append(field.name).append(":").append(field.value).append("\r\n");
    }
  }
  if (decoded.result == ParseResult::failed) decoded.error = decoder.error().what;
  return decoded;
}

std::string events_of(const std::vector<std::string_view>& pieces) {
  const Decoded decoded = decode(pieces, kLimits);
  std::string events = "data " + escaped(decoded.data) + "\n";
  if (decoded.result == ParseResult::done) {
    events += "end at " + std::to_string(decoded.consumed) + "\n" + decoded.trailers;
  }
  if (decoded.result == ParseResult::failed) events += "error " + decoded.error + "\n";
  return events;
}

std::string hex(std::size_t number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789aBcDeF"[number % 16]);
    number /= 16;
  } while (number > 0);
  return digits;
}

// In chunks of random sizes.
std::string encode(std::string_view data, std::string_view trailers, InputRandom random) {
  std::string out;
  while (!data.empty()) {
    const std::string_view chunk = data.substr(0, 1 + random.below(data.size()));
    out.append(hex(chunk.size())).append("\r\n").append(chunk).append("\r\n");
    data.remove_prefix(chunk.size());
  }
  return out.append("0\r\n").append(trailers).append("\r\n");
}

}  // namespace

void fuzz_chunked(std::string_view input) {
  same_in_pieces(input, events_of);
  const Decoded decoded = decode({input}, kLimits);
  require(decoded.data.size() <= kLimits.body_bytes, "content is bounded", input);
  if (decoded.result == ParseResult::done) {
    const std::string again = encode(decoded.data, decoded.trailers, InputRandom(input));
    const Decoded same = decode({again}, kLimits);
    require(same.result == ParseResult::done && same.data == decoded.data &&
                same.trailers == decoded.trailers && same.consumed == again.size(),
            "content encoded anew is the same", again);
  }
  // Any bytes may be content.
  const std::string encoded = encode(input, "", InputRandom(input));
  const Decoded content = decode({encoded}, HttpLimits{});
  require(content.result == ParseResult::done && content.data == input,
          "what was encoded comes back", input);
  require_linear(input, [](std::string_view text) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += 7) pieces.push_back(text.substr(at, 7));
    decode(pieces, HttpLimits{.trailer_bytes = 1 << 20, .chunk_extension_bytes = 1 << 20});
  });
}

}  // namespace eddy_tests
