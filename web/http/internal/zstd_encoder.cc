// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <stdexcept>

#include <eddy/web/http/internal/content_encoder.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::size_t kOutput = 16 * 1024;
/// 256 KiB, as brotli's here. A client need not hold more than 8 MiB (RFC 9659).
constexpr int kWindow = 18;

class ZstdEncoder final : public ContentEncoder {
 public:
  explicit ZstdEncoder(int level) : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, kWindow);
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }

  void begin(std::optional<std::uint64_t> size) override {
    ZSTD_CCtx_reset(context_, ZSTD_reset_session_only);
    ZSTD_CCtx_setPledgedSrcSize(context_, size ? *size : ZSTD_CONTENTSIZE_UNKNOWN);
  }

 private:
  void encode_all(std::string_view data, Flush flush, ByteBuffer& out) override {
    const ZSTD_EndDirective directive = flush == Flush::end     ? ZSTD_e_end
                                        : flush == Flush::piece ? ZSTD_e_flush
                                                                : ZSTD_e_continue;
    ZSTD_inBuffer input{data.data(), data.size(), 0};
    std::size_t held;
    do {
      ZSTD_outBuffer output{out.prepare(kOutput), kOutput, 0};
      held = ZSTD_compressStream2(context_, &output, &input, directive);
      if (ZSTD_isError(held) != 0) fail(held);
      out.commit(output.pos);
    } while (flush == Flush::none ? input.pos < input.size : held > 0);
  }

  [[noreturn]] static void fail(std::size_t code) {
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    throw std::logic_error(ZSTD_getErrorName(code));  // the size was not what begin() was told
  }

  ZSTD_CCtx* context_;
};

}  // namespace

std::unique_ptr<ContentEncoder> make_zstd_encoder(int level) {
  return std::make_unique<ZstdEncoder>(level);
}

}  // namespace eddy::inline v0::web::internal
