// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <brotli/encode.h>

#include <algorithm>
#include <new>

#include <eddy/web/http/internal/content_encoder.h>

namespace eddy::inline v0::web::internal {

namespace {

/// 256 KiB: what a larger window gains on pages is not worth its memory.
constexpr int kLargestWindow = 18;
/// From a mebibyte on brotli takes tables of several, which pages do not repay.
constexpr std::uint64_t kLargestHint = (1 << 20) - 1;
/// Of itself brotli gathers up to four times as much, and does it all in one call.
constexpr std::size_t kMostAtOnce = 32 * 1024;

class BrotliEncoder final : public ContentEncoder {
 public:
  explicit BrotliEncoder(int quality) noexcept : quality_(quality) {}
  ~BrotliEncoder() override { BrotliEncoder::rest(); }

  void begin(std::optional<std::uint64_t> size) override {
    rest();  // a state serves once
    state_ = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
    if (state_ == nullptr) throw std::bad_alloc();
    int window = kLargestWindow;
    if (size) {
      // A window of n bits holds 16 bytes less than 2 to the n.
      window = BROTLI_MIN_WINDOW_BITS;
      while (window < kLargestWindow && (std::uint64_t{1} << window) - 16 < *size) ++window;
    }
    set(BROTLI_PARAM_QUALITY, quality_);
    set(BROTLI_PARAM_LGWIN, window);
    // Blocks of 64 KiB, so that a step has no more of them to do at once.
    set(BROTLI_PARAM_LGBLOCK, BROTLI_MIN_INPUT_BLOCK_BITS);
    if (size) set(BROTLI_PARAM_SIZE_HINT, static_cast<int>(std::min(*size, kLargestHint)));
    unflushed_ = 0;
  }

  void rest() noexcept override {
    if (state_ != nullptr) BrotliEncoderDestroyInstance(state_);
    state_ = nullptr;
  }

 private:
  void set(BrotliEncoderParameter parameter, int value) noexcept {
    BrotliEncoderSetParameter(state_, parameter, static_cast<std::uint32_t>(value));
  }

  void encode_all(std::string_view data, Flush flush, ByteBuffer& out) override {
    unflushed_ += data.size();
    if (unflushed_ >= kMostAtOnce && flush == Flush::none) flush = Flush::piece;
    if (flush == Flush::piece) unflushed_ = 0;
    const BrotliEncoderOperation operation = flush == Flush::end     ? BROTLI_OPERATION_FINISH
                                             : flush == Flush::piece ? BROTLI_OPERATION_FLUSH
                                                                     : BROTLI_OPERATION_PROCESS;
    const auto* next = reinterpret_cast<const std::uint8_t*>(data.data());
    std::size_t left = data.size();
    do {
      std::size_t no_room = 0;
      std::uint8_t* nowhere = nullptr;
      if (BrotliEncoderCompressStream(state_, operation, &left, &next, &no_room, &nowhere,
                                      nullptr) == BROTLI_FALSE) {
        throw std::bad_alloc();  // the one thing that can fail
      }
      take_output(out);
    } while (left > 0 || BrotliEncoderHasMoreOutput(state_) == BROTLI_TRUE ||
             (flush == Flush::end && BrotliEncoderIsFinished(state_) == BROTLI_FALSE));
  }

  void take_output(ByteBuffer& out) {
    for (;;) {
      std::size_t size = 0;
      const std::uint8_t* data = BrotliEncoderTakeOutput(state_, &size);
      if (size == 0) return;
      out.append({reinterpret_cast<const char*>(data), size});
    }
  }

  int quality_;
  std::size_t unflushed_ = 0;
  BrotliEncoderState* state_ = nullptr;
};

}  // namespace

std::unique_ptr<ContentEncoder> make_brotli_encoder(int quality) {
  return std::make_unique<BrotliEncoder>(quality);
}

}  // namespace eddy::inline v0::web::internal
