// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/content_encoder.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace eddy::inline v0::web::internal {

bool ContentEncoder::encode(std::string_view& data, Flush flush, ByteBuffer& out) {
  const std::string_view piece = data.substr(0, kStep);
  data.remove_prefix(piece.size());
  const bool last = data.empty();
  encode_all(piece, last ? flush : Flush::none, out);
  return last;
}

std::unique_ptr<ContentEncoder> make_content_encoder(
    ContentCoding coding, [[maybe_unused]] const CompressionOptions& options) {
  switch (coding) {
    case ContentCoding::gzip:
      return make_gzip_encoder(std::clamp(options.gzip_level, 1, 9));
#if EDDY_HAVE_BROTLI
    case ContentCoding::br:
      return make_brotli_encoder(std::clamp(options.brotli_quality, 0, 11));
#endif
#if EDDY_HAVE_ZSTD
    case ContentCoding::zstd:
      return make_zstd_encoder(std::clamp(options.zstd_level, 1, 19));
#endif
    default:
      return nullptr;
  }
}

// ---- The pool -----------------------------------------------------------------------------------

struct IdleEncoders {
  explicit IdleEncoders(const CompressionOptions& options) : options(options) {}

  std::vector<std::unique_ptr<ContentEncoder>>& of(ContentCoding coding) noexcept {
    return encoders[static_cast<std::size_t>(coding)];
  }

  const CompressionOptions options;
  std::array<std::vector<std::unique_ptr<ContentEncoder>>, 5> encoders;
  std::size_t in_use = 0;
};

EncoderPool::Return::Return(std::shared_ptr<IdleEncoders> idle, ContentCoding coding) noexcept
    : idle_(std::move(idle)), coding_(coding) {}

void EncoderPool::Return::operator()(ContentEncoder* encoder) noexcept {
  std::unique_ptr<ContentEncoder> owned(encoder);
  --idle_->in_use;
  auto& idle = idle_->of(coding_);
  if (idle.size() >= idle_->options.idle_encoders || idle.size() == idle.capacity()) return;
  owned->rest();
  idle.push_back(std::move(owned));
}

EncoderPool::EncoderPool(const CompressionOptions& options)
    : idle_(std::make_shared<IdleEncoders>(options)) {}

bool EncoderPool::has_room() const noexcept { return idle_->in_use < idle_->options.max_encoders; }

EncoderPool::Lease EncoderPool::acquire(ContentCoding coding) {
  if (!has_room()) return {};
  auto& idle = idle_->of(coding);
  std::unique_ptr<ContentEncoder> encoder;
  if (!idle.empty()) {
    encoder = std::move(idle.back());
    idle.pop_back();
  } else {
    // So that giving it back can't fail.
    idle.reserve(std::min<std::size_t>(idle_->options.idle_encoders, 64));
    encoder = make_content_encoder(coding, idle_->options);
    if (!encoder) return {};
  }
  ++idle_->in_use;
  return {encoder.release(), Return(idle_, coding)};
}

std::size_t EncoderPool::idle() const noexcept {
  std::size_t count = 0;
  for (const auto& encoders : idle_->encoders) count += encoders.size();
  return count;
}

}  // namespace eddy::inline v0::web::internal
