// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web {

/// How content is packed for its way (RFC 9110, 8.4.1).
enum class ContentCoding : std::uint8_t {
  identity,
  gzip,
  br,
  zstd,
  /// Of requests only: for responses it is what clients disagree about.
  deflate,
};

/// As in Content-Encoding.
[[nodiscard]] EDDY_API std::string_view name_of(ContentCoding coding) noexcept;
/// The coding of that name, in any case; x-gzip is gzip. Nothing for a name that is not known.
[[nodiscard]] EDDY_API std::optional<ContentCoding> coding_of(std::string_view name) noexcept;
/// Whether responses can be encoded so. gzip always; br and zstd where this Eddy was built with
/// their libraries.
[[nodiscard]] EDDY_API bool can_encode(ContentCoding coding) noexcept;

/// Which responses are compressed, and how. The defaults are Tornado's, but for the further codings
/// and for quality values, which it does not read. Source: tornado.web.GZipContentEncoding.
///
/// Off unless it is asked for: it costs time on the Loop's thread, and a secret that stands beside
/// text of an attacker's choice can be guessed from the compressed size (BREACH).
struct EDDY_API CompressionOptions {
  bool enabled = false;
  /// The first of the client's favourites is taken; those that can't be encoded are passed over.
  std::vector<ContentCoding> codings = {ContentCoding::br, ContentCoding::zstd,
                                        ContentCoding::gzip};
  /// Content of fewer bytes is left alone, unless its size is not known when the head is sent.
  std::size_t min_bytes = 1024;
  /// Media types that are compressed besides text/*, application/javascript, x-javascript, xml,
  /// atom+xml, json, xhtml+xml and image/svg+xml: `application/wasm`, or `font/*` for a whole kind.
  std::vector<std::string> extra_types = {};
  /// 1 (fast) to 9.
  int gzip_level = 6;
  /// 0 (fast) to 11. Above 9 it is for content that is packed once and kept.
  int brotli_quality = 4;
  /// 1 (fast) to 19.
  int zstd_level = 3;
  /// Encoders that are kept for the next response, of each coding. One of gzip holds 256 KiB.
  std::size_t idle_encoders = 4;
  /// Responses that are encoded at a time, a server; those beyond are sent as they are. A streamed
  /// response holds its encoder, of up to 2 MiB, as long as it lasts.
  std::size_t max_encoders = 256;
};

struct CodingChoice {
  ContentCoding coding = ContentCoding::identity;
  /// The client won't have the content as it is (`identity;q=0`, or `*;q=0`).
  bool identity_refused = false;
};

/// What to encode for a client that sent `accept_encoding` (RFC 9110, 12.5.3): of `codings`, those
/// that the client refuses or does not name left out, the one that it likes best; between equals
/// the one that stands first. Identity where the client likes it better, or none of them is left.
[[nodiscard]] EDDY_API CodingChoice choose_content_coding(std::string_view accept_encoding,
                                                          std::span<const ContentCoding> codings);

/// Of `codings` those in which such a client takes content at least as gladly as it is, what it
/// likes best first; between equals what stands first. Whether they can be encoded is not asked:
/// for content that lies there packed.
[[nodiscard]] EDDY_API std::vector<ContentCoding> accepted_codings(
    std::string_view accept_encoding, std::span<const ContentCoding> codings);

/// Decides how a response's content is encoded, and gives its header fields the form that goes with
/// it. To be called once, when the head is complete, for HEAD as for GET. `size` is the content's,
/// none if it is not known yet; where `may_encode` is false the content is left as it is, and the
/// fields are those for a client that wants it so.
///
/// A response is left alone without content (1xx, 204, 205), when it is a part (206 or
/// Content-Range), has a Content-Encoding or a digest of its content, or says Cache-Control:
/// no-transform. Otherwise, for the types that are compressed, Vary names Accept-Encoding, also
/// where this client or this size is not. What is encoded gets Content-Encoding, loses
/// Content-Length and Accept-Ranges, and a strong ETag becomes a weak one, since the bytes differ.
/// A 304 says the ETag in the form in which the client has it.
[[nodiscard]] EDDY_API ContentCoding apply_content_coding(const CompressionOptions& options,
                                                          HeaderList request, int status,
                                                          std::optional<std::uint64_t> size,
                                                          Headers& headers, bool may_encode = true);

}  // namespace eddy::inline v0::web
