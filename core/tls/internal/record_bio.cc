// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/tls/internal/record_bio.h>

#include <algorithm>
#include <new>
#include <utility>

namespace eddy::inline v0::tls::internal {

namespace {

// Costs no cryptographic work, and OpenSSL bounds how many there may be.
constexpr std::uint8_t kChangeCipherSpec = 20;

// Gives the memory back, which an assignment of an empty string does not.
void release(std::string& text) noexcept { std::string().swap(text); }

}  // namespace

RecordBio::~RecordBio() {
  if (bio_ == nullptr) return;
  BIO_set_data(bio_, nullptr);
  BIO_free(bio_);
}

// Made once for the process, and never freed: connections may end as late as they like.
BIO_METHOD* RecordBio::method() noexcept {
  static BIO_METHOD* const made_once = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "eddy stream");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, on_read);
    BIO_meth_set_write(made, on_write);
    BIO_meth_set_ctrl(made, on_control);
    return made;
  }();
  return made_once;
}

void RecordBio::attach(SSL* ssl) {
  BIO_METHOD* const kind = method();
  bio_ = kind != nullptr ? BIO_new(kind) : nullptr;
  if (bio_ == nullptr) throw std::bad_alloc();
  BIO_set_data(bio_, this);
  BIO_set_init(bio_, 1);
  // One reference for both directions of `ssl`, and one here.
  BIO_up_ref(bio_);
  SSL_set_bio(ssl, bio_, bio_);
}

// Whatever the reason, OpenSSL is told to come again: it must not take the end of the input or an
// error for the end of the session, because the other direction may go on. The stream asks ended()
// and error() after each operation.
int RecordBio::on_read(BIO* bio, char* buffer, int size) {
  auto* self = static_cast<RecordBio*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self == nullptr || size <= 0) return -1;
  const std::size_t n = self->read({buffer, static_cast<std::size_t>(size)});
  if (n > 0) return static_cast<int>(n);
  BIO_set_retry_read(bio);
  return -1;
}

int RecordBio::on_write(BIO* bio, const char* data, int size) {
  auto* self = static_cast<RecordBio*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self == nullptr || size < 0) return -1;
  if (self->write({data, static_cast<std::size_t>(size)})) return size;
  BIO_set_retry_write(bio);
  return -1;
}

long RecordBio::on_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

void RecordBio::begin(std::span<char> scratch) noexcept {
  scratch_ = scratch;
  in_scratch_ = false;
  record_served_ = false;
}

void RecordBio::end() noexcept try {
  if (ahead_.empty()) {
    ahead_ = {};
    release(kept_);
  } else if (in_scratch_) {
    kept_ = ahead_;
    ahead_ = kept_;
  }
} catch (const std::bad_alloc&) {  // what has been read is lost, and with it the connection
  ahead_ = {};
  error_ = std::make_error_code(std::errc::not_enough_memory);
}

std::size_t RecordBio::read(std::span<char> buffer) noexcept {
  const bool at_boundary = header_size_ == 0 && record_left_ == 0;
  if (record_served_ && at_boundary) return 0;
  std::size_t n = take(buffer);
  if (n == 0 && buffer.size() >= scratch_.size()) {
    // The rest of a large record goes where OpenSSL wants it.
    n = receive(buffer);
  } else if (n == 0) {
    // A header, or little: what comes with it is read at once.
    ahead_ = {scratch_.data(), receive(scratch_)};
    in_scratch_ = true;
    n = take(buffer);
  }
  count_records({buffer.data(), n});
  return n;
}

std::size_t RecordBio::take(std::span<char> buffer) noexcept {
  const std::size_t n = std::min(buffer.size(), ahead_.size());
  std::copy_n(ahead_.begin(), n, buffer.begin());
  ahead_.remove_prefix(n);
  return n;
}

std::size_t RecordBio::receive(std::span<char> buffer) noexcept {
  if (ended_ || error_) return 0;
  const IoResult result = transport_.try_read(buffer);
  if (!result.error) {
    ended_ = result.bytes == 0;
  } else if (!result.would_block()) {
    error_ = result.error;
  }
  return result.bytes;
}

void RecordBio::count_records(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    if (record_left_ == 0) {
      header_[header_size_++] = static_cast<std::uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      if (header_size_ < header_.size()) continue;
      header_size_ = 0;
      record_left_ = static_cast<std::uint16_t>(header_[3] << 8 | header_[4]);
    }
    const std::size_t n = std::min<std::size_t>(bytes.size(), record_left_);
    bytes.remove_prefix(n);
    record_left_ = static_cast<std::uint16_t>(record_left_ - n);
    if (record_left_ == 0) record_served_ = record_served_ || header_[0] != kChangeCipherSpec;
  }
}

bool RecordBio::write(std::string_view data) noexcept try {
  if (muted_) return true;
  if (error_) return false;
  if (!collecting_ && output_.empty()) data.remove_prefix(send(data));
  output_.append(data);
  return !error_;
} catch (const std::bad_alloc&) {
  error_ = std::make_error_code(std::errc::not_enough_memory);
  return false;
}

std::size_t RecordBio::send(std::string_view data) noexcept {
  const IoResult result = transport_.try_write({&data, 1});
  if (result.error && !result.would_block()) error_ = result.error;
  return result.bytes;
}

void RecordBio::flush() noexcept {
  if (output_.empty() || error_) return;
  const std::size_t sent = send(output_);
  if (sent < output_.size()) {
    output_.erase(0, sent);
  } else {
    release(output_);
  }
}

void RecordBio::mute() noexcept {
  muted_ = true;
  release(output_);
}

}  // namespace eddy::inline v0::tls::internal
