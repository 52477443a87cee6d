// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <zlib.h>

#include <new>

#include <eddy/web/http/internal/content_encoder.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::size_t kOutput = 4 * 1024;
constexpr int kGzipWindow = 15 + 16;  // the largest window, with a header and trailer of gzip's
constexpr int kMemoryLevel = 8;       // zlib's default

class GzipEncoder final : public ContentEncoder {
 public:
  explicit GzipEncoder(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }

  void begin(std::optional<std::uint64_t> /*size*/) override { deflateReset(&stream_); }

 private:
  void encode_all(std::string_view data, Flush flush, ByteBuffer& out) override {
    if (data.empty() && flush == Flush::none) return;
    const int how = flush == Flush::end     ? Z_FINISH
                    : flush == Flush::piece ? Z_SYNC_FLUSH
                                            : Z_NO_FLUSH;
    // The interface is not const, but input is only read.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.prepare(kOutput));
      stream_.avail_out = kOutput;
      (void)deflate(&stream_, how);  // that nothing was to be done is no error here
      out.commit(kOutput - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
};

}  // namespace

std::unique_ptr<ContentEncoder> make_gzip_encoder(int level) {
  return std::make_unique<GzipEncoder>(level);
}

}  // namespace eddy::inline v0::web::internal
