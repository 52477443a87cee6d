// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <zlib.h>

#if EDDY_HAVE_BROTLI
#  include <brotli/decode.h>
#endif
#if EDDY_HAVE_ZSTD
#  include <zstd.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/web/http/content_coding.h>

/// The libraries' own decoders, and an encoder of zlib's, to judge Eddy's by.
namespace eddy::web_test {

/// The bytes that `coded` stands for, of a coding that need not have come to its end.
class Decoded {
 public:
  Decoded(web::ContentCoding coding, std::string_view coded) {
    switch (coding) {
      case web::ContentCoding::gzip:
        inflate_all(coded);
        break;
#if EDDY_HAVE_BROTLI
      case web::ContentCoding::br:
        unbrotli(coded);
        break;
#endif
#if EDDY_HAVE_ZSTD
      case web::ContentCoding::zstd:
        unzstd(coded);
        break;
#endif
      default:
        throw std::invalid_argument("a coding without a decoder");
    }
  }

  std::string text;
  /// The coding says that this is all, and there is nothing behind.
  bool ended = false;

 private:
  void inflate_all(std::string_view coded) {
    z_stream z{};
    if (inflateInit2(&z, 15 + 16) != Z_OK) throw std::runtime_error("inflateInit2");
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
    z.avail_in = static_cast<uInt>(coded.size());
    int result;
    do {
      z.next_out = reinterpret_cast<Bytef*>(piece_.data());
      z.avail_out = static_cast<uInt>(piece_.size());
      result = inflate(&z, Z_SYNC_FLUSH);
      text.append(piece_.data(), piece_.size() - z.avail_out);
    } while (result == Z_OK && (z.avail_in > 0 || z.avail_out == 0));
    ended = result == Z_STREAM_END && z.avail_in == 0;
    inflateEnd(&z);
    if (result != Z_STREAM_END && result != Z_OK && result != Z_BUF_ERROR) {
      throw std::runtime_error("inflate");
    }
  }

#if EDDY_HAVE_BROTLI
  void unbrotli(std::string_view coded) {
    BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    const auto* next = reinterpret_cast<const std::uint8_t*>(coded.data());
    std::size_t left = coded.size();
    BrotliDecoderResult result;
    do {
      auto* out = reinterpret_cast<std::uint8_t*>(piece_.data());
      std::size_t room = piece_.size();
      result = BrotliDecoderDecompressStream(state, &left, &next, &room, &out, nullptr);
      text.append(piece_.data(), piece_.size() - room);
    } while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
    ended = result == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
    BrotliDecoderDestroyInstance(state);
    if (result == BROTLI_DECODER_RESULT_ERROR) throw std::runtime_error("brotli");
  }
#endif

#if EDDY_HAVE_ZSTD
  void unzstd(std::string_view coded) {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    // What browsers allow (RFC 9659).
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23);
    ZSTD_inBuffer in{coded.data(), coded.size(), 0};
    std::size_t hint = 1;
    bool failed = false;
    for (bool full = true; !failed && (in.pos < in.size || full);) {
      ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
      const std::size_t before = in.pos;
      hint = ZSTD_decompressStream(context, &out, &in);
      failed = ZSTD_isError(hint) != 0 || (before == in.pos && out.pos == 0 && in.pos < in.size);
      text.append(piece_.data(), out.pos);
      full = out.pos == out.size;
      if (hint == 0) break;
    }
    ended = hint == 0 && in.pos == in.size;
    ZSTD_freeDCtx(context);
    if (failed) throw std::runtime_error("zstd");
  }
#endif

  std::array<char, 4096> piece_;
};

/// One call of deflate: a member of gzip, or the zlib format.
inline std::string zlib_encoded(std::string_view text, bool gzip) {
  z_stream z{};
  if (deflateInit2(&z, 9, Z_DEFLATED, gzip ? 15 + 16 : 15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string coded(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(coded.data());
  z.avail_out = static_cast<uInt>(coded.size());
  const int result = deflate(&z, Z_FINISH);
  coded.resize(coded.size() - z.avail_out);
  deflateEnd(&z);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return coded;
}

}  // namespace eddy::web_test
