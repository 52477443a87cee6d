// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/content_decoder.h>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

namespace eddy::inline v0::web::internal {

struct ContentDecoder::Stream {
  explicit Stream(ContentCoding coding) {
    const int window = coding == ContentCoding::gzip ? 15 + 16 : 15;
    if (inflateInit2(&z, window) != Z_OK) throw std::bad_alloc();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&z); }

  z_stream z{};
};

ContentDecoder::ContentDecoder(ContentCoding coding, Limits limits)
    : stream_(std::make_unique<Stream>(coding)), coding_(coding), limits_(limits) {}
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;
ContentDecoder::~ContentDecoder() = default;

ContentDecoder::Step ContentDecoder::decode(std::string_view input, ByteBuffer& out) {
  if (error_) return {ParseResult::failed};
  input = input.substr(0, kStep);
  z_stream& z = stream_->z;
  // The interface is not const, but input is only read.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  z.avail_in = static_cast<uInt>(input.size());
  z.next_out = reinterpret_cast<Bytef*>(out.prepare(kStep));
  z.avail_out = kStep;
  int result = Z_OK;
  // Within a member also without input: there may be more to come of what it had.
  while (result == Z_OK && z.avail_out > 0 && (z.avail_in > 0 || within_)) {
    if (!within_ && !begin_member()) {
      result = Z_DATA_ERROR;
      break;
    }
    result = inflate(&z, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      within_ = false;
      result = Z_OK;
    }
  }
  const std::size_t consumed = input.size() - z.avail_in;
  const std::size_t produced = kStep - z.avail_out;
  encoded_ += consumed;
  decoded_ += produced;
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  // Before what may be wrong behind it: so it makes no difference in which pieces content comes.
  if (decoded_ > limits_.bytes) return fail(413, "the decoded content is too long");
  if (result != Z_OK && result != Z_BUF_ERROR) return fail(400, "the content can't be decoded");
  // decoded_ > ratio * encoded_, which could overflow.
  if (limits_.ratio != 0 && decoded_ > kFree && (decoded_ - 1) / limits_.ratio >= encoded_) {
    return fail(413, "the content is packed too densely");
  }
  out.commit(produced);
  return {ParseResult::need_more, consumed, z.avail_out == 0 && within_};
}

/// gzip may go on with a further member (RFC 1952, 2.2); nothing may follow a zlib stream.
bool ContentDecoder::begin_member() noexcept {
  if (begun_) {
    if (coding_ != ContentCoding::gzip) return false;
    inflateReset(&stream_->z);
  }
  begun_ = true;
  within_ = true;
  return true;
}

bool ContentDecoder::finish() noexcept {
  if (error_) return false;
  if (!within_) return true;
  (void)fail(400, "the encoded content ends too early");
  return false;
}

ContentDecoder::Step ContentDecoder::fail(int status, const char* what) noexcept {
  error_ = {status, what};
  return {ParseResult::failed};
}

}  // namespace eddy::inline v0::web::internal
