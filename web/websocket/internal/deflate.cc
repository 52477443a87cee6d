// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/deflate.h>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include <eddy/web/websocket/internal/append_within.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::size_t kPiece = 16 * 1024;
// What ends a message compressed by Z_SYNC_FLUSH, and is not sent.
constexpr std::string_view kTail("\0\0\xff\xff", 4);

// zlib takes 4 GiB at most at once.
void take_input(std::string_view& input, z_stream& stream) noexcept {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const std::string_view piece = input.substr(0, kMost);
  input.remove_prefix(piece.size());
  // The interface is not const, but input is only read.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream.avail_in = static_cast<uInt>(piece.size());
}

}  // namespace

class DeflateStream {
 public:
  explicit DeflateStream(const DeflateSide& side) : side_(side) {
    const int status = deflateInit2(&stream_, side.level, Z_DEFLATED, -side.window_bits,
                                    side.mem_level, Z_DEFAULT_STRATEGY);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK) throw std::invalid_argument("DeflateOptions that zlib does not know");
  }
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;
  ~DeflateStream() { deflateEnd(&stream_); }

  [[nodiscard]] const DeflateSide& side() const noexcept { return side_; }
  void reset() noexcept { deflateReset(&stream_); }

  void deflate_message(std::string_view message, std::string& out) {
    const std::size_t begin = out.size();
    do {
      take_input(message, stream_);
      std::array<char, kPiece> piece;
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = kPiece;
        (void)::deflate(&stream_, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
        out.append(piece.data(), kPiece - stream_.avail_out);
      } while (stream_.avail_out == 0);
    } while (!message.empty());
    // Nothing comes of a flush that has nothing to do, as of an empty message behind another one.
    if (out.size() - begin >= kTail.size()) {
      out.resize(out.size() - kTail.size());
    } else {
      out.resize(begin);
      out += '\0';
    }
  }

 private:
  DeflateSide side_;
  z_stream stream_{};
};

class InflateStream {
 public:
  explicit InflateStream(int window_bits) : window_bits_(window_bits) {
    if (inflateInit2(&stream_, -window_bits) != Z_OK) throw std::bad_alloc();
  }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
  ~InflateStream() { inflateEnd(&stream_); }

  [[nodiscard]] int window_bits() const noexcept { return window_bits_; }
  void reset() noexcept { inflateReset(&stream_); }

  MessageInflater::Result inflate_piece(std::string_view input, std::string& out,
                                        std::uint64_t limit) {
    using Result = MessageInflater::Result;
    while (!input.empty()) {
      take_input(input, stream_);
      std::array<char, kPiece> piece;
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = kPiece;
        const int status = ::inflate(&stream_, Z_SYNC_FLUSH);
        if (status == Z_MEM_ERROR) throw std::bad_alloc();
        const std::size_t count = kPiece - stream_.avail_out;
        const std::uint64_t room = limit - out.size();
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(count, room));
        append_within(out, {piece.data(), taken}, limit);
        if (count > room) return Result::too_big;
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
          return Result::malformed;
        }
        // A peer may end its stream in each message (RFC 7692, 7.2.3.4); its window goes on.
        if (status == Z_STREAM_END) inflateResetKeep(&stream_);
      } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    }
    return Result::ok;
  }
  /// Whether what has come ends where a block does, at a byte.
  [[nodiscard]] bool between_blocks() const noexcept {
    constexpr int kBehindBlock = 128;  // see inflate() in zlib's manual
    constexpr int kBitsLeft = 63;
    return (stream_.data_type & kBehindBlock) != 0 && (stream_.data_type & kBitsLeft) == 0;
  }

 private:
  int window_bits_;
  z_stream stream_{};
};

namespace {

// What this thread's connections share: compressors by what they do, of which there are few, and
// the decompressors that no message is in.
constexpr std::size_t kMostKept = 8;

struct SharedStreams {
  SharedStreams() {
    deflating.reserve(kMostKept);
    inflating.reserve(kMostKept);
  }
  std::vector<std::unique_ptr<DeflateStream>> deflating;
  std::vector<std::unique_ptr<InflateStream>> inflating;
};

SharedStreams& shared_streams() {
  thread_local SharedStreams streams;
  return streams;
}

DeflateStream& shared_compressor(const DeflateSide& side) {
  auto& streams = shared_streams().deflating;
  for (const auto& stream : streams) {
    if (stream->side() != side) continue;
    stream->reset();
    return *stream;
  }
  if (streams.size() == kMostKept) streams.erase(streams.begin());
  return *streams.emplace_back(std::make_unique<DeflateStream>(side));
}

std::unique_ptr<InflateStream> take_decompressor(int window_bits) {
  auto& streams = shared_streams().inflating;
  while (!streams.empty()) {
    std::unique_ptr<InflateStream> stream = std::move(streams.back());
    streams.pop_back();
    if (stream->window_bits() != window_bits) continue;
    stream->reset();
    return stream;
  }
  return std::make_unique<InflateStream>(window_bits);
}

void give_back(std::unique_ptr<InflateStream> stream) noexcept {
  auto& streams = shared_streams().inflating;
  if (streams.size() < kMostKept) streams.push_back(std::move(stream));
}

}  // namespace

MessageDeflater::MessageDeflater(const DeflateSide& side) noexcept : side_(side) {}
MessageDeflater::~MessageDeflater() = default;
MessageDeflater::MessageDeflater(MessageDeflater&&) noexcept = default;
MessageDeflater& MessageDeflater::operator=(MessageDeflater&&) noexcept = default;

void MessageDeflater::deflate(std::string_view message, std::string& out) {
  const std::size_t begin = out.size();
  try {
    if (!side_.takes_over) return shared_compressor(side_).deflate_message(message, out);
    if (own_ == nullptr) own_ = std::make_unique<DeflateStream>(side_);
    own_->deflate_message(message, out);
  } catch (...) {  // the rest of the message is in the compressor
    forget();
    out.resize(begin);
    throw;
  }
}

void MessageDeflater::forget() noexcept { own_.reset(); }

DeflateInflater::DeflateInflater(int window_bits, bool takes_over) noexcept
    : window_bits_(window_bits), takes_over_(takes_over) {}
DeflateInflater::~DeflateInflater() = default;

MessageInflater::Result DeflateInflater::inflate(std::string_view piece, bool last,
                                                 std::string& out, std::uint64_t limit) {
  // Nothing at all stands for nothing, although what compresses sends a byte for it.
  if (piece.empty() && !in_message_) return Result::ok;
  if (stream_ == nullptr) stream_ = take_decompressor(window_bits_);
  in_message_ = !last;
  const Result result = stream_->inflate_piece(piece, out, limit);
  if (result != Result::ok || !last) return result;
  const std::size_t size = out.size();
  const Result end = stream_->inflate_piece(kTail, out, limit);
  // The tail must not be taken for content, of a block that has not ended.
  if (end == Result::malformed || out.size() > size || !stream_->between_blocks()) {
    out.resize(size);
    return Result::malformed;
  }
  if (!takes_over_) give_back(std::move(stream_));
  return Result::ok;
}

void DeflateInflater::abandon() noexcept {
  if (stream_ != nullptr && !takes_over_) give_back(std::move(stream_));
  stream_.reset();
}

std::size_t DeflateInflater::bytes_held() const noexcept {
  constexpr std::size_t kState = 10 * 1024;  // about what zlib takes beside the window
  return stream_ != nullptr ? (std::size_t{1} << window_bits_) + kState : 0;
}

}  // namespace eddy::inline v0::web::internal
