// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/content_coding.h>
#include <eddy/web/http/internal/byte_buffer.h>

namespace eddy::inline v0::web::internal {

/// Encodes one content after the other, in steps that are bounded. Knows no message.
///
///     encoder.begin(size);
///     while (!encoder.encode(data, ContentEncoder::Flush::end, out)) ...  // ask the budget
///
/// Errors: std::bad_alloc; then begin() is all that may follow.
class EDDY_API ContentEncoder {
 public:
  enum class Flush {
    /// The encoder may keep what it was given, to pack it better.
    none,
    /// All that it was given can be decoded: for content that comes in pieces, as it comes.
    piece,
    /// The content ends with this.
    end,
  };
  /// Bytes that one call takes at most: a third of a millisecond of gzip. The others gather more
  /// before they do anything; at the default levels no call takes a whole millisecond.
  static constexpr std::size_t kStep = 8 * 1024;

  ContentEncoder() = default;
  ContentEncoder(const ContentEncoder&) = delete;
  ContentEncoder& operator=(const ContentEncoder&) = delete;
  virtual ~ContentEncoder() = default;

  /// Begins a content, and forgets the one before, ended or not. `size`, where it is known, must
  /// be exact.
  virtual void begin(std::optional<std::uint64_t> size) = 0;
  /// Takes at most kStep bytes from the front of `data` and appends what they become to `out`. True
  /// when all of `data` is taken and `flush` is done; else call again.
  [[nodiscard]] bool encode(std::string_view& data, Flush flush, ByteBuffer& out);
  /// There is nothing to encode for now: gives back memory that begin() makes anew.
  virtual void rest() noexcept {}

 private:
  /// All of `data`, and `flush`.
  virtual void encode_all(std::string_view data, Flush flush, ByteBuffer& out) = 0;
};

/// An encoder that begin() makes ready; null for a coding that can_encode() is false for, and for
/// identity. Throws std::bad_alloc.
[[nodiscard]] EDDY_API std::unique_ptr<ContentEncoder> make_content_encoder(
    ContentCoding coding, const CompressionOptions& options);

// One file each; those whose library is not there are not built.
[[nodiscard]] std::unique_ptr<ContentEncoder> make_gzip_encoder(int level);
[[nodiscard]] std::unique_ptr<ContentEncoder> make_brotli_encoder(int quality);
[[nodiscard]] std::unique_ptr<ContentEncoder> make_zstd_encoder(int level);

/// What a pool shares with its leases; known to content_encoder.cc only.
struct IdleEncoders;

/// Keeps encoders that rest for the next content: making one costs a quarter of a megabyte.
///
/// Thread: the server's Loop's. What was acquired may outlive the pool.
class EDDY_API EncoderPool {
 public:
  /// Gives the encoder back.
  class EDDY_API Return {
   public:
    Return() = default;
    Return(std::shared_ptr<IdleEncoders> idle, ContentCoding coding) noexcept;
    void operator()(ContentEncoder* encoder) noexcept;

   private:
    std::shared_ptr<IdleEncoders> idle_;
    ContentCoding coding_ = ContentCoding::identity;
  };
  using Lease = std::unique_ptr<ContentEncoder, Return>;

  explicit EncoderPool(const CompressionOptions& options);

  /// Whether acquire() may give one: max_encoders are not in use. To be asked before the head says
  /// that the content is encoded.
  [[nodiscard]] bool has_room() const noexcept;
  /// An encoder for one content, to be dropped after it; null without room, and as of
  /// make_content_encoder. Throws std::bad_alloc.
  [[nodiscard]] Lease acquire(ContentCoding coding);
  /// Encoders that rest, for tests.
  [[nodiscard]] std::size_t idle() const noexcept;

 private:
  std::shared_ptr<IdleEncoders> idle_;
};

}  // namespace eddy::inline v0::web::internal
